/**
 * The time limits of one call, on one timer. It is not set anew at every piece: when it fires, it looks how long the call has really
 * been silent and sleeps for the rest.
 */
import type { GraftError } from "../../core/errors";
import { tooSlow } from "./call-error";
import type { CallLimits } from "./provider-call";

export class Deadlines {
  readonly #limits: CallLimits;
  readonly #onExpired: (error: GraftError) => void;
  readonly #startedAt = performance.now();
  #begun = false;
  #held = false;
  #movedAt = 0;
  #firesAt = 0;
  #suspected = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: CallLimits, onExpired: (error: GraftError) => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
    this.#setTimer(this.#startedAt);
  }

  begun(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#restart();
  }

  /** A piece has come. */
  moved(): void {
    if (this.#begun) this.#movedAt = performance.now();
  }

  /** While we hold the answer back, silence is not the provider's. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#begun) this.#restart();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #restart(): void {
    this.#movedAt = performance.now();
    // The timer may be set for the total limit.
    if (this.#timer !== undefined && this.#next() < this.#firesAt) this.#setTimer(this.#movedAt);
  }

  /** When the nearest limit is reached, if nothing happens. */
  #next(): number {
    const { firstByteMs, idleMs, totalMs } = this.#limits;
    const total = this.#startedAt + totalMs;
    if (!this.#begun) return Math.min(total, this.#startedAt + firstByteMs);
    return this.#held ? total : Math.min(total, this.#movedAt + idleMs);
  }

  #setTimer(now: number): void {
    clearTimeout(this.#timer);
    this.#suspected = false;
    this.#firesAt = this.#next();
    this.#timer = setTimeout(() => this.#look(), Math.ceil(this.#firesAt - now));
  }

  #look(): void {
    const now = performance.now();
    if (this.#next() > now) this.#setTimer(now);
    else if (this.#suspected) this.#expire(now);
    else {
      // We may have been the slow ones: timers come before the sockets' turn, and a piece may be waiting there.
      this.#suspected = true;
      this.#timer = setTimeout(() => this.#look(), 1);
    }
  }

  #expire(now: number): void {
    const { firstByteMs, idleMs, totalMs } = this.#limits;
    this.#timer = undefined;
    if (now >= this.#startedAt + totalMs) this.#onExpired(tooSlow("total limit", totalMs));
    else if (this.#begun) this.#onExpired(tooSlow("idle limit", idleMs));
    else this.#onExpired(tooSlow("first-byte limit", firstByteMs));
  }
}
