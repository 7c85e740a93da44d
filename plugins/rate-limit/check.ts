/** What no schema can say of limits: parts that do not fit each other, and limits that could never do anything. */
import { unpricedFaults } from "../accounting";
import type { Fault, PolicyShape } from "../define-plugin";
import { checkLimit } from "../stores/check-limits";
import type { LimitConfig, RateLimitConfig } from "./config";
import { limitOf } from "./rules";

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function checkRateLimit({ limits }: RateLimitConfig, policy: PolicyShape): Fault[] {
  return limits.flatMap((limit, index) => {
    const faults = checkOne(limit, policy);
    if (limit.unit === "cost") faults.push(...unpricedFaults(limit.match.models, policy, ["unit"]));
    if (limits.findIndex(({ name }) => name === limit.name) < index) {
      faults.push({ path: ["name"], message: `${JSON.stringify(limit.name)} stands twice: they would count together` });
    }
    return faults.map((fault) => ({ ...fault, path: ["limits", index, ...fault.path] }));
  });
}

function checkOne(it: LimitConfig, policy: PolicyShape): Fault[] {
  const faults = [...checkAmount(it), ...checkScopes(it, policy)];
  return faults.length === 0 ? tooFine(it) : faults;
}

function checkAmount(it: LimitConfig): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => void faults.push({ path: [field], message });
  if (!NAME.test(it.name)) add("name", "must have 1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit");
  const [wanted, other] = it.unit === "cost" ? (["limit_usd", "limit"] as const) : (["limit", "limit_usd"] as const);
  if (it[wanted] === undefined) add("unit", `\`${it.unit}\` needs \`${wanted}\``);
  if (it[other] !== undefined) add(other, `has no effect under \`unit: ${it.unit}\`; write \`${wanted}\``);
  const bucket = it.algorithm === "token_bucket";
  if (it.unit === "concurrency" && bucket) add("algorithm", "has no effect under `unit: concurrency`");
  if (it.burst !== undefined && (!bucket || it.unit === "concurrency")) {
    add("burst", "has no effect without `algorithm: token_bucket`");
  }
  return faults;
}

function checkScopes(it: LimitConfig, { models }: PolicyShape): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => void faults.push({ path: [field], message });
  if (it.by.includes("header") !== (it.header !== undefined)) {
    add(it.header === undefined ? "by" : "header", "`by: [header]` and `header` go together");
  } else if (it.header !== undefined && it.header !== it.header.toLowerCase()) add("header", "must be in lower case");
  if (new Set(it.by).size < it.by.length) add("by", "names something twice");
  for (const [index, model] of it.match.models.entries()) {
    if (models.includes(model)) continue;
    const message = `no model of this policy is called ${JSON.stringify(model)}; there are: ${models.join(", ")}`;
    faults.push({ path: ["match", "models", index], message });
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
