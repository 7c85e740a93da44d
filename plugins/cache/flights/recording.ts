import type { ChatEvent } from "../../core/events";
import { saysSomething } from "../../core/says-something";
import { bytesOf, Cursor, type Link } from "./cursor";
import { Reader } from "./reader";
import type { AnswerFacts } from "./roles";
import type { Room } from "./room";

export interface RecordingParts {
  /** What is kept for newcomers, and how far a reader may stay behind. */
  readonly maxBytes: number;
  readonly room: Room;
  /** Somebody waits for it to begin, or to be complete: it is kept for them while there is room. */
  awaited(): boolean;
  /** Its first word has come, or it takes no more newcomers. */
  onTurn(): void;
}

/** One answer, from one try of one provider, as it comes in. Never begun anew: so no reader ever gets a mix of two. */
export class Recording {
  readonly #parts: RecordingParts;
  readonly #readers = new Set<Reader>();
  #tail: Link = { next: undefined };
  /** Where newcomers begin. */
  #head: Link | undefined = this.#tail;
  #bytes = 0;
  #taken = 0;
  #spoken = false;
  #state: "running" | "complete" | "broken" = "running";
  #facts: AnswerFacts | undefined;

  constructor(parts: RecordingParts) {
    this.#parts = parts;
  }

  get state(): "running" | "complete" | "broken" {
    return this.#state;
  }

  /** The model has begun to speak. */
  get spoken(): boolean {
    return this.#spoken;
  }

  get empty(): boolean {
    return this.#bytes === 0;
  }

  /** Its beginning was not kept: nobody can begin to read it any more. */
  get closed(): boolean {
    return this.#head === undefined;
  }

  get followed(): boolean {
    return this.#readers.size > 0;
  }

  /** Once complete, if it was stored. */
  get facts(): AnswerFacts | undefined {
    return this.#facts;
  }

  push(event: ChatEvent): void {
    if (this.#state !== "running" || event.type === "error") return;
    this.#keep(this.#append(event));
    for (const reader of this.#readers) reader.wake();
    if (this.#spoken || !saysSomething(event)) return;
    this.#spoken = true;
    this.#parts.onTurn();
  }

  /** Takes no more newcomers. */
  close(): void {
    if (this.closed) return;
    this.#head = undefined;
    this.#giveBack();
    this.#parts.onTurn();
  }

  complete(facts: AnswerFacts | undefined): void {
    if (this.#state !== "running") return;
    this.#state = "complete";
    this.#facts = facts;
    this.#settle();
  }

  break(): void {
    if (this.#state !== "running") return;
    this.#state = "broken";
    this.#settle();
  }

  /** One that is complete already: it is in memory anyway, whatever its size. */
  land(events: readonly ChatEvent[], facts: AnswerFacts): void {
    for (const event of events) this.#append(event);
    this.complete(facts);
  }

  /** A place at its beginning, for somebody who looks by himself. @returns undefined when it is closed */
  cursor(): Cursor | undefined {
    return this.#head && new Cursor(this.#head);
  }

  /** @returns undefined when it is closed */
  read(): Reader | undefined {
    const cursor = this.cursor();
    if (cursor === undefined) return undefined;
    const reader = new Reader(this, cursor, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  #append(event: ChatEvent): number {
    const bytes = bytesOf(event);
    this.#tail.next = { event, bytes, next: undefined };
    this.#tail = this.#tail.next;
    this.#bytes += bytes;
    return bytes;
  }

  #keep(bytes: number): void {
    const { maxBytes, room, awaited } = this.#parts;
    if (!this.closed) {
      if ((this.#bytes <= maxBytes || awaited()) && room.take(bytes)) this.#taken += bytes;
      else this.close();
    }
    if (this.#bytes <= maxBytes) return;
    // The others go on; what only this one has yet to read would grow without end.
    for (const reader of this.#readers) if (reader.isBehind(this.#bytes, maxBytes)) reader.cut("behind");
  }

  #settle(): void {
    this.#giveBack();
    for (const reader of this.#readers) reader.wake();
  }

  #giveBack(): void {
    this.#parts.room.give(this.#taken);
    this.#taken = 0;
  }
}
