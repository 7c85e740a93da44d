/** Answers for the entry tests: random ones of every kind of event, well formed as codecs make them. */
import fc from "fast-check";
import type { Entry } from "../../../plugins/cache/entry";
import { BlockWriter } from "../../../plugins/core/block-writer";
import type { BlockStart, ChatEvent } from "../../../plugins/core/events";

export const START: ChatEvent = { type: "start", id: "chatcmpl-1", model: "m", created: 7, extra: { system_fingerprint: "fp" } };

const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 8 }), fc.constantFrom("", "\ud83d", "\ude00", '"\n\\'));

const start: fc.Arbitrary<BlockStart> = fc.oneof(
  fc.constant<BlockStart>({ kind: "text" }),
  fc.constant<BlockStart>({ kind: "refusal" }),
  fc.constantFrom<BlockStart>({ kind: "reasoning", provider: "p" }, { kind: "reasoning", provider: "p", extra: { id: "r" } }),
  fc.constant<BlockStart>({ kind: "reasoning", provider: "anthropic", redacted: "blob" }),
  fc.constantFrom<BlockStart>(
    { kind: "tool-call", id: "c1", name: "f", signature: "s" },
    { kind: "tool-call", id: "c2", name: "g", custom: true },
  ),
  fc.constant<BlockStart>({ kind: "audio", id: "a" }),
  fc.constant<BlockStart>({ kind: "image", mediaType: "image/png", data: "aGk=" }),
  fc.constant<BlockStart>({ kind: "opaque", provider: "anthropic", value: { a: [1, { b: null }] } }),
);

/** Complete at once: nothing more is said in them. */
function isClosed(it: BlockStart): boolean {
  return it.kind === "image" || it.kind === "opaque" || (it.kind === "reasoning" && it.redacted !== undefined);
}

const step = fc.record({
  choice: fc.nat(2),
  key: fc.constantFrom("a", "b", "c"),
  what: fc.constantFrom("delta", "delta", "delta", "data", "close", "signature", "annotation", "logprobs", "usage"),
  start,
  text,
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Blocks interleave, also several texts of one choice; choices interleave; usage comes at any time. */
function eventsOf(steps: readonly Step[]): ChatEvent[] {
  const writer = new BlockWriter();
  const kinds = new Map<string, BlockStart>();
  for (const it of steps) {
    const { choice, key } = it;
    if (it.what === "usage") {
      writer.emit({ type: "usage", usage: { input: it.text.length, output: 1 } });
      continue;
    }
    if (it.what === "logprobs") {
      const token = { token: it.text, logprob: -0.5, bytes: [1, 2], top: [{ token: "x", logprob: -1, bytes: null }] };
      writer.emit({ type: "logprobs", choice, of: it.key === "a" ? "refusal" : "content", tokens: [token] });
      continue;
    }
    if (!writer.isOpen(choice, key)) {
      writer.open(choice, key, it.start);
      kinds.set(`${choice}${key}`, it.start);
    }
    const kind = kinds.get(`${choice}${key}`);
    if (it.what === "close" || kind === undefined || isClosed(kind)) writer.close(choice, key);
    else if (it.what === "signature") writer.signature(choice, key, it.text);
    else if (it.what === "annotation") writer.annotation(choice, key, { type: "url_citation", url: it.text, startIndex: 0 });
    else if (it.what === "data" && kind.kind === "audio") writer.delta(choice, key, it.text, it.text === "" ? "QQ==" : "QUJD");
    else writer.delta(choice, key, it.text);
  }
  for (const choice of new Set([0, ...steps.map((it) => it.choice)])) writer.finish(choice, "stop", "stop");
  return [START, ...writer.take()];
}

export const answers: fc.Arbitrary<ChatEvent[]> = fc.array(step, { maxLength: 30 }).map(eventsOf);

export function entryOf(events: readonly ChatEvent[], it: Partial<Entry> = {}): Entry {
  return { events, storedAt: 1_800_000_000_000, target: "openai/gpt-x", dropped: [], ...it };
}

/** One text answer of about this many characters. */
export function spoken(words: string, it: { readonly pieces?: number } = {}): ChatEvent[] {
  const writer = new BlockWriter();
  const pieces = it.pieces ?? 1;
  const size = Math.ceil(words.length / pieces);
  for (let at = 0; at < words.length; at += size) writer.flow(0, { kind: "text" }, words.slice(at, at + size));
  writer.finish(0, "stop");
  writer.emit({ type: "usage", usage: { input: 3, output: 5 } });
  return [START, ...writer.take()];
}
