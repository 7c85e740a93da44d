/** Whether an answer is worth giving again. */
import type { ChatEvent, FinishReason } from "../../core/events";
import { isComplete } from "./is-complete";

export interface StoreRules {
  /** Of the entry as JSON, before compression. */
  readonly maxBytes: number;
  /** Whether answers that call tools may be kept. */
  readonly toolCalls: boolean;
}

/**
 * A cut at `max_tokens` is what was asked for. Filters and failures may come out otherwise next time, and "other" is also said of turns
 * that the client has to continue (Anthropic's `pause_turn`).
 */
const KEPT: ReadonlySet<FinishReason> = new Set<FinishReason>(["stop", "length", "tool-calls"]);

export function mayStore(events: readonly ChatEvent[], { maxBytes, toolCalls }: StoreRules): boolean {
  if (!isComplete(events) || !saysSomething(events) || leastBytes(events) > maxBytes) return false;
  for (const event of events) {
    if (event.type === "finish" && !KEPT.has(event.reason)) return false;
    if (event.type !== "block-start") continue;
    const { start } = event;
    if (!toolCalls && (start.kind === "tool-call" || start.kind === "opaque")) return false;
    // Its id is good until then; a client that goes on with the conversation sends it back.
    if (start.kind === "audio" && start.expiresAt !== undefined) return false;
  }
  return true;
}

/** Providers do answer with nothing at times, thoughts aside; who asks again wants another try. */
function saysSomething(events: readonly ChatEvent[]): boolean {
  const choices = new Set<number>();
  const speaking = new Set<number>();
  const thoughts = new Set<string>();
  for (const event of events) {
    if (!("choice" in event)) continue;
    choices.add(event.choice);
    if (event.type === "block-start") {
      const { kind } = event.start;
      if (kind === "reasoning") thoughts.add(`${event.choice}/${event.block}`);
      if (kind === "tool-call" || kind === "image" || kind === "opaque") speaking.add(event.choice);
    } else if (event.type === "delta" && (event.text !== "" || event.data !== undefined)) {
      if (!thoughts.has(`${event.choice}/${event.block}`)) speaking.add(event.choice);
    }
  }
  return choices.size === speaking.size;
}

/** Cheap, and never more than the JSON has: that is measured when it is made. */
function leastBytes(events: readonly ChatEvent[]): number {
  let bytes = 0;
  for (const event of events) {
    if (event.type === "delta") bytes += event.text.length + (event.data?.length ?? 0);
    else if (event.type === "block-start" && event.start.kind === "image") bytes += event.start.data?.length ?? 0;
  }
  return bytes;
}
