import fc from "fast-check";
import type { ChatRequest, Message, Part } from "../../../plugins/core/chat";
import { GraftError } from "../../../plugins/core/errors";
import type { EncodedRequest } from "../../../plugins/core/provider";
import { isObject } from "../../../plugins/core/read-json";
import { anthropic } from "../../../plugins/providers/anthropic";
import { MODELS, violations } from "./messages-api";
import { messages, request } from "./random-request";

const model = fc.constantFrom(...Object.keys(MODELS));
const RUNS = { numRuns: 1000, seed: 7 };

/** `undefined` where the request cannot be said at all. */
function encoded(fields: ChatRequest, name: string): EncodedRequest | undefined {
  try {
    return anthropic.encodeRequest(fields, { model: name });
  } catch (thrown) {
    if (!(thrown instanceof GraftError) || thrown.status !== 400) throw thrown;
    return undefined;
  }
}

function parsed(request: EncodedRequest): { readonly [key: string]: unknown } {
  return JSON.parse(request.body.toString("utf8")) as { readonly [key: string]: unknown };
}

describe("any chat request", () => {
  it("becomes a request that the Messages API accepts for the model, or a 400", () => {
    let said = 0;
    fc.assert(
      fc.property(request, model, (fields, name) => {
        const out = encoded(fields, name);
        if (out === undefined) return;
        said += 1;
        expect(violations(parsed(out))).toEqual([]);
        expect(new Set(out.dropped).size).toBe(out.dropped.length);
      }),
      RUNS,
    );
    // Most of them must get through, or the property says little.
    expect(said).toBeGreaterThan(RUNS.numRuns * 0.8);
  });

  it("keeps every visible text", () => {
    fc.assert(
      fc.property(request, model, (fields, name) => {
        const out = encoded(fields, name);
        if (out === undefined) return;
        const all = texts(parsed(out));
        for (const text of visibleTexts(fields.messages)) expect(all).toContain(text.trimEnd());
      }),
      RUNS,
    );
  });

  it("keeps the prefix of a conversation that grows, so that the provider's prompt cache keeps working", () => {
    fc.assert(
      fc.property(messages, model, (before, name) => {
        const ask: Message = { role: "user", parts: [{ type: "text", text: "And now?" }] };
        const answer: Message = { role: "assistant", parts: [{ type: "text", text: "This." }] };
        const base = { kind: "chat" as const, model: "alias", stream: false, includeUsage: false, extra: {} };
        const short = encoded({ ...base, messages: [...before, ask] }, name);
        const long = encoded({ ...base, messages: [...before, ask, answer, ask] }, name);
        if (short === undefined || long === undefined) return;
        const earlier = parsed(short)["messages"] as unknown[];
        expect(parsed(long)["system"]).toEqual(parsed(short)["system"]);
        expect((parsed(long)["messages"] as unknown[]).slice(0, earlier.length)).toEqual(earlier);
      }),
      RUNS,
    );
  });
});

function visibleTexts(list: readonly Message[]): string[] {
  return list
    .flatMap((message) => message.parts)
    .flatMap((part): readonly Part[] => (part.type === "tool-result" ? part.content : [part]))
    .flatMap((part) => (part.type === "text" && part.text.trim() !== "" ? [part.text] : []));
}

function texts(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(texts).join("\n");
  return isObject(value) ? Object.values(value).map(texts).join("\n") : "";
}
