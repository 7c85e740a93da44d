import { ceilingOf } from "../check-limits";
import { type ItemState, type LimitItem, MAX_AMOUNT, type ReserveResult } from "../limits";

/** An ordinary reservation in the shared store, from which requests of this process are given their parts. */
export interface Slice {
  readonly id: string;
  left: number;
  /** Parts of requests under way. */
  held: number;
  /** By requests that are over. */
  used: number;
  /** From when on the shared store may take it for expired. */
  expiresAt: number;
  /** On its way back: the answer is awaited. */
  returning: boolean;
}

export interface Part {
  readonly slice: Slice;
  readonly amount: number;
}

interface Refusal {
  readonly amount: number;
  readonly retryAt: number;
  readonly until: number;
}

/** For so long a refusal is passed on without asking again; somebody may have settled meanwhile. */
const REFUSAL_MS = 100;

/** One counter of one limit, as far as this process has leased it. */
export class LeasedCounter {
  readonly item: Omit<LimitItem, "amount">;
  /** The most that is held here unspent. */
  readonly size: number;
  /** To draw from, oldest first. */
  drawable: Slice[] = [];
  /** Drawn from no more: they wait for requests under way, or for the shared store to take them back. */
  readonly ending = new Set<Slice>();
  /** When a request that a slice could serve was seen last. */
  wantedAt = Number.NEGATIVE_INFINITY;
  /** Before this, asking for a slice is of no use. */
  leaseFrom = Number.NEGATIVE_INFINITY;
  leasing = false;
  /** A lease whose answer was lost: asked for again under the same id, it is charged once. */
  lost: { readonly id: string; readonly amount: number; readonly sentAt: number } | undefined;
  #known: ItemState = { remaining: 0, resetMs: 0 };
  #knownAt = 0;
  #refusal: Refusal | undefined;

  constructor(item: LimitItem, share: number) {
    this.item = item;
    this.size = Math.max(1, Math.floor(ceilingOf(item.limit) * share));
  }

  unspent(now: number): number {
    let sum = 0;
    for (const { left, expiresAt } of this.drawable) if (now < expiresAt) sum += left;
    return sum;
  }

  /** Zero passes unless the limit is in debt: a slice is the proof that it was not. */
  has(amount: number, now: number): boolean {
    return this.unspent(now) >= amount && this.drawable.some(({ expiresAt }) => now < expiresAt);
  }

  /** Takes what `has` said is there. */
  draw(amount: number, now: number): Part[] {
    const parts: Part[] = [];
    let missing = amount;
    for (const slice of this.drawable) {
      if (now >= slice.expiresAt || (slice.left === 0 && amount > 0)) continue;
      const taken = Math.min(slice.left, missing);
      slice.left -= taken;
      slice.held += 1;
      missing -= taken;
      parts.push({ slice, amount: taken });
      if (missing === 0) break;
    }
    return parts;
  }

  /**
   * Ends what `draw` gave. What was not used goes back with its slice, not to the next request here: only the shared store knows
   * how much of it may still count. A slot is free at once.
   */
  end(parts: readonly Part[], used: number): void {
    let left = used;
    for (const [at, { slice, amount }] of parts.entries()) {
      const spent = at === parts.length - 1 ? left : Math.min(left, amount);
      left -= spent;
      slice.held -= 1;
      slice.used = Math.min(MAX_AMOUNT, slice.used + spent);
      if (this.item.limit.kind === "concurrency") slice.left += amount;
      else if (spent > amount) slice.left = Math.max(0, slice.left - (spent - amount));
    }
  }

  /** Stops drawing from slices. They are not lost: `ending` has them. */
  retire(which: (slice: Slice) => boolean): void {
    this.drawable = this.drawable.filter((slice) => {
      if (which(slice)) this.ending.add(slice);
      return !this.ending.has(slice);
    });
  }

  /** As far as is known here: others' requests since the last answer of the shared store are not. */
  state(now: number): ItemState {
    const { remaining, resetMs } = this.#known;
    return { remaining: remaining + this.unspent(now), resetMs: Math.max(0, Math.ceil(resetMs - (now - this.#knownAt))) };
  }

  learn(state: ItemState, now: number): void {
    this.#known = state;
    this.#knownAt = now;
  }

  /** @param amount of this counter, in a request that nothing but this counter refused. */
  learnRefusal(amount: number, result: Extract<ReserveResult, { granted: false; impossible: false }>, now: number): void {
    const retryAt = now + result.retryAfterMs;
    this.#refusal = { amount, retryAt, until: Math.min(retryAt, now + REFUSAL_MS) };
  }

  /** @returns milliseconds until so much may fit; undefined: the shared store has to be asked. */
  refusedFor(amount: number, now: number): number | undefined {
    if (this.#refusal === undefined || amount < this.#refusal.amount || now >= this.#refusal.until) return undefined;
    return Math.ceil(this.#refusal.retryAt - now);
  }
}
