/** Answers as events, for the encoder tests. */
import { BlockWriter } from "../../../plugins/core/block-writer";
import type { EncodeContext } from "../../../plugins/core/dialect";
import type { BlockStart, ChatEvent, FinishReason } from "../../../plugins/core/events";
import { openaiChat } from "../../../plugins/dialects/openai-chat";

export const START: ChatEvent = { type: "start", id: "chatcmpl-1", model: "m", created: 7 };

export function context(fields: Partial<EncodeContext> = {}): EncodeContext {
  let count = 0;
  return { includeUsage: false, created: 9, newId: (prefix) => `${prefix}${++count}`, ...fields };
}

/** A block as [start, deltas…]; a delta may carry audio data. */
export type Block = readonly [BlockStart, ...(readonly (string | { readonly text: string; readonly data: string })[])];

export function answer(blocks: readonly Block[], finish: FinishReason = "stop", choice = 0, raw?: string): ChatEvent[] {
  const writer = new BlockWriter();
  for (const [at, [start, ...deltas]] of blocks.entries()) {
    writer.open(choice, String(at), start);
    for (const delta of deltas) {
      if (typeof delta === "string") writer.delta(choice, String(at), delta);
      else writer.delta(choice, String(at), delta.text, delta.data);
    }
    writer.close(choice, String(at));
  }
  writer.finish(choice, finish, raw);
  return writer.take();
}

export function document(events: readonly ChatEvent[], fields: Partial<EncodeContext> = {}): Record<string, unknown> {
  return JSON.parse(openaiChat.encodeResponse([START, ...events], context(fields))) as Record<string, unknown>;
}

export function stream(events: readonly ChatEvent[], fields: Partial<EncodeContext> = {}): string {
  const encoder = openaiChat.encodeStream(context(fields));
  const text = [START, ...events].map((event) => encoder.push(event)).join("");
  return events.at(-1)?.type === "error" ? text : text + encoder.end();
}
