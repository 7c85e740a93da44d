/** One counter of one limit, in memory. Pure bookkeeping: whoever calls decides what the time is, and that it never goes back. */
import type { ItemState } from "../limits";

/** When something happened: whole milliseconds, and the order of calls within and across them. */
export interface Moment {
  readonly now: number;
  readonly order: number;
}

/** A reservation; its counters keep the same object, so a renewal reaches them. */
export interface Held {
  readonly at: Moment;
  expiresAt: number;
}

export interface Meter {
  /** Milliseconds until `amount` (at most the limit's ceiling) fits, given that nothing else happens; 0 = it fits now. */
  wait(amount: number, now: number): number;
  /** Charges what `wait` said fits, at `held.at`. */
  take(amount: number, held: Held): void;
  /** Replaces `reserved` by `used`. On a counter that has forgotten the reservation, only the excess counts. */
  settle(held: Held, reserved: number, used: number, at: Moment): void;
  state(now: number): ItemState;
  /** As if never used: may be forgotten. */
  isIdle(now: number): boolean;
  /**
   * Another counter with the same charges, on its own from now on. What is settled on one of them later changes nothing on the
   * other, so that slots count there until they would have expired.
   */
  copy(): Meter;
}
