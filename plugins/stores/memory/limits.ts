import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../core/clock";
import { ceilingOf, checkReserve, checkUsed } from "../check-limits";
import { checkTtl } from "../check-whole";
import type { ItemState, Limit, LimitItem, Limits, ReserveRequest, ReserveResult } from "../limits";
import type { Held, Meter, Moment } from "./meter";
import { SlidingWindow } from "./sliding-window";
import { Slots } from "./slots";
import { storeFull } from "./store-full";
import { Sweep } from "./sweep";
import { TokenBucket } from "./token-bucket";

interface Reservation extends Held {
  readonly items: readonly LimitItem[];
  readonly counters: readonly string[];
}

/**
 * Limits of this process. Time is the monotonic clock: a wall clock set forward would refill every limit, one set back freeze
 * it. Each method does its work before it returns, so calls are atomic.
 */
export class MemoryLimits implements Limits {
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #meters = new Map<string, Meter>();
  readonly #open = new Map<string, Reservation>();
  readonly #meterSweep = new Sweep(this.#meters);
  readonly #openSweep = new Sweep(this.#open);
  #order = 0;

  /** @param maxKeys bound on counters in use, and on open reservations; over it `reserve` rejects with `unavailable`. */
  constructor(clock: Clock, maxKeys: number) {
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** Counters and reservations in memory. */
  get size(): number {
    return this.#meters.size + this.#open.size;
  }

  async reserve({ id, items, ttlMs }: ReserveRequest): Promise<ReserveResult> {
    const counters = checkReserve({ id, items, ttlMs });
    const at = this.#moment();
    const meters = items.map((item, index) => this.#meters.get(counters[index]!) ?? createMeter(item.limit));
    const states = (): ItemState[] => meters.map((meter) => meter.state(at.now));
    const again = this.#find(id, at.now);
    if (again !== undefined) {
      if (!isDeepStrictEqual(again.counters, counters)) throw new RangeError(`reservation ${id} is open with other items`);
      return { granted: true, items: states() };
    }

    const impossible = indexesOf(items, ({ limit, amount }) => amount > ceilingOf(limit));
    if (impossible.length > 0) return { granted: false, impossible: true, items: states(), refused: impossible };
    const waits = meters.map((meter, index) => meter.wait(items[index]!.amount, at.now));
    const refused = indexesOf(waits, (wait) => wait > 0);
    if (refused.length > 0) {
      return { granted: false, impossible: false, items: states(), refused, retryAfterMs: Math.max(...waits) };
    }

    this.#checkRoom(counters);
    const reservation: Reservation = { at, expiresAt: at.now + ttlMs, items, counters };
    this.#open.set(id, reservation);
    for (const [index, meter] of meters.entries()) {
      this.#meters.set(counters[index]!, meter);
      meter.take(items[index]!.amount, reservation);
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
    for (const [index, item] of found.items.entries()) {
      const counter = found.counters[index]!;
      // A forgotten counter had become full again, so there is nothing to give back; an excess starts it anew.
      const meter = this.#meters.get(counter) ?? createMeter(item.limit);
      meter.settle(found, item.amount, used[index]!, at);
      if (meter.isIdle(at.now)) this.#meters.delete(counter);
      else this.#meters.set(counter, meter);
    }
    return true;
  }

  #find(id: string, now: number): Reservation | undefined {
    const found = this.#open.get(id);
    return found !== undefined && now < found.expiresAt ? found : undefined;
  }

  #moment(): Moment {
    const now = Math.floor(this.#clock.monotonic());
    this.#meterSweep.step((meter) => meter.isIdle(now));
    this.#openSweep.step((reservation) => reservation.expiresAt <= now);
    this.#order += 1;
    return { now, order: this.#order };
  }

  #checkRoom(counters: readonly string[]): void {
    const fresh = counters.filter((counter) => !this.#meters.has(counter)).length;
    if (this.#meters.size + fresh > this.#maxKeys) throw storeFull("limits", `${this.#maxKeys} counters`);
    if (this.#open.size >= this.#maxKeys) throw storeFull("limits", `${this.#maxKeys} reservations`);
  }
}

function createMeter(limit: Limit): Meter {
  if (limit.kind === "token-bucket") return new TokenBucket(limit);
  return limit.kind === "sliding-window" ? new SlidingWindow(limit) : new Slots(limit);
}

function indexesOf<Item>(items: readonly Item[], wanted: (item: Item) => boolean): number[] {
  return items.flatMap((item, index) => (wanted(item) ? [index] : []));
}
