import type { ChatEvent } from "../core/events";

/** What an event weighs beside its texts. */
const EVENT_BYTES = 64;

/** About what an event takes of memory, bytes: enough to bound what is held. */
export function heldBytes(event: ChatEvent): number {
  if (event.type === "delta") return EVENT_BYTES + 2 * event.text.length + (event.data?.length ?? 0);
  if (event.type === "block-start" || event.type === "annotation" || event.type === "logprobs" || event.type === "start")
    return EVENT_BYTES + Buffer.byteLength(JSON.stringify(event));
  return EVENT_BYTES;
}
