import { GraftError } from "../core/errors";
import { type Target, targetLabel } from "../core/target";
import type { Forecast } from "./forecast";

/** Without a price nothing could be reserved, and what limits money would not hold. @throws GraftError `forbidden` */
export function requirePrices(forecasts: readonly Forecast[], targets: readonly Target[]): void {
  const at = forecasts.findIndex(({ nanos }) => nanos === undefined);
  const target = targets[at];
  if (target === undefined) return;
  throw unpriced(target);
}

export function unpriced(target: Target): GraftError {
  return new GraftError("forbidden", `The gateway does not know what ${targetLabel(target)} costs, and may not spend on it.`, {
    shouldRetry: false,
    ours: true,
  });
}
