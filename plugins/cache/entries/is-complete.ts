import type { ChatEvent } from "../../core/events";

/** From `start` to the `finish` of every choice that has begun, and nothing went wrong on the way. */
export function isComplete(events: readonly ChatEvent[]): boolean {
  if (events[0]?.type !== "start") return false;
  const running = new Set<number>();
  const finished = new Set<number>();
  for (const [at, event] of events.entries()) {
    if (event.type === "error" || (event.type === "start" && at > 0)) return false;
    if (!("choice" in event)) continue;
    if (finished.has(event.choice)) return false;
    if (event.type === "finish") {
      running.delete(event.choice);
      finished.add(event.choice);
    } else running.add(event.choice);
  }
  return finished.size > 0 && running.size === 0;
}
