import { GraftError } from "../core/errors";
import { ceilingOf } from "../stores/check-limits";
import type { LimitItem, ReserveResult } from "../stores/limits";
import type { Charge, Rule } from "./rules";

type Refused = Extract<ReserveResult, { granted: false }>;

/** What the client is told: which limit, how much of it there is, how much was asked, and when to come again. */
export function refusal(result: Refused, charges: readonly Charge[], items: readonly LimitItem[]): GraftError {
  const at = result.refused[0] ?? 0;
  const rule = charges[at]?.rule;
  const item = items[at];
  if (rule === undefined || item === undefined) throw new Error("refused by no limit");
  const limit = ceilingOf(item.limit);
  // What money there is and was is the operator's business, as in the headers.
  const told = rule.unit === "cost" ? "" : ` Limit ${limit}, requested ${item.amount}.`;
  if (result.impossible) {
    const message = `This request is larger than the limit '${rule.name}' on ${what(rule)} can ever allow, so trying again cannot help.${told}`;
    return new GraftError("rate_limited", message, { shouldRetry: false, ours: true });
  }
  const seconds = Math.max(1, Math.ceil(result.retryAfterMs / 1000));
  const message = `Rate limit '${rule.name}' reached on ${what(rule)}.${told} Please try again in ${seconds}s.`;
  return new GraftError("rate_limited", message, { retryAfterMs: result.retryAfterMs, ours: true });
}

function what({ unit, per }: Rule): string {
  return unit === "concurrency" ? "concurrent requests" : `${unit.replace("_", " ")} per ${per}`;
}
