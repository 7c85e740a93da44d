/** Asks the budgets of a request for what it may cost: by its size first, and by its counted tokens only where that decides it. */
import { type Accounting, type Held, mayFit, type Reservations, requirePrices } from "../accounting";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import { type ItemState, type LimitItem, MAX_AMOUNT, type ReserveResult } from "../stores/limits";
import type { Charge } from "./budgets";
import { counterItem, ledgerItem, spentOf } from "./ledger";

export interface Desk {
  readonly reservations: Reservations;
  readonly accounting: Accounting;
}

export interface Wanted {
  readonly id: string;
  readonly charges: readonly Charge[];
  /** It may go to any of them. */
  readonly targets: readonly Target[];
}

/** What became of one charge. */
export interface Answered {
  readonly charge: Charge;
  /** Nano-dollars reserved of a hard budget, else 0. */
  readonly reserved: number;
  /** What its ledger says; `undefined` = this process counts by itself, and does not know. */
  readonly spent: number | undefined;
  /** Of a hard budget; with this reservation, where there is one. */
  readonly left: number;
  readonly over: boolean;
  /** More than the whole budget. */
  readonly impossible: boolean;
}

export type Asked =
  | { readonly kind: "unlimited" }
  | {
      readonly kind: "answered";
      readonly held: Held | undefined;
      readonly answers: readonly Answered[];
      readonly retryAfterMs: number;
    };

/** Under `unknown_price: block` no budget lets a model pass whose cost nobody knows. @throws GraftError `forbidden` */
export function requirePricesOfAll({ accounting }: Desk, exchange: Exchange): void {
  if (accounting.unknownPrice !== "block") return;
  const targets = exchange.alias?.targets ?? [];
  const forecasts = targets.map((target) => accounting.forecast(exchange, target, "max"));
  requirePrices(forecasts, targets);
}

type Refused = Extract<ReserveResult, { granted: false }>;

/** @throws GraftError `forbidden` without a price, `unavailable` without a store */
export async function ask(
  { reservations, accounting }: Desk,
  exchange: Exchange,
  { id, charges, targets }: Wanted,
): Promise<Asked> {
  const hard = charges.some(({ budget }) => budget.hard);
  const forecasts = hard ? targets.map((target) => accounting.forecast(exchange, target, "max")) : [];
  if (hard && accounting.unknownPrice !== "allow") requirePrices(forecasts, targets);
  let amount = dearest(forecasts.map(({ nanos }) => nanos));
  let reserved = await reservations.reserve(id, itemsOf(charges, amount));
  const counted = forecasts.every((it) => it.counted);
  const least = () => itemsOf(charges, dearest(forecasts.map(({ leastNanos }) => leastNanos)));
  if (reserved.kind === "refused" && !counted && mayFit(reserved.result, itemsOf(charges, amount), least())) {
    const exact = await Promise.all(targets.map((target) => accounting.countedForecast(exchange, target, "max")));
    amount = dearest(exact.map(({ nanos }) => nanos));
    reserved = await reservations.reserve(id, itemsOf(charges, amount));
  }
  if (reserved.kind === "unlimited") return reserved;
  const refused = reserved.kind === "refused" ? reserved.result : undefined;
  const held = reserved.kind === "held" ? reserved.held : undefined;
  const states = {
    items: held?.items ?? refused?.items ?? [],
    local: reserved.kind === "held" ? reserved.held.local : reserved.local,
  };
  const answers = answersOf(charges, amount, states, refused);
  return { kind: "answered", held, answers, retryAfterMs: refused?.impossible === false ? refused.retryAfterMs : 0 };
}

/** Of a hard budget its counter, then its ledger; of a soft one the ledger alone. */
export function itemsOf(charges: readonly Charge[], amount: number): LimitItem[] {
  return charges.flatMap((charge) =>
    charge.budget.hard ? [counterItem(charge, amount), ledgerItem(charge, 0)] : [ledgerItem(charge, 0)],
  );
}

/** The same items, settled. */
export function usedOf(charges: readonly Charge[], amount: number): number[] {
  return charges.flatMap(({ budget }) => (budget.hard ? [amount, 0] : [0]));
}

function answersOf(
  charges: readonly Charge[],
  amount: number,
  { items, local }: { readonly items: readonly ItemState[]; readonly local: boolean },
  refused: Refused | undefined,
): Answered[] {
  let at = 0;
  return charges.map((charge) => {
    const { hard, nanos } = charge.budget;
    const own = hard ? at++ : undefined;
    const ledger = items[at++];
    const spent = local ? undefined : spentOf(ledger?.remaining);
    const isRefused = own !== undefined && refused?.refused.includes(own) === true;
    return {
      charge,
      reserved: own === undefined ? 0 : amount,
      spent,
      left: own === undefined ? 0 : (items[own]?.remaining ?? 0),
      over: isRefused || (!hard && spent !== undefined && spent >= nanos),
      impossible: isRefused && refused?.impossible === true,
    };
  });
}

function dearest(nanos: readonly (number | undefined)[]): number {
  return Math.min(Math.ceil(Math.max(0, ...nanos.map((it) => it ?? 0))), MAX_AMOUNT);
}
