import { ceilingOf } from "../stores/check-limits";
import { type Limit, type LimitItem, MAX_AMOUNT } from "../stores/limits";

/** The same item against a part of its limit, at least 1. @param percent of the limit */
export function shareOf(item: LimitItem, percent: number): LimitItem {
  const { limit, amount } = item;
  // Never reached: it counts, and limits nothing.
  if (ceilingOf(limit) === MAX_AMOUNT) return item;
  const part = share(limit, percent);
  // What fits the whole limit must not be too large for ever because the store is away.
  return { ...item, limit: part, amount: amount > ceilingOf(limit) ? amount : Math.min(amount, ceilingOf(part)) };
}

function share(limit: Limit, percent: number): Limit {
  const part = (whole: number) => Math.max(1, Math.floor((whole * percent) / 100));
  if (limit.kind === "token-bucket") return { ...limit, capacity: part(limit.capacity), refill: part(limit.refill) };
  if (limit.kind === "sliding-window") return { ...limit, limit: part(limit.limit) };
  return { ...limit, slots: part(limit.slots) };
}
