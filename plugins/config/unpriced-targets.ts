import { Prices } from "../prices";
import type { Config, PolicyConfig } from "./schema";

/** Targets whose requests have no price, by model alias. Patterns are left out: what they will name, nobody knows yet. */
export function unpricedTargets(config: Config, policy: PolicyConfig): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  if (policy.unknown_price === "allow") return found;
  const prices = new Prices(config.prices.overrides, config.priceTable);
  for (const { name, targets } of policy.models) {
    const unpriced = targets.filter((target) => {
      const provider = config.providers[target.provider];
      if (provider === undefined || target.model.includes("*")) return false;
      const priced = { name: target.provider, kind: provider.kind, baseUrl: provider.base_url };
      const row = prices.row(priced, target.model, Date.now());
      return row === undefined && (policy.unknown_price === "block" || prices.estimatedRow(priced, target.model) === undefined);
    });
    if (unpriced.length > 0)
      found.set(
        name,
        unpriced.map((target) => `${target.provider}/${target.model}`),
      );
  }
  return found;
}
