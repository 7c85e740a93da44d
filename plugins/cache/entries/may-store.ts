/** Whether an answer is worth giving again. */
import type { BlockStart, ChatEvent, FinishReason } from "../../core/events";
import { isComplete } from "./is-complete";
import { leastBytes } from "./least-bytes";

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
  if (!isComplete(events) || !saysSomething(events)) return false;
  let bytes = 0;
  for (const event of events) {
    // More than that, the JSON is measured when it is made.
    bytes += leastBytes(event);
    if (bytes > maxBytes) return false;
    if (!mayKeep(event, toolCalls)) return false;
  }
  return true;
}

function mayKeep(event: ChatEvent, toolCalls: boolean): boolean {
  switch (event.type) {
    case "finish":
      return KEPT.has(event.reason);
    // Models that search the web unasked say so here only.
    case "annotation":
      return event.annotation.type !== "url_citation";
    case "usage":
      return (event.usage.webSearches ?? 0) === 0;
    case "block-start":
      return mayKeepBlock(event.start, toolCalls);
    default:
      return true;
  }
}

function mayKeepBlock(start: BlockStart, toolCalls: boolean): boolean {
  switch (start.kind) {
    case "tool-call":
    case "opaque":
      return toolCalls;
    // Its id is good until then; a client that goes on with the conversation sends it back.
    case "audio":
      return start.expiresAt === undefined;
    // Links to pictures are good for an hour or so, and do not say so.
    case "image":
      return start.data !== undefined;
    default:
      return true;
  }
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
