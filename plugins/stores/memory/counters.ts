import { counterName } from "../check-limits";
import type { Limit, LimitItem } from "../limits";
import type { Meter } from "./meter";
import { SlidingWindow } from "./sliding-window";
import { Slots } from "./slots";
import { storeFull } from "./store-full";
import { Sweep } from "./sweep";
import { TokenBucket } from "./token-bucket";

export interface Counter {
  readonly name: string;
  readonly meter: Meter;
  /** Whose room it takes; `shared` ones take nobody's. */
  readonly group: string | undefined;
  /** Stands in for the counters of a group that found no room: one for each limit. */
  readonly shared: boolean;
}

/** A group may have a new counter while this many times as much room as it takes is free. */
const LEFT_TO_OTHERS = 3;
/** Sweeps for a group without room, before it has to share. */
const EXTRA_SWEEPS = 4;

/**
 * Counters of a bounded store. What a group may take depends on what is free, so its keys (clients may choose them) never take all:
 * the first group gets a quarter, k of them with new keys in every request 1 / (k + 3) each; and when some came first, the next still
 * has a quarter of what they left.
 *
 * A key that finds no room is counted in its group's shared counter. When there is room again, its own counter begins as a copy of the
 * shared one, which holds all that the key was charged: so no key ever gets more than its limit by changing from one to the other.
 * And with no new charges the shared counter comes to its end. The other way, only counters as if never used are dropped.
 */
export class Counters {
  readonly #max: number;
  readonly #byName = new Map<string, Counter>();
  readonly #sizes = new Map<string, number>();
  readonly #sweep = new Sweep(this.#byName);

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): Counter | undefined {
    return this.#byName.get(name);
  }

  /** Not any more, if it was found idle. */
  has(counter: Counter): boolean {
    return this.#byName.get(counter.name) === counter;
  }

  /**
   * Where to charge an item; a new one is not kept yet.
   * @param name of the item's own counter
   * @param found for other items of the same request, which may be new as well
   */
  find({ limit, group }: LimitItem, name: string, found: readonly Counter[], now: number): Counter {
    const own = this.#byName.get(name);
    if (own !== undefined) return own;
    if (group === undefined) return { name, group, shared: false, meter: createMeter(limit) };
    const sharedName = `shared:${counterName({ key: group, limit })}`;
    const shared = this.#byName.get(sharedName) ?? found.find((counter) => counter.name === sharedName);
    if (this.#makeRoom(group, found, now)) {
      return { name, group, shared: false, meter: shared?.meter.copy() ?? createMeter(limit) };
    }
    return shared ?? { name: sharedName, group: undefined, shared: true, meter: createMeter(limit) };
  }

  /** @throws GraftError `unavailable` where those without a group have no room */
  checkRoom(found: readonly Counter[]): void {
    const fresh = found.filter((counter) => !this.has(counter));
    if (!fresh.some(({ group, shared }) => group === undefined && !shared)) return;
    if (this.size + fresh.length > this.#max) throw storeFull("limits", `${this.#max} counters`);
  }

  keep(counter: Counter): void {
    if (this.has(counter)) return;
    this.#byName.set(counter.name, counter);
    this.#count(counter, 1);
  }

  dropIfIdle(counter: Counter, now: number): void {
    if (this.has(counter) && this.#retire(counter, now)) this.#byName.delete(counter.name);
  }

  sweep(now: number): void {
    this.#sweep.step((counter) => this.#retire(counter, now));
  }

  #makeRoom(group: string, found: readonly Counter[], now: number): boolean {
    for (let round = 0; round < EXTRA_SWEEPS; round += 1) {
      if (this.#hasRoom(group, found)) return true;
      this.sweep(now);
    }
    return this.#hasRoom(group, found);
  }

  #hasRoom(group: string, found: readonly Counter[]): boolean {
    const fresh = found.filter((counter) => !this.has(counter));
    const taken = (this.#sizes.get(group) ?? 0) + fresh.filter((counter) => counter.group === group).length;
    return taken * LEFT_TO_OTHERS < this.#max - this.size - fresh.length;
  }

  /** @returns true: it is to be deleted. */
  #retire(counter: Counter, now: number): boolean {
    if (!counter.meter.isIdle(now)) return false;
    this.#count(counter, -1);
    return true;
  }

  #count({ group }: Counter, change: number): void {
    if (group === undefined) return;
    const size = (this.#sizes.get(group) ?? 0) + change;
    if (size === 0) this.#sizes.delete(group);
    else this.#sizes.set(group, size);
  }
}

function createMeter(limit: Limit): Meter {
  if (limit.kind === "token-bucket") return new TokenBucket(limit);
  return limit.kind === "sliding-window" ? new SlidingWindow(limit) : new Slots(limit);
}
