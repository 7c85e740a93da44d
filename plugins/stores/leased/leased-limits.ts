import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/clock";
import { GraftError } from "../../core/errors";
import { checkReserve, checkUsed } from "../check-limits";
import { checkTtl } from "../check-whole";
import type { LimitItem, Limits, ReserveRequest, ReserveResult } from "../limits";
import { LeasedCounter, type Part } from "./leased-counter";
import { SliceKeeper } from "./slice-keeper";

export interface LeaseSettings {
  /** What one process may hold of a limit without having used it, as a share of what the limit gives at once. Default 0.02. */
  readonly share?: number;
  /** A process that cannot reach the shared store lives on its slices for so long; one that died keeps its slots so long. Default 10,000. */
  readonly ttlMs?: number;
  /** Slices of a limit that nobody asked for so long go back. Default 5,000. */
  readonly idleMs?: number;
  /** Counters leased at a time; requests of any others go to the shared store. Default 100,000. */
  readonly maxCounters?: number;
}

interface Local {
  expiresAt: number;
  readonly items: readonly LimitItem[];
  readonly names: readonly string[];
  readonly counters: readonly LeasedCounter[];
  readonly parts: readonly (readonly Part[])[];
}

/**
 * Limits without a round trip: this process leases slices of the shared limits, off the path of requests, and serves requests from
 * them. A lease is an ordinary reservation in the shared store: renewed while it is in use, settled with what was used of it,
 * expiring when its process dies. What no slice can serve (the first request for a counter, one larger than a slice, a limit that
 * is nearly used up) goes to the shared store as it is, and is answered by it.
 *
 * The price: what was leased at one time is used at a later one. So in any stretch of time, the amounts of admitted requests are at
 * most what `limits.ts` promises PLUS, per process, one slice: `share` of what the limit gives at once, at least 1. Slots are never
 * exceeded, save by a process that has lost its slices (the store was flushed, or out of reach for `ttlMs`). The other way round,
 * slices that other processes hold are not there for this one: refused may be who would pass with one shared count, by as much.
 * What a request used beyond its reservation comes out of its slice first and is charged to the shared limit when the slice ends.
 *
 * A request whose answer by the shared store was lost, asked for again, may be served from a slice: the first stays charged until
 * it expires there.
 *
 * `remaining` and `resetMs` of requests served from slices are as of the last answer of the shared store. `retryAfterMs` is the
 * shared store's.
 */
export class LeasedLimits implements Limits {
  readonly #shared: Limits;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #share: number;
  readonly #idleMs: number;
  readonly #maxCounters: number;
  readonly #counters = new Map<string, LeasedCounter>();
  readonly #open = new Map<string, Local>();
  readonly #keeper: SliceKeeper;
  readonly #upkeepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #upkeep: Promise<void> | undefined;

  /** @throws RangeError for a share that is none. */
  constructor(shared: Limits, clock: Pick<Clock, "monotonic">, settings: LeaseSettings = {}) {
    const { share = 0.02, ttlMs = 10_000, idleMs = 5000, maxCounters = 100_000 } = settings;
    if (!(share > 0 && share <= 1)) throw new RangeError(`share must be over 0 and at most 1, not ${share}`);
    checkTtl(ttlMs);
    this.#shared = shared;
    this.#clock = clock;
    this.#share = share;
    this.#idleMs = idleMs;
    this.#maxCounters = maxCounters;
    this.#keeper = new SliceKeeper(shared, clock, ttlMs, randomUUID());
    this.#upkeepMs = Math.max(1, Math.min(ttlMs, idleMs) / 5);
  }

  /** Counters and requests under way that are held here. */
  get size(): number {
    return this.#counters.size + this.#open.size;
  }

