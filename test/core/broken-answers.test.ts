/** Answers that break off, and the host knows why: what clients get, and what is remembered. */
import { GraftError } from "../../plugins/core/errors";
import type { Hooks } from "../../plugins/core/plugin";
import { alias, chat, JSON_HEADERS, openPipeline, SSE_HEADERS, sent, target } from "../support/exchange";
import { everyCut } from "../support/pieces";

const REASON = new GraftError("timeout", "The provider did not answer in time.");
const LOOKS: Hooks = { event: (event) => [event] };

interface Case {
  readonly kind: string;
  readonly hooks: readonly Hooks[];
  /** Up to the last event of a complete answer, and without what ends it. */
  readonly begun: string;
  readonly rest: string;
}

const openaiChunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ object: "chat.completion.chunk", model: "x", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const anthropicEvent = (event: { readonly type: string }): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const OPENAI = { begun: openaiChunk("Hel") + openaiChunk("lo"), rest: openaiChunk("", "stop") };
const ANTHROPIC = {
  begun: [
    { type: "message_start", message: { id: "m", model: "c", usage: { input_tokens: 3, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } },
  ]
    .map(anthropicEvent)
    .join(""),
  rest: [
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
  ]
    .map(anthropicEvent)
    .join(""),
};

const CASES: readonly (readonly [string, Case])[] = [
  ["passed through", { kind: "openai", hooks: [], ...OPENAI }],
  ["looked at by a plugin", { kind: "openai", hooks: [LOOKS], ...OPENAI }],
  ["translated", { kind: "anthropic", hooks: [], ...ANTHROPIC }],
];

async function brokenOff({ kind, hooks }: Case, pieces: readonly Uint8Array[], failure: GraftError | "none" = REASON) {
  const it = target(kind, "x");
  const pipeline = openPipeline({ aliases: [alias("m", [it])], hooks: () => hooks });
  sent(await pipeline.request(chat({ stream: true })));
  await pipeline.response(200, SSE_HEADERS);
  const out: Uint8Array[] = [];
  for (const piece of pieces) out.push(Buffer.from(await pipeline.chunk(piece)));
  const tail = await pipeline.end(failure === "none" ? undefined : failure);
  if (tail.body !== undefined) out.push(tail.body);
  return { text: Buffer.concat(out).toString(), tail, pipeline };
}

const lastEvent = (text: string): unknown => JSON.parse(/data: ([^\n]*)\n\n$/.exec(text)?.[1] ?? "null") as unknown;

describe.each(CASES)("a stream that is %s", (_name, it) => {
  test("ends in the host's reason as a typed error, and never in [DONE], wherever it breaks off", async () => {
    const whole = Buffer.from(it.begun);
    for (let length = 0; length <= whole.length; length += 3) {
      const { text, pipeline } = await brokenOff(it, [whole.subarray(0, length)]);
      expect(text).not.toContain("[DONE]");
      expect(lastEvent(text)).toMatchObject({
        error: { message: REASON.message, type: "server_error", code: "upstream_timeout" },
      });
      // No line is glued to half of another one.
      for (const line of text.split("\n").filter((part) => part.startsWith("data:"))) JSON.parse(line.slice(5));
      expect(pipeline.exchange.error).toBe(REASON);
      expect(pipeline.exchange.facts.of("attempt-failed")).toEqual([
        { kind: "attempt-failed", target: `${it.kind}/x`, status: 0, error: "timeout" },
      ]);
    }
  });

  test("is complete where its last event was there, and nothing counts against its target", async () => {
    for (const { name, pieces } of everyCut(Buffer.from(it.begun + it.rest))) {
      const { text, pipeline } = await brokenOff(it, pieces);
      expect([name, pipeline.exchange.error, text.includes(`"error"`)]).toEqual([name, undefined, false]);
      expect(pipeline.exchange.facts.of("attempt-failed")).toEqual([]);
      expect(await pipeline.log("aborted")).toMatchObject({ outcome: "complete", status: 200 });
    }
  });

  test("without a reason still ends in an error", async () => {
    const { text } = await brokenOff(it, [Buffer.from(it.begun)], "none");
    // That the body ended as HTTP says makes no half answer whole.
    expect(lastEvent(text)).toMatchObject({ error: { code: "upstream_error" } });
    expect(text).not.toContain("[DONE]");
  });

  test("keeps the provider's own error, if that was said before", async () => {
    const busy =
      it.kind === "openai"
        ? { error: { message: "busy", code: 503 } }
        : { type: "error", error: { type: "overloaded_error", message: "busy" } };
    const { text, pipeline } = await brokenOff(it, [Buffer.from(`${it.begun}data: ${JSON.stringify(busy)}\n\n`)]);
    expect(text.match(/"error":/g)).toHaveLength(1);
    expect(pipeline.exchange.error).toMatchObject({ kind: "upstream_busy", message: "busy" });
  });
});

describe.each([
  ["passed through", "openai", [] as readonly Hooks[]],
  ["translated", "anthropic", []],
])("a whole answer that is %s and breaks off", (_name, kind, hooks) => {
  test("is an error with the host's reason", async () => {
    const pipeline = openPipeline({ aliases: [alias("m", [target(kind, "x")])], hooks: () => hooks });
    sent(await pipeline.request(chat()));
    await pipeline.response(200, JSON_HEADERS);
    await pipeline.chunk(Buffer.from(`{"choices":[{"mess`));
    const tail = await pipeline.end(REASON);
    expect(tail.status).toBe(504);
    expect(JSON.parse(Buffer.from(tail.body ?? []).toString())).toMatchObject({ error: { code: "upstream_timeout" } });
    expect(pipeline.exchange.facts.of("attempt-failed")).toHaveLength(1);
  });
});

test("plugins are not told of an end that was none", async () => {
  const end = jest.fn(() => []);
  const seen: string[] = [];
  const hooks: Hooks[] = [
    {
      event: (event) => {
        seen.push(event.type);
        return [event];
      },
      end,
    },
  ];
  await brokenOff({ kind: "anthropic", hooks, ...ANTHROPIC }, [Buffer.from(ANTHROPIC.begun)]);
  expect([end.mock.calls.length, seen.at(-1)]).toEqual([0, "error"]);
});
