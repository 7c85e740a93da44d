/** Events as a chain: each reader holds the link it has come to, and what all of them have passed is nobody's any more. */
import type { ChatEvent } from "../../core/events";

export interface Link {
  next: Node | undefined;
}

export interface Node extends Link {
  readonly event: ChatEvent;
  readonly bytes: number;
}

/** One reader's place. */
export class Cursor {
  #at: Link;
  #passed = 0;

  constructor(at: Link) {
    this.#at = at;
  }

  /** Bytes of all events taken so far. */
  get passed(): number {
    return this.#passed;
  }

  get done(): boolean {
    return this.#at.next === undefined;
  }

  /** What there is, up to so many bytes, but at least one event. */
  take(maxBytes = Number.POSITIVE_INFINITY): readonly ChatEvent[] {
    const events: ChatEvent[] = [];
    const most = this.#passed + maxBytes;
    for (let node = this.#at.next; node !== undefined; node = node.next) {
      if (events.length > 0 && this.#passed + node.bytes > most) break;
      events.push(node.event);
      this.#passed += node.bytes;
      this.#at = node;
    }
    return events;
  }
}

/** About what an event takes, in memory or written down. */
export function bytesOf(event: ChatEvent): number {
  if (event.type === "delta") return 64 + event.text.length + (event.data?.length ?? 0);
  return 64 + JSON.stringify(event).length;
}
