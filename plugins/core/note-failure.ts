import type { GraftError } from "./errors";
import type { Attempt, Exchange } from "./exchange";
import { type Target, targetLabel } from "./target";

/**
 * What a failed attempt means beyond its exchange: the fact of it, rest for the key and the target. The last attempt's failure is
 * told twice, as a failure and as the answer the client gets, and noted once.
 * @param status 0 = no answer
 */
export function noteFailure(exchange: Exchange, attempt: Attempt, status: number, error: GraftError): void {
  if (attempt.status === 0 || (attempt.status ?? 0) >= 400) return;
  attempt.status = status;
  const { target, keyIndex } = attempt;
  const { provider } = target;
  const fact = { kind: "attempt-failed", target: targetLabel(target), status } as const;
  exchange.facts.add(status === 0 ? { ...fact, error: error.kind } : fact);
  if (keyIndex !== undefined) {
    // Gemini says 400 of a key it does not know; an error within an answer of status 200 has no status but its kind's.
    const said = error.kind === "upstream_auth" ? 401 : status === 0 ? error.status : status;
    const untilMs = provider.keys.rest(keyIndex, said, error.options.retryAfterMs);
    if (untilMs !== undefined) exchange.facts.add({ kind: "key-cooling", provider: provider.name, keyIndex, untilMs });
  }
  const ms = restOf(target, status, error);
  if (ms !== undefined) exchange.facts.add({ kind: "target-resting", target: targetLabel(target), ms });
}

/** One key had its share, or is not known: another key may do. */
export function blamesKey(error: GraftError): boolean {
  return error.kind === "rate_limited" || error.kind === "upstream_auth";
}

/** Counts against the target what another attempt may mend; an answer that blames the client's request speaks for it. */
function restOf({ model, provider }: Target, status: number, error: GraftError): number | undefined {
  const { health, keys } = provider;
  if (!error.retryable) {
    if (status !== 0) health.succeeded(model);
    return undefined;
  }
  if (error.options.ours === true) return undefined;
  // One key of several says nothing about the target.
  if (blamesKey(error) && keys.ready) return undefined;
  const { retryAfterMs } = error.options;
  return retryAfterMs === undefined ? health.failed(model) : health.rest(model, retryAfterMs);
}
