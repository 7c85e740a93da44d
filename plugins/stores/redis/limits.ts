import type { Clock } from "../../core/clock";
import { bucketUnits, ceilingOf, checkReserve, checkUsed } from "../check-limits";
import { checkTtl } from "../check-whole";
import type { ItemState, Limit, LimitItem, Limits, ReserveRequest, ReserveResult } from "../limits";
import type { RedisLink } from "./link";
import { readNumber, readNumbers } from "./read-answer";
import { loadScript } from "./script";

const COMMON = ["state", "token-bucket", "sliding-window", "slots", "reservation"];
const RESERVE = loadScript(...COMMON, "reserve");
const RENEW = loadScript(...COMMON, "renew");
const SETTLE = loadScript(...COMMON, "settle");

/** As `reserve.lua` has them. */
const OUTCOME = { granted: 0, impossible: 2, otherItems: 3 };

/**
 * Limits that many processes share: the bookkeeping of the memory store, in Lua, one script a call. Time is the server's, so
 * clocks of replicas do not matter.
 *
 * One reservation takes from all its limits in one step, so they must be on one node of a cluster: the namespace is the hash tag of
 * every key. A namespace is therefore as fast as one Redis core, and gone while its node is; a cluster spreads namespaces, not the
 * limits of one. Limits that are never reserved together may have namespaces of their own.
 *
 * A call that rejects may have had its effect. A reservation made like that stays charged until it expires.
 * When Redis loses its state (flushed, evicted, a failover before replication), limits start afresh: in any stretch of time the
 * bound is multiplied by 1 + the number of losses in it.
 */
export class RedisLimits implements Limits {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #clock: Pick<Clock, "monotonic"> | undefined;

  /** @param clock in place of the server's, for tests. */
  constructor(link: RedisLink, namespace: string, clock?: Pick<Clock, "monotonic">) {
    this.#link = link;
    this.#prefix = `{${namespace}}`;
    this.#clock = clock;
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { id, ttlMs, items } = request;
    const counters = checkReserve(request);
    const keys = [...this.#keys(id), ...counters.map((counter) => `${this.#prefix}:m:${counter}`)];
    const args = [this.#time(), String(ttlMs), ...items.flatMap(argumentsOf)];
    const [outcome, ...numbers] = readNumbers(await this.#link.run(RESERVE, keys, args));
    if (outcome === OUTCOME.otherItems) throw new RangeError(`reservation ${id} is open with other items`);
    const states = items.map((_, at): ItemState => ({ remaining: numbers[3 * at]!, resetMs: numbers[3 * at + 1]! }));
    if (outcome === OUTCOME.granted) return { granted: true, items: states };
    if (outcome === OUTCOME.impossible) {
      const refused = items.flatMap(({ limit, amount }, at) => (amount > ceilingOf(limit) ? [at] : []));
      return { granted: false, impossible: true, items: states, refused };
    }
    const waits = items.map((_, at) => numbers[3 * at + 2]!);
    const refused = waits.flatMap((wait, at) => (wait > 0 ? [at] : []));
    return { granted: false, impossible: false, items: states, refused, retryAfterMs: Math.max(...waits) };
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    return readNumber(await this.#link.run(RENEW, this.#keys(id), [this.#time(), String(ttlMs)])) === 1;
  }

  async settle(id: string, used: readonly number[]): Promise<boolean> {
    checkUsed(used, used.length);
    const items = readNumber(await this.#link.run(SETTLE, this.#keys(id), [this.#time(), "settle", ...used.map(String)]));
    if (items < 0) return false;
    checkUsed(used, items);
    return true;
  }

  async release(id: string): Promise<boolean> {
    return readNumber(await this.#link.run(SETTLE, this.#keys(id), [this.#time(), "release"])) >= 0;
  }

  #keys(id: string): string[] {
    return [`${this.#prefix}:clock`, `${this.#prefix}:r:${id}`];
  }

  #time(): string {
    return this.#clock === undefined ? "" : String(Math.floor(this.#clock.monotonic()));
  }
}

function argumentsOf({ limit, amount }: LimitItem): string[] {
  return [...parametersOf(limit), amount].map(String);
}

/** The kind and three numbers; the first of them is the most that the limit gives at once. */
function parametersOf(limit: Limit): [string, number, number, number] {
  if (limit.kind === "concurrency") return ["c", limit.slots, 0, 0];
  if (limit.kind === "sliding-window") return ["w", limit.limit, limit.windowMs / limit.subWindows, limit.subWindows];
  const { perToken, perMs } = bucketUnits(limit);
  return ["b", limit.capacity, perToken, perMs];
}
