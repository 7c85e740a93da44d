import type { ChatEvent } from "../../core/events";
import type { Cursor } from "./cursor";
import type { Message, Over } from "./message";
import type { Recording } from "./recording";
import type { AnswerFacts } from "./roles";

/** Of one message, about. */
const MESSAGE_BYTES = 64 * 1024;

/** Writes down what is being recorded, message by message. */
export class Publisher {
  readonly #append: (message: Message) => Promise<unknown>;
  readonly #maxBytes: number;
  #recording: Recording;
  #cursor: Cursor | undefined;
  #take = 1;
  #at = 0;
  #bytes = 0;
  /** Not known to have arrived: it goes again, word for word. */
  #unsent: Message | undefined;
  #over = false;

  /** @param maxBytes written at most, about: a store cannot forget the beginning of what some have yet to read */
  constructor(append: (message: Message) => Promise<unknown>, maxBytes: number, recording: Recording) {
    this.#append = append;
    this.#maxBytes = maxBytes;
    this.#recording = recording;
  }

  /** From here on another try's answer. */
  follow(recording: Recording): void {
    this.#recording = recording;
    this.#cursor = undefined;
    this.#take += 1;
    this.#at = 0;
  }

  /** All there is. @param over it is the end as well. @throws what the store throws; the next call goes on where this one stopped */
  async publish(over?: "end" | "fail", facts?: AnswerFacts): Promise<void> {
    while (!this.#over) {
      this.#unsent ??= this.#next(over, facts);
      if (this.#unsent === undefined) return;
      const message = this.#unsent;
      await this.#append(message);
      this.#unsent = undefined;
      this.#over = message.over !== undefined;
    }
  }

  #next(over?: "end" | "fail", facts?: AnswerFacts): Message | undefined {
    this.#cursor ??= this.#recording.cursor();
    if (this.#cursor === undefined || this.#bytes > this.#maxBytes) return this.#message([], "closed");
    const before = this.#cursor.passed;
    const events = this.#cursor.take(MESSAGE_BYTES);
    this.#bytes += this.#cursor.passed - before;
    if (over !== undefined && this.#cursor.done) return this.#message(events, over, facts);
    return events.length === 0 ? undefined : this.#message(events);
  }

  #message(events: readonly ChatEvent[], over?: Over, facts?: AnswerFacts): Message {
    const at = this.#at;
    this.#at += events.length;
    return { take: this.#take, at, events, ...(over && { over }), ...(facts && { facts }) };
  }
}
