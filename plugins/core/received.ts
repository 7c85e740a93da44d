/** What was received of an answer, kept for the case that nobody says how many tokens it was. Read only when it turns out so. */
import type { ChatEvent } from "./events";
import { HeldBytes } from "./held-bytes";

/** Kept of one answer; what comes after it is taken to be like it. */
const KEPT = 32 * 1024;

export interface ReceivedText {
  /** What the model wrote: text, reasoning, tool calls. */
  readonly text: string;
  /** From 0 to 1: the part of all that was received that `text` is. */
  readonly share: number;
}

export class Received {
  readonly #decode: (bytes: Buffer) => readonly ChatEvent[];
  readonly #kept = new HeldBytes();
  #length = 0;

  constructor(decode: (bytes: Buffer) => readonly ChatEvent[]) {
    this.#decode = decode;
  }

  /** Bytes of the provider's body. */
  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    const room = KEPT - this.#kept.length;
    if (room > 0) this.#kept.add(bytes.length > room ? bytes.subarray(0, room) : bytes);
  }

  /** Nobody needs it any more: the provider has said its usage. */
  forget(): void {
    this.#kept.take();
    this.#length = 0;
  }

  /** Once: gives its memory back. */
  text(): ReceivedText {
    const kept = this.#kept.take();
    return { text: written(this.#decode(kept)), share: this.#length === 0 ? 1 : kept.length / this.#length };
  }
}

function written(events: readonly ChatEvent[]): string {
  let text = "";
  for (const event of events) {
    if (event.type === "delta") text += event.text;
    else if (event.type === "block-start" && event.start.kind === "tool-call") text += event.start.name;
  }
  return text;
}
