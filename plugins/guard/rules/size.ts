/** How much may be asked and answered. */
import { z } from "zod";
import type { ChatEvent } from "../../core/events";
import type { Fault } from "../../define-plugin";
import { defineKind, type RequestView, SOURCES } from "../rule";

const most = (what: string) => z.int().min(1).max(1_000_000_000).optional().describe(what);

const config = z
  .strictObject({
    max_input_tokens: most(
      "Tokens of a request, estimated from its length and never too low; for the first target of its model.",
    ),
    max_input_characters: most("Characters (UTF-16 units) of all texts of a request that the rule's roles name."),
    max_messages: most("Messages of a request, of all roles."),
    max_turns: most("Messages of the user."),
    max_output_tokens: most(
      "Tokens of an answer, thoughts and tool calls included, estimated as a quarter of its bytes. The answer ends there: ask for fewer with `max_tokens`.",
    ),
    max_output_characters: most("Characters (UTF-16 units) of an answer, thoughts and tool calls included."),
  })
  .describe("For `kind: size`. How much may be asked and answered.");

const BYTES_OF_TOKEN = 4;

const INPUT = ["max_input_tokens", "max_input_characters", "max_messages", "max_turns"] as const;
const OUTPUT = ["max_output_tokens", "max_output_characters"] as const;

export const size = defineKind({
  name: "size",
  config,
  on: ["input", "output"],
  roles: SOURCES,
  check(it, { on }) {
    const faults: Fault[] = [];
    const written = (fields: readonly (keyof typeof it)[]) => fields.filter((field) => it[field] !== undefined);
    if (written([...INPUT, ...OUTPUT]).length === 0) faults.push({ path: [], message: "sets no limit: it would never fire" });
    const idle = on === "input" ? written(OUTPUT) : on === "output" ? written(INPUT) : [];
    for (const field of idle) faults.push({ path: [field], message: `has no effect under \`on: ${on}\`` });
    return faults;
  },
  create(it, { services }) {
    const tooMuch = async ({ exchange, request, texts }: RequestView): Promise<boolean> => {
      const { messages } = request;
      if (over(messages.length, it.max_messages)) return true;
      if (over(messages.filter(({ role }) => role === "user").length, it.max_turns)) return true;
      if (over(sum(texts.map(({ text }) => text.length)), it.max_input_characters)) return true;
      const target = exchange.alias?.targets[0];
      if (it.max_input_tokens === undefined || target === undefined) return false;
      // The cheap bound settles it, mostly.
      const cheap = services.accounting.forecast(exchange, target, "none");
      if (cheap.input <= it.max_input_tokens) return false;
      return (await services.accounting.countedForecast(exchange, target, "none")).input > it.max_input_tokens;
    };
    return {
      wish: "The last answer was too long. Answer again in fewer words.",
      request: async (view) => ((await tooMuch(view)) ? {} : undefined),
      ...(OUTPUT.some((field) => it[field] !== undefined)
        ? { watch: () => counter(it.max_output_tokens, it.max_output_characters) }
        : {}),
    };
  },
});

/** Of each choice on its own: clients ask for several and use one. */
function counter(tokens: number | undefined, characters: number | undefined): (event: ChatEvent) => boolean {
  const counts = new Map<number, { bytes: number; units: number }>();
  return (event) => {
    if (event.type !== "delta") return false;
    const count = counts.get(event.choice) ?? { bytes: 0, units: 0 };
    counts.set(event.choice, count);
    count.bytes += Buffer.byteLength(event.text);
    count.units += event.text.length;
    return over(Math.ceil(count.bytes / BYTES_OF_TOKEN), tokens) || over(count.units, characters);
  };
}

function over(value: number, limit: number | undefined): boolean {
  return limit !== undefined && value > limit;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
