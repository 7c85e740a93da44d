/** The attempt plan in Envoy's own words: how often, after what, how long to wait; obeyed for this request only. */
import type { HeaderMap } from "../plugins/core/provider";
import { type Plan, targetLabel } from "../plugins/core/target";
import { clusterName } from "./metadata";

/** `reset` = no answer or a broken one before its head, per-try timeouts included. Statuses are listed one by one. */
const RETRY_ON = "connect-failure,refused-stream,reset,retriable-status-codes";

export function retryHeaders({ alias, targets }: Plan): HeaderMap {
  // One value for all tries of a request: the longest, so that no target is cut short by another's setting.
  const perTry = { "x-envoy-upstream-rq-per-try-timeout-ms": String(Math.max(...targets.map((target) => target.timeoutMs))) };
  if (targets.length === 1) return perTry;
  return {
    ...perTry,
    "x-envoy-max-retries": String(targets.length - 1),
    "x-envoy-retry-on": RETRY_ON,
    "x-envoy-retriable-status-codes": alias.fallbackStatuses.join(","),
  };
}

/** One priority group a try: Envoy takes the next group for each retry. */
export function priorityGroups({ targets }: Plan): Readonly<Record<string, unknown>> {
  return {
    priority_groups: targets.map((target, index) => ({
      name: `${index + 1} ${targetLabel(target)}`,
      clusters: [{ cluster_name: clusterName(target.provider.name), weight: 1 }],
    })),
  };
}
