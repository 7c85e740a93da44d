/** What an exchange used, after it has ended. */
import type { Usage } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import { isTold } from "../core/usage";
import { atServiceTier, costOf, MAX_NANOS, type PriceRow } from "../prices";
import type { TokenEstimator } from "../tokens";
import { countTarget } from "./model-keys";

export interface Tally {
  /** Of the answer alone. */
  readonly usage: Usage;
  /** Nano-dollars, side calls included, as far as prices are known. */
  readonly nanos: number;
  /** Where the least certain price is from. `unknown`: there is none for all or a part of it; `none`: nothing was used. */
  readonly priced: PriceRow["source"] | "unknown" | "none";
}

type Price = Pick<Tally, "nanos" | "priced">;

const NO_TOKENS: Usage = { input: 0, output: 0 };
export const NOTHING_USED: Tally = { usage: NO_TOKENS, nanos: 0, priced: "none" };

/**
 * The provider's word; where it has none, what was sent and received is counted: an aborted stream has cost money all the same. A
 * provider that was not reached, or answered with an error, charges nothing.
 * @param reservedOutput what was set aside for the answer
 */
export async function settledUsage(
  exchange: Exchange,
  target: Target,
  estimator: TokenEstimator,
  reservedOutput: number,
): Promise<Usage> {
  const { usage, attempt, finished } = exchange;
  const error = attempt?.error ?? exchange.error;
  if (isTold(usage) && finished) return usage;
  const status = attempt?.status ?? 0;
  if (status >= 400 || (status === 0 && error?.kind === "unavailable")) return NO_TOKENS;
  const written = await outputOf(exchange, target, estimator);
  // A client that leaves before it has seen anything must not get for nothing what is being written for it.
  const left = error === undefined || error.kind === "client_closed";
  const output = written === 0 && left && !finished ? reservedOutput : written;
  // Anthropic tells the prompt's tokens at the start of a stream, and one of the answer: true so far, and not the end of it.
  if (isTold(usage)) return usage.output >= output ? usage : { ...usage, output, estimated: true };
  return { input: await inputOf(exchange, target, estimator), output, estimated: true };
}

async function inputOf(exchange: Exchange, target: Target, estimator: TokenEstimator): Promise<number> {
  try {
    return (await estimator.countInput(exchange.request, countTarget(target))).estimate;
  } catch {
    // It passed through unread, and the provider took what we would not have taken.
    return Math.ceil(exchange.source.bytes.length / BYTES_PER_TOKEN);
  }
}

const BYTES_PER_TOKEN = 4;

async function outputOf({ received }: Exchange, target: Target, estimator: TokenEstimator): Promise<number> {
  const { text, share } = received?.text() ?? { text: "", share: 1 };
  return text === "" ? 0 : Math.ceil((await estimator.countText(text, countTarget(target))) / share);
}

export function costOfUsage(usage: Usage, price: PriceRow | undefined): Price {
  if (usage === NO_TOKENS) return { nanos: 0, priced: "none" };
  if (price === undefined) return { nanos: 0, priced: "unknown" };
  return { nanos: costOf(usage, atServiceTier(price, usage.serviceTier)).nanos, priced: price.source };
}

const DOUBT: Readonly<Record<Tally["priced"], number>> = { none: 0, table: 1, override: 1, estimated: 2, unknown: 3 };

/** The same with what the exchange's side calls cost: money is money, whoever asked for it. */
export function withSideCalls(tally: Tally, sides: readonly Price[]): Tally {
  let { nanos, priced } = tally;
  for (const side of sides) {
    nanos += side.nanos;
    if (DOUBT[side.priced] > DOUBT[priced]) priced = side.priced;
  }
  return { usage: tally.usage, nanos: Math.min(nanos, MAX_NANOS), priced };
}
