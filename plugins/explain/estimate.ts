/** What a request may use of a target: the figures that limits and budgets reserve by. */
import { Accounting } from "../accounting";
import type { PolicyConfig } from "../config/schema";
import type { Exchange } from "../core/exchange";
import type { Target } from "../core/target";
import { dollarText, type Prices, pricedProvider } from "../prices";
import type { ProcessServices } from "../process-services";
import type { Estimate } from "./explanation";

type Parts = Pick<ProcessServices, "estimator" | "outputs"> & { readonly prices: Prices };

export class Estimates {
  readonly #accounting: Accounting;
  readonly #prices: Prices;
  readonly #unknownPrice: PolicyConfig["unknown_price"];

  constructor({ unknown_price }: PolicyConfig, parts: Parts) {
    this.#accounting = new Accounting({ ...parts, unknownPrice: unknown_price });
    this.#prices = parts.prices;
    this.#unknownPrice = unknown_price;
  }

  /** `undefined` = the request cannot be read. */
  async of(exchange: Exchange, target: Target): Promise<Estimate | undefined> {
    if (!isReadable(exchange)) return undefined;
    const most = await this.#accounting.countedForecast(exchange, target, "max");
    const least = await this.#accounting.countedForecast(exchange, target, "none");
    const priced = most.nanos !== undefined && least.leastNanos !== undefined;
    return {
      input_tokens: [most.leastInput, most.input],
      max_output_tokens: most.output,
      cost_usd: priced ? [dollarText(least.leastNanos ?? 0), dollarText(most.nanos ?? 0)] : undefined,
      price: this.#price(exchange, target),
    };
  }

  #price({ startedAt }: Exchange, { provider, model }: Target): Estimate["price"] {
    const priced = pricedProvider(provider);
    const row = this.#prices.row(priced, model, startedAt);
    if (row !== undefined || this.#unknownPrice !== "estimate") return row?.source ?? "unknown";
    return this.#prices.estimatedRow(priced, model)?.source ?? "unknown";
  }
}

function isReadable(exchange: Exchange): boolean {
  try {
    return exchange.request !== undefined;
  } catch {
    return false;
  }
}