  /** Has `upkeep` done regularly, until closed. Does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => void this.upkeep(), this.#upkeepMs).unref();
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    if (this.#keeper.closed) throw new GraftError("unavailable", "The gateway is shutting down.");
    const names = checkReserve(request);
    const now = this.#clock.monotonic();
    const again = this.#open.get(request.id);
    if (again !== undefined && now < again.expiresAt) {
      const same = again.names.length === names.length && names.every((name, at) => name === again.names[at]);
      if (!same) throw new RangeError(`reservation ${request.id} is open with other items`);
      return granted(again.counters, now);
    }
    const counters = this.#countersOf(request.items, names);
    if (counters === undefined) return await this.#shared.reserve(request);
    const wanted = counters.filter((counter, at) => this.#wants(counter, request.items[at]!.amount, now));
    const result = this.#reserveHere(request, names, counters, now) ?? (await this.#reserveThere(request, counters));
    for (const counter of wanted) this.#keeper.lease(counter);
    return result;
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    const local = this.#open.get(id);
    if (local === undefined) return await this.#shared.renew(id, ttlMs);
    checkTtl(ttlMs);
    const now = this.#clock.monotonic();
    if (now >= local.expiresAt) return false;
    local.expiresAt = Math.max(local.expiresAt, now + ttlMs);
    return true;
  }

  async settle(id: string, used: readonly number[]): Promise<boolean> {
    const local = this.#open.get(id);
    if (local === undefined) return await this.#shared.settle(id, used);
    checkUsed(used, local.items.length);
    return this.#end(id, local, used);
  }

  async release(id: string): Promise<boolean> {
    const local = this.#open.get(id);
    if (local === undefined) return await this.#shared.release(id);
    return this.#end(
      id,
      local,
      local.items.map(() => 0),
    );
  }

  /** Renews and returns slices, and ends requests that nobody settled. Never rejects: what fails is done the next time. */
  upkeep(): Promise<void> {
    this.#upkeep ??= this.#doUpkeep().finally(() => {
      this.#upkeep = undefined;
    });
    return this.#upkeep;
  }

  /** Returns all slices; requests still under way count what they reserved. Nothing is granted any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#keeper.closed = true;
    await this.#upkeep;
    for (const [id, local] of this.#open) this.#expire(id, local);
    for (const counter of this.#counters.values()) counter.retire(() => true);
    await this.#keeper.tend(this.#counters.values());
    this.#counters.clear();
  }

  #countersOf(items: readonly LimitItem[], names: readonly string[]): LeasedCounter[] | undefined {
    const counters: LeasedCounter[] = [];
    for (const [at, name] of names.entries()) {
      let counter = this.#counters.get(name);
      if (counter === undefined) {
        if (this.#counters.size >= this.#maxCounters) return undefined;
        counter = new LeasedCounter(items[at]!, this.#share);
        this.#counters.set(name, counter);
      }
      counters.push(counter);
    }
    return counters;
  }

  /** @returns undefined: it has to be asked there. */
  #reserveHere(
    { id, ttlMs, items }: ReserveRequest,
    names: readonly string[],
    counters: readonly LeasedCounter[],
    now: number,
  ): ReserveResult | undefined {
    if (counters.length > 0 && counters.every((counter, at) => counter.has(items[at]!.amount, now))) {
      const parts = counters.map((counter, at) => counter.draw(items[at]!.amount, now));
      this.#open.set(id, { expiresAt: now + ttlMs, items, names, counters, parts });
      return granted(counters, now);
    }
    const waits = counters.map((counter, at) => counter.refusedFor(items[at]!.amount, now));
    const refused = waits.flatMap((wait, at) => (wait === undefined ? [] : [at]));
    if (refused.length === 0) return undefined;
    const retryAfterMs = Math.max(...waits.map((wait) => wait ?? 0));
    return { granted: false, impossible: false, items: counters.map((counter) => counter.state(now)), refused, retryAfterMs };
  }

  async #reserveThere(request: ReserveRequest, counters: readonly LeasedCounter[]): Promise<ReserveResult> {
    const result = await this.#shared.reserve(request);
    const now = this.#clock.monotonic();
    for (const [at, counter] of counters.entries()) counter.learn(result.items[at]!, now);
    if (!result.granted && !result.impossible && result.refused.length === 1) {
      const at = result.refused[0]!;
      counters[at]!.learnRefusal(request.items[at]!.amount, result, now);
    }
    return result;
  }

  /** A slice is leased from the second request on that it could serve: limits of callers that come once an hour need none. */
  #wants(counter: LeasedCounter, amount: number, now: number): boolean {
    if (amount > counter.size) return false;
    const again = now - counter.wantedAt < this.#idleMs;
    counter.wantedAt = now;
    return again;
  }

  #end(id: string, local: Local, used: readonly number[]): boolean {
    if (this.#clock.monotonic() >= local.expiresAt) {
      this.#expire(id, local);
      return false;
    }
    this.#account(id, local, used);
    return true;
  }

  #expire(id: string, local: Local): void {
    this.#account(
      id,
      local,
      local.items.map(({ amount }) => amount),
    );
  }

  #account(id: string, { counters, parts }: Local, used: readonly number[]): void {
    this.#open.delete(id);
    for (const [at, counter] of counters.entries()) {
      counter.end(parts[at]!, used[at]!);
      this.#keeper.returnSpent(counter);
    }
  }

  async #doUpkeep(): Promise<void> {
    const now = this.#clock.monotonic();
    for (const [id, local] of this.#open) if (local.expiresAt <= now) this.#expire(id, local);
    for (const counter of this.#counters.values()) {
      const idle = now - counter.wantedAt >= this.#idleMs;
      counter.retire((slice) => idle || slice.expiresAt <= now);
      // Slots come back to their slices: after a busy time there may be more than is meant to be held.
      let surplus = counter.unspent(now) - counter.size;
      counter.retire((slice) => {
        if (slice.held > 0 || slice.left > surplus) return false;
        surplus -= slice.left;
        return true;
      });
    }
    await this.#keeper.tend(this.#counters.values());
    for (const [name, counter] of this.#counters) {
      const rests = counter.drawable.length === 0 && counter.ending.size === 0 && !counter.leasing;
      if (rests && now - counter.wantedAt >= this.#idleMs) this.#counters.delete(name);
    }
  }
}

function granted(counters: readonly LeasedCounter[], now: number): ReserveResult {
  return { granted: true, items: counters.map((counter) => counter.state(now)) };
}
