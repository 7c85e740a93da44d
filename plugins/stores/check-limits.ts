/** What every implementation of `Limits` refuses, and how it names its counters. */
import { checkTtl, checkWhole } from "./check-whole";
import { type Limit, type LimitItem, MAX_AMOUNT, type ReserveRequest } from "./limits";

/**
 * @returns the name of each item's counter.
 * @throws RangeError, also when two items share a counter: each alone may fit and both together not.
 */
export function checkReserve(request: ReserveRequest): string[] {
  checkTtl(request.ttlMs);
  const counters: string[] = [];
  for (const item of request.items) {
    checkLimit(item.limit);
    checkWhole("amount", item.amount, 0);
    const counter = counterName(item);
    if (counters.includes(counter)) throw new RangeError(`two items share the counter ${counter}`);
    counters.push(counter);
  }
  return counters;
}

/** @throws RangeError */
export function checkUsed(used: readonly number[], items: number): void {
  if (used.length !== items) throw new RangeError(`${used.length} amounts for ${items} items`);
  for (const amount of used) checkWhole("used", amount, 0);
}

/** @throws RangeError */
export function checkLimit(limit: Limit): void {
  switch (limit.kind) {
    case "token-bucket":
      checkWhole("capacity", limit.capacity, 1);
      checkWhole("refill", limit.refill, 1);
      checkWhole("everyMs", limit.everyMs, 1);
      bucketUnits(limit);
      return;
    case "sliding-window":
      checkWhole("limit", limit.limit, 1);
      checkWhole("windowMs", limit.windowMs, 1);
      checkWhole("subWindows", limit.subWindows, 1);
      if (limit.windowMs % limit.subWindows !== 0) throw new RangeError("subWindows must divide windowMs");
      return;
    case "concurrency":
      checkWhole("slots", limit.slots, 1);
  }
}

/** The most this limit can ever give at once. */
export function ceilingOf(limit: Limit): number {
  if (limit.kind === "token-bucket") return limit.capacity;
  return limit.kind === "sliding-window" ? limit.limit : limit.slots;
}

/**
 * A bucket is counted in units small enough that every millisecond brings a whole number of them: no fraction is ever rounded,
 * so nothing is over-admitted and nothing is lost.
 * @throws RangeError when a bucket that large does not fit so fine a unit.
 */
export function bucketUnits(limit: Extract<Limit, { kind: "token-bucket" }>): { perToken: number; perMs: number } {
  const divisor = greatestCommonDivisor(limit.refill, limit.everyMs);
  const perToken = limit.everyMs / divisor;
  if (limit.capacity * perToken > MAX_AMOUNT) {
    throw new RangeError(
      `token bucket too fine: round ${limit.refill} per ${limit.everyMs} ms, or lower the capacity ${limit.capacity}`,
    );
  }
  return { perToken, perMs: limit.refill / divisor };
}

/** Kind and numbers first, so that no key can imitate another counter. */
export function counterName({ key, limit }: Pick<LimitItem, "key" | "limit">): string {
  if (limit.kind === "token-bucket") return `b:${limit.capacity}:${limit.refill}:${limit.everyMs}:${key}`;
  if (limit.kind === "sliding-window") return `w:${limit.limit}:${limit.windowMs}:${limit.subWindows}:${key}`;
  return `c:${limit.slots}:${key}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}
