import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../core/clock";
import { ceilingOf, checkReserve, checkUsed } from "../check-limits";
import { checkTtl } from "../check-whole";
import type { ItemState, LimitItem, Limits, ReserveRequest, ReserveResult } from "../limits";
import { type Counter, Counters } from "./counters";
import type { Held, Moment } from "./meter";
import { storeFull } from "./store-full";
import { Sweep } from "./sweep";

interface Reservation extends Held {
  readonly items: readonly LimitItem[];
  /** Of the items' own counters. */
  readonly names: readonly string[];
  /** Where the items were charged, in their order. */
  readonly counters: readonly Counter[];
  readonly charges: ReadonlyMap<Counter, number>;
}

/**
 * Limits of this process. Time is the monotonic clock: a wall clock set forward would refill every limit, one set back freeze
 * it. Each method does its work before it returns, so calls are atomic.
 */
export class MemoryLimits implements Limits {
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #counters: Counters;
  readonly #open = new Map<string, Reservation>();
  readonly #openSweep = new Sweep(this.#open);
  #order = 0;

  /**
   * @param maxKeys bound on counters in use, and on open reservations; over it `reserve` rejects with `unavailable`. Only the counters
   * that groups share, one for each group and limit, may go beyond it.
   */
  constructor(clock: Clock, maxKeys: number) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
    this.#counters = new Counters(maxKeys);
  }

  /** Counters and reservations in memory. */
  get size(): number {
    return this.#counters.size + this.#open.size;
  }

  async reserve({ id, items, ttlMs }: ReserveRequest): Promise<ReserveResult> {
    const names = checkReserve({ id, items, ttlMs });
    const at = this.#moment();
    const again = this.#find(id, at.now);
    if (again !== undefined && !isDeepStrictEqual(again.names, names)) {
      throw new RangeError(`reservation ${id} is open with other items`);
    }
    const counters: Counter[] = [];
    for (const [index, item] of items.entries()) {
      const charged = again?.counters[index];
      const known = charged !== undefined && this.#counters.has(charged) ? charged : undefined;
      counters.push(known ?? this.#counters.find(item, names[index]!, counters, at.now));
    }
    const states = (): ItemState[] => counters.map(({ meter }) => meter.state(at.now));
    if (again !== undefined) return { granted: true, items: states() };

    const impossible = indexesOf(items, ({ limit, amount }) => amount > ceilingOf(limit));
    if (impossible.length > 0) return { granted: false, impossible: true, items: states(), refused: impossible };
    const charges = largestOf(
      counters,
      items.map(({ amount }) => amount),
    );
    const waits = counters.map((counter) => counter.meter.wait(charges.get(counter)!, at.now));
    const refused = indexesOf(waits, (wait) => wait > 0);
    if (refused.length > 0) {
      return { granted: false, impossible: false, items: states(), refused, retryAfterMs: Math.max(...waits) };
    }

    this.#counters.checkRoom(counters);
    if (this.#open.size >= this.#maxKeys) throw storeFull("limits", `${this.#maxKeys} reservations`);
    const reservation: Reservation = { at, expiresAt: at.now + ttlMs, items, names, counters, charges };
    this.#open.set(id, reservation);
    for (const [counter, amount] of charges) {
      this.#counters.keep(counter);
      counter.meter.take(amount, reservation);
    }
    return { granted: true, items: states() };
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    const { now } = this.#moment();
    const found = this.#find(id, now);
    if (found === undefined) return false;
    found.expiresAt = Math.max(found.expiresAt, now + ttlMs);
    return true;
  }

  async settle(id: string, used: readonly number[]): Promise<boolean> {
    return this.#end(id, () => used);
  }

  async release(id: string): Promise<boolean> {
    return this.#end(id, (items) => items.map(() => 0));
  }

  #end(id: string, usedBy: (items: readonly LimitItem[]) => readonly number[]): boolean {
    const at = this.#moment();
    const found = this.#find(id, at.now);
    if (found === undefined) return false;
    const used = usedBy(found.items);
    checkUsed(used, found.items.length);
    this.#open.delete(id);
    const largest = largestOf(found.counters, used);
    const forgotten: Counter[] = [];
    for (const [counter, amount] of found.charges) {
      if (this.#counters.has(counter)) counter.meter.settle(found, amount, largest.get(counter)!, at);
      else forgotten.push(counter);
    }
    for (const [index, charged] of found.counters.entries()) {
      const isForgotten = forgotten.includes(charged);
      if (isForgotten || charged.shared) this.#settleElsewhere(found, index, used[index]!, isForgotten, at);
    }
    for (const counter of found.charges.keys()) this.#counters.dropIfIdle(counter, at.now);
    return true;
  }

  /**
   * The item's own counter, where another was charged, learns of an excess and of a slot that is free. Nothing is given back there:
   * it began as a copy of the shared one that was charged, or after the one charged had become as if never used. Nor is there
   * anything to give back on one that was forgotten like this; but an excess starts it anew.
   */
  #settleElsewhere(found: Reservation, index: number, used: number, isForgotten: boolean, at: Moment): void {
    const [item, name] = [found.items[index]!, found.names[index]!];
    let counter = this.#counters.get(name);
    if (counter === undefined && isForgotten && used > item.amount) {
      counter = this.#counters.find(item, name, [], at.now);
      this.#counters.keep(counter);
    }
    if (counter === undefined) return;
    counter.meter.settle(found, item.amount, Math.max(used, item.amount), at);
    this.#counters.dropIfIdle(counter, at.now);
  }

  #find(id: string, now: number): Reservation | undefined {
    const found = this.#open.get(id);
    return found !== undefined && now < found.expiresAt ? found : undefined;
  }

  #moment(): Moment {
    const now = Math.floor(this.#clock.monotonic());
    this.#counters.sweep(now);
    this.#openSweep.step((reservation) => reservation.expiresAt <= now);
    this.#order += 1;
    return { now, order: this.#order };
  }
}

/** Items that share a counter are charged as one: the largest is enough for the limit of each of them. */
function largestOf(counters: readonly Counter[], amounts: readonly number[]): Map<Counter, number> {
  const largest = new Map<Counter, number>();
  for (const [index, counter] of counters.entries()) largest.set(counter, Math.max(largest.get(counter) ?? 0, amounts[index]!));
  return largest;
}

function indexesOf<Item>(items: readonly Item[], wanted: (item: Item) => boolean): number[] {
  return items.flatMap((item, index) => (wanted(item) ? [index] : []));
}
