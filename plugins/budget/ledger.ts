/**
 * The two counts of a charge, under one key.
 *
 * The counter is what stops requests, of hard budgets only: it holds reservations before there are costs. The ledger is what was
 * spent, exactly: charged when an exchange has ended, never reached, and told after each charge what the sum is now. Stores keep
 * them apart because a counter's identity includes the limit's numbers; for the same reason a budget whose amount is changed begins
 * with a fresh counter, while its ledger goes on.
 */
import { type LimitItem, type Limits, MAX_AMOUNT } from "../stores/limits";
import type { Charge } from "./budgets";

/** A charge is for good as soon as it is granted: its reservation is left to expire. */
const SOON_MS = 1;

export interface Spent {
  readonly charge: Charge;
  /** Nano-dollars, with this. */
  readonly sum: number;
}

export function counterItem({ key, group, budget }: Charge, amount: number): LimitItem {
  return { key, group, limit: budget.limit, amount };
}

/** @param amount 0 = only to learn what was spent */
export function ledgerItem({ key, group, budget }: Charge, amount: number): LimitItem {
  return { key, group, limit: budget.ledger, amount };
}

export function spentOf(remaining: number | undefined): number {
  return MAX_AMOUNT - (remaining ?? MAX_AMOUNT);
}

/** @returns nothing where the sum would be more than any budget */
export async function spend(limits: Limits, id: string, charges: readonly Charge[], nanos: number): Promise<Spent[]> {
  const items = charges.map((charge) => ledgerItem(charge, nanos));
  const result = await limits.reserve({ id, ttlMs: SOON_MS, items });
  if (!result.granted) return [];
  return charges.map((charge, at) => ({ charge, sum: spentOf(result.items[at]?.remaining) }));
}
