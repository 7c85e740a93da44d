/** Limits on money for models nobody knows the price of: their requests would be refused. */
import type { Fault, PolicyShape } from "../define-plugin";

/** @param models those it is for; empty = all */
export function unpricedFaults(models: readonly string[], policy: PolicyShape, path: Fault["path"]): Fault[] {
  const labels = [...policy.unpriced()]
    .filter(([alias]) => models.length === 0 || models.includes(alias))
    .flatMap(([, it]) => it);
  if (labels.length === 0) return [];
  const shown = [...new Set(labels)].join(", ");
  const message = `nobody knows what ${shown} costs, so its requests are refused: give a price in \`prices.overrides\`, or set \`unknown_price: allow\``;
  return [{ path, message, severity: "warning" }];
}
