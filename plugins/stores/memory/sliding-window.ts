import { type ItemState, type Limit, MAX_AMOUNT } from "../limits";
import type { Held, Meter, Moment } from "./meter";

/** Counts per sub-window: the current one and as many before it as a window has, so the oldest counts whole. */
export class SlidingWindow implements Meter {
  readonly #limit: number;
  readonly #subMs: number;
  readonly #subWindows: number;
  /** Oldest first, only those with a charge. */
  readonly #counts: { readonly index: number; used: number }[] = [];

  constructor({ limit, windowMs, subWindows }: Extract<Limit, { kind: "sliding-window" }>) {
    this.#limit = limit;
    this.#subMs = windowMs / subWindows;
    this.#subWindows = subWindows;
  }

  wait(amount: number, now: number): number {
    let over = this.#used(now) + amount - this.#limit;
    let until = now;
    for (const { index, used } of this.#counts) {
      if (over <= 0) break;
      over -= used;
      until = this.#outOfSight(index);
    }
    return until - now;
  }

  take(amount: number, held: Held): void {
    this.#charge(amount, held.at.now);
  }

  settle(held: Held, reserved: number, used: number, at: Moment): void {
    if (used > reserved) {
      this.#charge(Math.min(used - reserved, MAX_AMOUNT - this.#used(at.now)), at.now);
      return;
    }
    const count = this.#counts.find(({ index }) => index === this.#index(held.at.now));
    if (count !== undefined) count.used -= reserved - used;
  }

  state(now: number): ItemState {
    const remaining = this.#limit - this.#used(now);
    const last = this.#counts.findLast(({ used }) => used > 0);
    return { remaining, resetMs: last === undefined ? 0 : this.#outOfSight(last.index) - now };
  }

  isIdle(now: number): boolean {
    return this.#used(now) === 0;
  }

  copy(): SlidingWindow {
    const windowMs = this.#subMs * this.#subWindows;
    const copy = new SlidingWindow({ kind: "sliding-window", limit: this.#limit, windowMs, subWindows: this.#subWindows });
    for (const count of this.#counts) copy.#counts.push({ ...count });
    return copy;
  }

  #charge(amount: number, now: number): void {
    const index = this.#index(now);
    const last = this.#counts.at(-1);
    if (last?.index === index) last.used += amount;
    else this.#counts.push({ index, used: amount });
  }

  /** Forgets what is out of sight and sums the rest. */
  #used(now: number): number {
    const oldest = this.#index(now) - this.#subWindows;
    while (this.#counts[0] !== undefined && this.#counts[0].index < oldest) this.#counts.shift();
    return this.#counts.reduce((sum, { used }) => sum + used, 0);
  }

  #index(now: number): number {
    return Math.floor(now / this.#subMs);
  }

  /** From when on a sub-window does not count any more. */
  #outOfSight(index: number): number {
    return (index + this.#subWindows + 1) * this.#subMs;
  }
}
