import fc from "fast-check";
import { isComplete } from "../../../plugins/cache/entries/is-complete";
import { mayStore, type StoreRules } from "../../../plugins/cache/entries/may-store";
import { GraftError } from "../../../plugins/core/errors";
import type { BlockStart, ChatEvent, FinishReason } from "../../../plugins/core/events";
import { answer } from "../../dialects/openai-chat/answer";
import { answers, START, spoken } from "./support";

const RULES: StoreRules = { maxBytes: 10_000, toolCalls: true };
const USAGE: ChatEvent = { type: "usage", usage: { input: 1, output: 1 } };
const CITED: ChatEvent = {
  type: "annotation",
  choice: 0,
  block: 0,
  annotation: { type: "url_citation", url: "https://a.example" },
};
const TOKEN = { token: "hello", logprob: -1, top: [{ token: "hi", logprob: -2 }] };
const LOGPROBS = Array.from({ length: 100 }, (): ChatEvent => ({ type: "logprobs", choice: 0, of: "content", tokens: [TOKEN] }));
const FAILED: ChatEvent = { type: "error", error: new GraftError("upstream_failed", "x") };

const said = (finish: FinishReason = "stop"): ChatEvent[] => [START, ...answer([[{ kind: "text" }, "hello"]], finish)];
const block = (start: BlockStart, ...text: string[]): ChatEvent[] => [START, ...answer([[start, ...text]])];
const CALL: BlockStart = { kind: "tool-call", id: "c", name: "f" };

it.each<[string, readonly ChatEvent[], Partial<StoreRules>, boolean]>([
  ["a plain answer", said(), {}, true],
  ["with usage behind it", [...said(), USAGE], {}, true],
  ["cut where the client wanted it cut", said("length"), {}, true],
  ["stopped by a filter", said("content-filter"), {}, false],
  ["that failed", said("error"), {}, false],
  ["that the client has to continue", said("other"), {}, false],
  ["without its start", said().slice(1), {}, false],
  ["without its end", said().slice(0, -1), {}, false],
  ["broken off", [...said().slice(0, -1), FAILED], {}, false],
  ["failed behind its end", [...said(), FAILED], {}, false],
  ["nothing", [], {}, false],
  ["only a start", [START], {}, false],
  ["two starts", [START, ...said()], {}, false],
  ["two choices", [...said(), ...answer([[{ kind: "text" }, "b"]], "stop", 1)], {}, true],
  ["two choices, one not ended", [...said(), ...answer([[{ kind: "text" }, "b"]], "stop", 1).slice(0, -1)], {}, false],
  ["two choices, one filtered", [...said(), ...answer([[{ kind: "text" }, "b"]], "content-filter", 1)], {}, false],
  ["two choices, one silent", [...said(), ...answer([], "stop", 1)], {}, false],
  [
    "something behind the end of its choice",
    [...said(), { type: "block-start", choice: 0, block: 9, start: { kind: "text" } }],
    {},
    false,
  ],
  ["no words", block({ kind: "text" }), {}, false],
  ["empty words", block({ kind: "text" }, ""), {}, false],
  ["no block at all", [START, ...answer([])], {}, false],
  ["thoughts only", block({ kind: "reasoning", provider: "p" }, "hm"), {}, false],
  ["words from the web", [...said().slice(0, -2), CITED, ...said().slice(-2)], {}, false],
  ["words after a search", [...said(), { type: "usage", usage: { input: 1, output: 1, webSearches: 1 } }], {}, false],
  ["a refusal in words", block({ kind: "refusal" }, "no"), {}, true],
  ["a tool call", block(CALL, "{}"), {}, true],
  ["a tool call without arguments", block(CALL), {}, true],
  ["a tool call where none may be kept", block(CALL, "{}"), { toolCalls: false }, false],
  [
    "a provider's own tool where none may be kept",
    block({ kind: "opaque", provider: "p", value: {} }),
    { toolCalls: false },
    false,
  ],
  ["a provider's own tool", block({ kind: "opaque", provider: "p", value: {} }), {}, true],
  ["words where no tool call may be kept", said(), { toolCalls: false }, true],
  ["an image", block({ kind: "image", mediaType: "image/png", data: "aGk=" }), {}, true],
  ["an image that is too large", block({ kind: "image", mediaType: "image/png", data: "x".repeat(99) }), { maxBytes: 98 }, false],
  ["audio", block({ kind: "audio" }, "la"), {}, true],
  ["audio with an id that expires", block({ kind: "audio", id: "a", expiresAt: 9 }, "la"), {}, false],
  ["as large as may be", spoken("x".repeat(4600)), { maxBytes: 5000 }, true],
  [
    "too large by what stands beside its words",
    [...said().slice(0, -1), ...LOGPROBS, ...said().slice(-1)],
    { maxBytes: 5000 },
    false,
  ],
  ["too large", spoken("x".repeat(5001), { pieces: 70 }), { maxBytes: 5000 }, false],
])("%s", (_, events, rules, kept) => {
  expect(mayStore(events, { ...RULES, ...rules })).toBe(kept);
});

it("no part of an answer is a complete one, up to its last end", () => {
  fc.assert(
    fc.property(answers, fc.nat(), (events, at) => {
      expect(isComplete(events)).toBe(true);
      const end = events.findLastIndex(({ type }) => type === "finish");
      expect(isComplete(events.slice(0, at % (end + 1)))).toBe(isCut(events, at % (end + 1)));
    }),
    { seed: 4, numRuns: 300 },
  );
});

/** Cut exactly behind one choice, in front of the next one, nothing is missing that one could see. */
function isCut(events: readonly ChatEvent[], at: number): boolean {
  const choices = new Set(events.slice(0, at).flatMap((event) => ("choice" in event ? [event.choice] : [])));
  const ended = new Set(events.slice(0, at).flatMap((event) => (event.type === "finish" ? [event.choice] : [])));
  return ended.size > 0 && choices.size === ended.size;
}
