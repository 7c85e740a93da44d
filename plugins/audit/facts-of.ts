/** What became known of an exchange, as the log keeps it: types, rules and numbers. */
import type { Fact, Facts } from "../core/facts";
import { short } from "./short";

/** Whether the log keeps it. Not what clients have named, and not how a target was chosen. */
const KEPT: Readonly<Record<Fact["kind"], boolean>> = {
  "entity-found": true,
  uninspectable: true,
  "rule-fired": true,
  "check-unavailable": true,
  "target-forbidden": true,
  "limit-refused": true,
  "budget-exceeded": true,
  "limits-unavailable": true,
  "attempt-failed": true,
  "target-skipped": true,
  cache: true,
  "cache-shadow": false,
  "target-resting": false,
  "context-window": false,
  "key-cooling": false,
  "params-dropped": false,
  plan: false,
};

/** Nothing tells more than so many apart. */
const MOST = 200;

/** Equal ones once, with how often they were: `times`, or the sum of their `count`. Absent when there are none. */
export function factsOf({ all }: Facts): readonly object[] | undefined {
  const found = new Map<string, { fact: Fact; times: number }>();
  for (const fact of all) {
    if (!KEPT[fact.kind]) continue;
    const key = JSON.stringify("count" in fact ? { ...fact, count: 0 } : fact);
    const known = found.get(key);
    const times = "count" in fact ? fact.count : 1;
    if (known !== undefined) known.times += times;
    else if (found.size < MOST) found.set(key, { fact, times });
  }
  if (found.size === 0) return undefined;
  return [...found.values()].map(({ fact, times }) => {
    if ("count" in fact) return { ...fact, count: times };
    const target = "target" in fact && fact.target !== undefined ? { target: short(fact.target) } : {};
    return { ...fact, ...target, ...(times > 1 ? { times } : {}) };
  });
}
