/** Reserves what a request may need of some limits: by its size first, and by its counted tokens only where that decides it. */
import { type Forecast, type Held, mayFit, requirePrices } from "../accounting";
import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import type { ItemState } from "../stores/limits";
import { isSized, leastOf, mostOf, NO_TOKENS } from "./amounts";
import type { Limiter } from "./limited-exchange";
import { refusal } from "./refusal";
import { type Charge, itemsOf } from "./rules";

export type Taken =
  | { readonly kind: "held"; readonly held: Held; readonly items: readonly ItemState[] }
  | {
      readonly kind: "refused";
      readonly error: GraftError;
      readonly refused: readonly number[];
      readonly items: readonly ItemState[];
    }
  | { readonly kind: "unlimited" };

export interface Wanted {
  readonly charges: readonly Charge[];
  /** It may go to any of them. */
  readonly targets: readonly Target[];
  /** Tells the reservations of an exchange apart. */
  readonly name: string;
}

export async function take(limiter: Limiter, exchange: Exchange, { charges, targets, name }: Wanted): Promise<Taken> {
  const { reservations, tight } = limiter;
  const id = `${exchange.id}:${name}`;
  let forecasts = forecast(limiter, exchange, charges, targets);
  let items = itemsOf(charges, forecasts.length === 0 ? NO_TOKENS : mostOf(forecasts));
  let counted = forecasts.every((it) => it.counted);
  if (!counted && tight.holds(charges)) {
    forecasts = await count(limiter, exchange, targets);
    items = itemsOf(charges, mostOf(forecasts));
    counted = true;
  }
  let reserved = await reservations.reserve(id, items);
  if (reserved.kind === "refused" && !counted && mayFit(reserved.result, items, itemsOf(charges, leastOf(forecasts)))) {
    items = itemsOf(charges, mostOf(await count(limiter, exchange, targets)));
    reserved = await reservations.reserve(id, items);
  }
  if (reserved.kind === "unlimited") return reserved;
  const states = reserved.kind === "held" ? reserved.held.items : reserved.result.items;
  tight.note(charges, states);
  if (reserved.kind === "held") return { kind: "held", held: reserved.held, items: states };
  const { result } = reserved;
  return { kind: "refused", error: refusal(result, charges, items), refused: result.refused, items: states };
}

/** By size; nothing where only requests count. @throws GraftError `forbidden` for a price that is needed and unknown */
function forecast(
  { accounting, reserve }: Limiter,
  exchange: Exchange,
  charges: readonly Charge[],
  targets: readonly Target[],
): readonly Forecast[] {
  const sized = charges.some(({ rule }) => isSized(rule.unit));
  if (!sized) return [];
  const forecasts = targets.map((target) => accounting.forecast(exchange, target, reserve));
  const costly = charges.some(({ rule }) => rule.unit === "cost");
  if (costly && accounting.unknownPrice !== "allow") requirePrices(forecasts, targets);
  return forecasts;
}

function count({ accounting, reserve }: Limiter, exchange: Exchange, targets: readonly Target[]): Promise<Forecast[]> {
  return Promise.all(targets.map((target) => accounting.countedForecast(exchange, target, reserve)));
}
