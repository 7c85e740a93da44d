/** What no schema can say of limits: parts that do not fit each other, and limits that could never do anything. */
import { checkRules, unpricedFaults } from "../accounting";
import type { Fault, PolicyShape } from "../define-plugin";
import { checkLimit } from "../stores/check-limits";
import { DEFAULT_PER, type LimitConfig, type RateLimitConfig } from "./config";
import { limitOf } from "./rules";

export function checkRateLimit({ limits }: RateLimitConfig, policy: PolicyShape): Fault[] {
  const own = limits.flatMap((limit, index) => {
    const found = checkOne(limit);
    if (limit.unit === "cost") found.push(...unpricedFaults(limit.match.models, policy, ["unit"]));
    return found.map((fault) => ({ ...fault, path: ["limits", index, ...fault.path] }));
  });
  return [...checkRules(limits, policy, "limits"), ...own];
}

function checkOne(it: LimitConfig): Fault[] {
  const faults = checkAmount(it);
  return faults.length === 0 ? tooFine(it) : faults;
}

function checkAmount(it: LimitConfig): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => void faults.push({ path: [field], message });
  const [wanted, other] = it.unit === "cost" ? (["limit_usd", "limit"] as const) : (["limit", "limit_usd"] as const);
  if (it[wanted] === undefined) add("unit", `\`${it.unit}\` needs \`${wanted}\``);
  if (it[other] !== undefined) add(other, `has no effect under \`unit: ${it.unit}\`; write \`${wanted}\``);
  const bucket = it.algorithm === "token_bucket";
  if (it.unit === "concurrency" && bucket) add("algorithm", "has no effect under `unit: concurrency`");
  if (it.burst !== undefined && (!bucket || it.unit === "concurrency")) {
    add("burst", "has no effect without `algorithm: token_bucket`");
  }
  if (it.unit === "concurrency" && it.per !== DEFAULT_PER) add("per", "has no effect under `unit: concurrency`");
  if (it.shadow && it.by.some((scope) => scope === "target" || scope === "provider")) {
    add("shadow", "cannot be told of targets: `by` names target or provider");
  }
  return faults;
}

/** A bucket that no whole numbers can hold. */
function tooFine(it: LimitConfig): Fault[] {
  try {
    checkLimit(limitOf(it));
    return [];
  } catch (thrown) {
    return [{ path: ["limit"], message: thrown instanceof Error ? thrown.message : String(thrown) }];
  }
}
