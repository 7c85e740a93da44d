import { GraftError } from "../core/errors";
import type { Charge } from "./budgets";

/** Says which budget and until when, and no amounts: others may spend of the same one. @param until milliseconds since the epoch */
export function overBudget({ budget }: Charge, until: number | undefined): GraftError {
  const message =
    until === undefined
      ? `This request may cost more than the whole budget '${budget.name}'. A lower limit on the answer's length may help.`
      : `You exceeded the budget '${budget.name}', or this request would. There will be room again at ${timeText(until)}.`;
  return new GraftError("over_budget", message, { shouldRetry: false, ours: true });
}

/** Whole seconds, never too early. */
function timeText(ms: number): string {
  return `${new Date(Math.ceil(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
