/**
 * What was spent, exactly: limits that are never reached, charged when an exchange has ended. They outlive a change of the budget's
 * amount, and tell after each charge what the sum is now, so that of all replicas one sees it pass a threshold.
 */
import { type LimitItem, type Limits, MAX_AMOUNT } from "../stores/limits";
import type { Charge } from "./budgets";

/** A charge is for good as soon as it is granted: its reservation is left to expire. */
const SOON_MS = 1;

export interface Spent {
  readonly charge: Charge;
  readonly before: number;
  readonly after: number;
}

/** Nothing of it: to learn what was spent. */
export function look({ key, budget }: Charge): LimitItem {
  return { key, limit: budget.ledger, amount: 0 };
}

export function spentOf(remaining: number | undefined): number {
  return MAX_AMOUNT - (remaining ?? MAX_AMOUNT);
}

/** @returns nothing where the sum would be more than any budget */
export async function spend(limits: Limits, id: string, charges: readonly Charge[], nanos: number): Promise<Spent[]> {
  const items = charges.map((charge) => ({ ...look(charge), amount: nanos }));
  const result = await limits.reserve({ id, ttlMs: SOON_MS, items });
  if (!result.granted) return [];
  return charges.map((charge, at) => {
    const after = spentOf(result.items[at]?.remaining);
    return { charge, before: after - nanos, after };
  });
}
