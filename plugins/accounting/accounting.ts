import type { Usage } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import { isTold } from "../core/usage";
import { type PriceRow, type Prices, pricedProvider } from "../prices";
import type { InputEstimate, OutputQuantiles, TokenEstimator } from "../tokens";
import { type Forecast, forecastOf, learnedOutput, type OutputReserve } from "./forecast";
import { countTarget, modelKey, outputKey } from "./model-keys";
import { costOfUsage, NOTHING_USED, settledUsage, type Tally, withSideCalls } from "./tally";

export interface AccountingParts {
  /** Of the process: both learn from every exchange. */
  readonly estimator: TokenEstimator;
  readonly outputs: OutputQuantiles;
  /** Of the configuration. */
  readonly prices: Prices;
  /** What a policy does with models nobody knows the price of. */
  readonly unknownPrice: UnknownPrice;
}

/** `block`: refuse what would need it; `estimate`: take that of the dearest relative, and refuse where there is none; `allow`: reckon without. */
export type UnknownPrice = "block" | "estimate" | "allow";

interface Remembered {
  /** By kind and model: many targets may be one model, at several providers of a kind. */
  readonly estimates: Map<string, InputEstimate>;
  readonly counts: Map<string, Promise<InputEstimate>>;
  /** The most that was set aside for the answer, by whichever plugin. */
  output: number;
  /** Reckoned once for whoever asks. */
  told: Tally | undefined;
  /** Side calls in it. */
  toldSides: number;
  tally: Promise<Tally> | undefined;
}

/** One a policy. Of an exchange it remembers what it has told, so that all plugins reckon with the same figures. */
export class Accounting {
  readonly #parts: AccountingParts;
  readonly #remembered = new WeakMap<Exchange, Remembered>();

  constructor(parts: AccountingParts) {
    this.#parts = parts;
  }

  /** Has ready what counting takes, before the first request needs it. */
  warmUp(): void {
    void this.#parts.estimator.warmUp();
  }

  get unknownPrice(): UnknownPrice {
    return this.#parts.unknownPrice;
  }

  /** What the request may use of a target, from its size: cheap, and never too low but for what tokenizers cannot tell. */
  forecast(exchange: Exchange, target: Target, reserve: OutputReserve): Forecast {
    return forecastOf(
      exchange,
      this.#estimate(exchange, target),
      this.#output(exchange, target, reserve),
      this.#priceOf(exchange, target),
    );
  }

  /** The same with its tokens counted, off the event loop where they are many. */
  async countedForecast(exchange: Exchange, target: Target, reserve: OutputReserve): Promise<Forecast> {
    return forecastOf(
      exchange,
      await this.#count(exchange, target),
      this.#output(exchange, target, reserve),
      this.#priceOf(exchange, target),
    );
  }

  /** What is known so far, reckoned at once: nothing was used where no provider was asked; `undefined` while one has said nothing. */
  told(exchange: Exchange): Tally | undefined {
    const { attempt, usage, sideCalls } = exchange;
    if (attempt === undefined) return this.#withSides(exchange, NOTHING_USED);
    if (!isTold(usage)) return undefined;
    const remembered = this.#of(exchange);
    if (remembered.told?.usage === usage && remembered.toldSides === sideCalls.length) return remembered.told;
    remembered.told = this.#withSides(exchange, { usage, ...costOfUsage(usage, this.#priceOf(exchange, attempt.target)) });
    remembered.toldSides = sideCalls.length;
    return remembered.told;
  }

  /** Of one call for this exchange, nano-dollars; `undefined` = nobody knows the price. */
  cost(exchange: Exchange, target: Target, usage: Usage): number | undefined {
    const { nanos, priced } = costOfUsage(usage, this.#priceOf(exchange, target));
    return priced === "unknown" ? undefined : nanos;
  }

  knowsPrice(exchange: Exchange, target: Target): boolean {
    return this.#priceOf(exchange, target) !== undefined;
  }

  /** What an exchange that has ended used; counted by us where the provider said nothing. */
  tally(exchange: Exchange): Promise<Tally> {
    const remembered = this.#of(exchange);
    remembered.tally ??= this.#tally(exchange);
    return remembered.tally;
  }

  #of(exchange: Exchange): Remembered {
    let remembered = this.#remembered.get(exchange);
    if (remembered === undefined) {
      remembered = { estimates: new Map(), counts: new Map(), output: 0, told: undefined, toldSides: 0, tally: undefined };
      this.#remembered.set(exchange, remembered);
    }
    return remembered;
  }

  #estimate(exchange: Exchange, target: Target): InputEstimate {
    const { estimates } = this.#of(exchange);
    const key = modelKey(target);
    let estimate = estimates.get(key);
    if (estimate === undefined) {
      estimate = this.#parts.estimator.estimateInput(exchange.request, countTarget(target));
      estimates.set(key, estimate);
    }
    return estimate;
  }

  #count(exchange: Exchange, target: Target): Promise<InputEstimate> {
    const { counts } = this.#of(exchange);
    const key = modelKey(target);
    let count = counts.get(key);
    if (count === undefined) {
      count = this.#parts.estimator.countInput(exchange.request, countTarget(target));
      counts.set(key, count);
    }
    return count;
  }

  async #tally(exchange: Exchange): Promise<Tally> {
    const { attempt } = exchange;
    if (attempt === undefined) return this.#withSides(exchange, NOTHING_USED);
    const { target } = attempt;
    const usage = await settledUsage(exchange, target, this.#parts.estimator, this.#of(exchange).output);
    if (usage.estimated !== true) this.#learn(exchange, target);
    return this.#withSides(exchange, { usage, ...costOfUsage(usage, this.#priceOf(exchange, target)) });
  }

  /** A side call that got no answer is taken to have cost nothing. */
  #withSides(exchange: Exchange, tally: Tally): Tally {
    const { sideCalls } = exchange;
    if (sideCalls.length === 0) return tally;
    const sides = sideCalls.map(({ target, usage }) =>
      usage === undefined ? NOTHING_USED : costOfUsage(usage, this.#priceOf(exchange, target)),
    );
    return withSideCalls(tally, sides);
  }

  #learn(exchange: Exchange, target: Target): void {
    const { usage, decoded, finished } = exchange;
    if (usage === undefined || decoded === undefined || !finished) return;
    const { estimator, outputs } = this.#parts;
    estimator.observe(countTarget(target), this.#estimate(exchange, target), usage.input);
    // How long an answer is where nobody bounds it: clients that ask for short ones must not teach that all are.
    if (decoded.maxTokens === undefined) {
      outputs.observe(outputKey(exchange, target), usage.output / Math.max(1, decoded.n ?? 1));
    }
  }

  #output(exchange: Exchange, target: Target, reserve: OutputReserve): number {
    const learned = this.#parts.outputs.quantile(outputKey(exchange, target), 0.95, target.maxOutputTokens);
    const output = learnedOutput(exchange.request, target, reserve, learned);
    const remembered = this.#of(exchange);
    remembered.output = Math.max(remembered.output, output);
    return output;
  }

  /** As of when the exchange began, so that a price that changes meanwhile is one price for it. */
  #priceOf({ startedAt }: Exchange, { provider, model }: Target): PriceRow | undefined {
    const { prices, unknownPrice } = this.#parts;
    const priced = pricedProvider(provider);
    return prices.row(priced, model, startedAt) ?? (unknownPrice === "estimate" ? prices.estimatedRow(priced, model) : undefined);
  }
}
