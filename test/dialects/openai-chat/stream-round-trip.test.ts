/** Any well-formed answer, written as a stream or whole and read back by the codec of this dialect, says the same. */
import fc from "fast-check";
import { BlockWriter } from "../../../plugins/core/block-writer";
import type { BlockStart, ChatEvent } from "../../../plugins/core/events";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";
import { decodePieces, foldEvents, grammarBreaks, splits, testContext } from "../../providers/oracle";
import { document, START, stream } from "./answer";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const start: fc.Arbitrary<BlockStart> = fc.oneof(
  fc.constant({ kind: "text" } as const),
  fc.constant({ kind: "refusal" } as const),
  fc.constant({ kind: "reasoning", provider: "anthropic" } as const),
  fc.string({ minLength: 1 }).map((name) => ({ kind: "tool-call", id: "", name }) as const),
  fc.constant({ kind: "opaque", provider: "anthropic", value: { a: 1 } } as const),
);
const step = fc.record({ choice: fc.nat(2), key: fc.nat(3), start, text, close: fc.boolean(), signature: fc.boolean() });

/** Random steps through a BlockWriter: blocks interleave, close and reopen, over several choices. */
function eventsOf(
  steps: readonly { choice: number; key: number; start: BlockStart; text: string; close: boolean; signature: boolean }[],
): ChatEvent[] {
  const writer = new BlockWriter();
  let calls = 0;
  for (const it of steps) {
    // Tool calls may interleave; of the others, one is open at a time.
    const isCall = it.start.kind === "tool-call";
    const key = `${isCall ? "tool" : "flow"}/${it.key}`;
    writer.closeFlows(it.choice, key);
    const begun = it.start.kind === "tool-call" ? { ...it.start, id: `call_${++calls}` } : it.start;
    writer.open(it.choice, key, begun, !isCall);
    if (begun.kind === "opaque") writer.close(it.choice, key);
    else {
      writer.delta(it.choice, key, it.text);
      if (it.signature && begun.kind === "reasoning") writer.signature(it.choice, key, "sig");
      if (it.close) writer.close(it.choice, key);
    }
  }
  for (const choice of new Set([0, ...steps.map((it) => it.choice)])) writer.finish(choice, "stop", "stop");
  return writer.take();
}

/** The reading of one choice, moved to choice 0. */
function read(events: readonly ChatEvent[], choice: number) {
  const moved = events
    .filter((event) => "choice" in event && event.choice === choice)
    .map((event) => ({ ...event, choice: 0 }) as ChatEvent);
  const folded = foldEvents(moved);
  return { ...folded, toolCalls: folded.toolCalls.map((call) => ({ ...call, arguments: call.arguments || "{}" })) };
}

it("streamed and whole", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(), (steps, seed) => {
      const events = eventsOf(steps);
      expect(grammarBreaks([START, ...events])).toEqual([]);
      const pieces = splits(Buffer.from(stream(events)), seed).random;
      const streamed = decodePieces(anyOpenaiCompatible, true, pieces, testContext());
      const whole = anyOpenaiCompatible.decodeResponse(document(events), testContext());
      for (const choice of [0, 1, 2]) {
        const told = read(events, choice);
        // Signed reasoning is said twice in a stream: in pieces, and whole beside its signature.
        const signed = steps.some((it) => it.signature) ? { reasoning: expect.any(String) } : {};
        expect(read(streamed, choice)).toEqual({ ...told, ...signed });
        expect(read(whole, choice)).toEqual(told);
      }
      expect(grammarBreaks(streamed)).toEqual([]);
    }),
    { seed: 11, numRuns: 150 },
  );
});
