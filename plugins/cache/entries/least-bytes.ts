import type { ChatEvent } from "../../core/events";

/** What an event adds to an entry's JSON at least: compacted, it may share its wrapping with others. */
export function leastBytes(event: ChatEvent): number {
  if (event.type === "delta") return event.text.length + (event.data?.length ?? 0);
  // Of usage only the last is kept.
  if (event.type === "usage") return 0;
  return JSON.stringify(event.type === "logprobs" ? event.tokens : event).length;
}
