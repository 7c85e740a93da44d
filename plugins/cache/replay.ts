/** Kept answers as if somebody were typing. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatEvent } from "../core/events";

/** Small enough to look like typing, large enough not to cost much. */
const PIECE = 24;

/** Deltas in pieces, at this many characters a second; everything else at once. */
export async function* paced(events: readonly ChatEvent[], charsPerSecond: number): AsyncGenerator<readonly ChatEvent[]> {
  const began = performance.now();
  let sent = 0;
  let ready: ChatEvent[] = [];
  for (const event of events) {
    if (event.type !== "delta" || event.data !== undefined) {
      ready.push(event);
      continue;
    }
    for (const text of pieces(event.text)) {
      ready.push({ ...event, text });
      yield ready;
      ready = [];
      sent += text.length;
      // By the time since the beginning, so that late timers do not add up.
      await sleep(began + (1000 * sent) / charsPerSecond - performance.now());
    }
  }
  if (ready.length > 0) yield ready;
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + PIECE, text.length);
    if (end < text.length && isHigh(text.charCodeAt(end - 1))) end += 1;
    yield text.slice(at, end);
    at = end;
  }
}

/** The first half of a surrogate pair. */
function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
