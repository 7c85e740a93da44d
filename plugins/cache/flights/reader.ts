import { GraftError } from "../../core/errors";
import type { ChatEvent } from "../../core/events";
import type { Cursor } from "./cursor";
import type { Recording } from "./recording";
import type { AnswerFacts } from "./roles";

/** One follower reading a recording, at its own pace. */
export class Reader {
  readonly #recording: Recording;
  readonly #onClose: () => void;
  /** Absent: cut off. */
  #cursor: Cursor | undefined;
  #why: "left" | "behind" = "left";
  #waits = false;
  #wake: (() => void) | undefined;

  constructor(recording: Recording, cursor: Cursor, onClose: () => void) {
    this.#recording = recording;
    this.#cursor = cursor;
    this.#onClose = onClose;
  }

  /** Has yet to read more than this of so many bytes. Whoever waits for something new is quick, however much comes at once. */
  isBehind(bytes: number, maxBytes: number): boolean {
    return !this.#waits && this.#cursor !== undefined && bytes - this.#cursor.passed > maxBytes;
  }

  get facts(): AnswerFacts | undefined {
    return this.#recording.facts;
  }

  /** There is something new. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Ends it, also in the middle. */
  cut(why: "left" | "behind"): void {
    if (this.#cursor === undefined) return;
    this.#cursor = undefined;
    this.#why = why;
    this.#onClose();
    this.wake();
  }

  /** In batches: all there is. @throws GraftError */
  async *events(): AsyncGenerator<readonly ChatEvent[], void> {
    try {
      for (;;) {
        if (this.#cursor === undefined) throw cutOff(this.#why);
        const events = this.#cursor.take();
        if (events.length > 0) yield events;
        else if (this.#recording.state === "complete") return;
        else if (this.#recording.state === "broken") throw brokenOff();
        else await this.#news();
      }
    } finally {
      this.cut("left");
    }
  }

  async #news(): Promise<void> {
    this.#waits = true;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#waits = false;
  }
}

function brokenOff(): GraftError {
  return new GraftError("upstream_failed", "The call to the provider that this answer was shared with broke off.");
}

function cutOff(why: "left" | "behind"): GraftError {
  if (why === "left") return new GraftError("client_closed", "The client has left.");
  return new GraftError("upstream_failed", "This answer was shared with another call, and was read too slowly to be kept.");
}
