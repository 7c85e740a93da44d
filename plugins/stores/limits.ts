/**
 * Limits: reserve before the work, settle after it.
 *
 * One `reserve` takes from every limit that applies, all or nothing, in one atomic step. One `settle` replaces what was reserved
 * by what was used. What then holds, in ANY stretch of time of length T, for the amounts of the admitted requests (settled ones
 * count what they used, at most what they reserved, at the moment they were admitted; open and expired ones what they reserved;
 * a token bucket that is refunded by very many requests at once may count a little more, never less):
 *
 *   token bucket     at most `capacity` + `refill` × T / `everyMs`
 *   sliding window   at most `limit`, for T up to `windowMs`; the price: the oldest sub-window counts whole until all of it is out
 *                    of sight, so a request may be refused up to `windowMs` / `subWindows` longer than a perfect log would
 *   concurrency      at most `slots` at any moment, among reservations neither settled nor expired
 *
 * plus, in all of them, what was settled within T beyond its reservation. That excess is charged when it is settled and may take
 * a limit into debt (`remaining` below zero): nothing more is admitted until the debt is paid off.
 *
 * Reservations expire as data, at an exact time, whether or not anybody looks: the slot is free again, tokens stay charged as
 * reserved. Whoever works longer than its ttl renews.
 */

/** All numbers are whole, at least 1 and at most MAX_AMOUNT. */
export type Limit =
  | {
      readonly kind: "token-bucket";
      /** What may be used at once. */
      readonly capacity: number;
      /** This much comes back, evenly, in every `everyMs`. */
      readonly refill: number;
      readonly everyMs: number;
    }
  /** `subWindows` divides `windowMs`. More of them = less refused too long, more memory per key. */
  | { readonly kind: "sliding-window"; readonly limit: number; readonly windowMs: number; readonly subWindows: number }
  | { readonly kind: "concurrency"; readonly slots: number };

/** Sums of two amounts must stay exact in a double, here and in Redis scripts. As nano-dollars: 4.5 million dollars. */
export const MAX_AMOUNT = 2 ** 52;

export interface LimitItem {
  /** Whose limit. The same key under a limit with other numbers is another counter, so a changed limit starts afresh. */
  readonly key: string;
  /**
   * Which rule the counter belongs to; always the same for one key. Named by the configuration, while clients may choose keys: a
   * store short of room lets new keys of one group share a counter, see `Limits`.
   */
  readonly group?: string;
  readonly limit: Limit;
  /** Whole, from 0. Zero passes unless the limit is in debt. */
  readonly amount: number;
}

export interface ReserveRequest {
  /** Unique per reservation. Reserving an id that is still open charges nothing and is granted: a lost answer may be asked for again. */
  readonly id: string;
  /** From when on the reservation has expired, unless renewed. Whole milliseconds. */
  readonly ttlMs: number;
  /** No two with the same key and limit. */
  readonly items: readonly LimitItem[];
}

export interface ItemState {
  /** What could be reserved now; negative = debt. A bucket's fraction of a token is left out. */
  readonly remaining: number;
  /** Until the limit is as if never used, given that nothing else happens; 0 = it is so now. */
  readonly resetMs: number;
}

/** `items` are the states after the call, in the order of the request. */
export type ReserveResult =
  | { readonly granted: true; readonly items: readonly ItemState[] }
  | {
      readonly granted: false;
      readonly impossible: false;
      readonly items: readonly ItemState[];
      /** Which items have no room, as indexes into the request's. */
      readonly refused: readonly number[];
      /**
       * Exact: the same request is refused before and admitted from then on, given that nothing else happens (nobody reserves,
       * settles or renews). Slots are usually freed sooner than this: it waits for reservations to expire.
       */
      readonly retryAfterMs: number;
    }
  | {
      readonly granted: false;
      /** These items ask for more than their limit can ever give. Waiting does not help. */
      readonly impossible: true;
      readonly items: readonly ItemState[];
      readonly refused: readonly number[];
    };

/**
 * Room. Redis keeps whatever it is asked to keep: how much that may be, and what happens then, is its operator's business
 * (`maxmemory`, `noeviction`). The memory store is bounded. The more room a group takes, the less it is given, so no group takes all.
 * Once a group has no room, its new keys are counted together, in one counter of the group for each limit. For whoever asks:
 *
 *   - a key never gets more than its limit, whether it is counted alone, with others, or first one and then the other;
 *   - with others it may get less: they use up the same limit. `remaining`, `resetMs` and `retryAfterMs` are then what all of them have
 *     left. Several items of one request on one such counter are charged there once, the largest of them;
 *   - keys that have a counter keep it until it is as if never used, and other groups have room left;
 *   - a call settles where it charged, whatever there is room for meanwhile;
 *   - items with a group are never refused for want of counters. Refused as `unavailable` are new keys without a group when all
 *     room is taken, and anything when as many reservations are open as the store may hold.
 *
 * All methods reject with RangeError for numbers the types above rule out, and with GraftError `unavailable` when the store cannot
 * answer.
 */
export interface Limits {
  reserve(request: ReserveRequest): Promise<ReserveResult>;
  /** Moves the expiry to `ttlMs` from now, never to an earlier time. @returns false: not open (settled, expired or never reserved). */
  renew(id: string, ttlMs: number): Promise<boolean>;
  /**
   * Ends the reservation.
   * @param used what each item really used, in the order of the request; a slot is freed whatever it says.
   * @returns false: not open, and nothing was changed. So a second call is harmless, and one after the expiry comes too late.
   */
  settle(id: string, used: readonly number[]): Promise<boolean>;
  /** As `settle` with nothing used: for requests that were blocked, or answered from a cache. */
  release(id: string): Promise<boolean>;
}
