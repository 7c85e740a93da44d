/** What no schema can say of budgets: parts that do not fit each other, and budgets that could never do anything. */
import { checkRules, unknownModel, unpricedFaults } from "../accounting";
import { isLinkLocal } from "../core/link-local";
import type { Fault, PolicyShape } from "../define-plugin";
import { type BudgetConfig, type BudgetsConfig, DEFAULT_ROLLING_DAYS, type WebhookConfig } from "./config";

export function checkBudgets({ budgets, webhook }: BudgetsConfig, policy: PolicyShape): Fault[] {
  const own = budgets.flatMap((budget, index) => {
    const found = [...checkOne(budget), ...checkReroute(budget, policy)];
    if (budget.hard) found.push(...unpricedFaults(budget.match.models, policy, ["limit_usd"]));
    return found.map((fault) => ({ ...fault, path: ["budgets", index, ...fault.path] }));
  });
  const faults = [...checkRules(budgets, policy, "budgets"), ...own];
  if (webhook === undefined) return faults;
  const useless = budgets.every(({ alerts }) => alerts.length === 0);
  if (useless) faults.push({ path: ["webhook"], message: "would never be called: no budget has `alerts`" });
  return [...faults, ...checkWebhook(webhook)];
}

function checkOne(it: BudgetConfig): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => void faults.push({ path: [field], message });
  if (!isTimeZone(it.time_zone)) add("time_zone", `there is no time zone ${JSON.stringify(it.time_zone)}`);
  else if (it.period === "rolling" && it.time_zone !== "UTC") add("time_zone", "has no effect under `period: rolling`");
  if (it.period !== "rolling" && it.rolling_days !== DEFAULT_ROLLING_DAYS) {
    add("rolling_days", "has no effect without `period: rolling`");
  }
  if ((it.over === "reroute") !== (it.reroute_to !== undefined)) {
    add(it.reroute_to === undefined ? "over" : "reroute_to", "`over: reroute` and `reroute_to` go together");
  }
  if (!it.hard && it.over === "reject" && it.alerts.length === 0) {
    add("hard", "a soft budget without `alerts` and without `over: reroute` does nothing");
  }
  return faults;
}

function checkReroute({ match, reroute_to }: BudgetConfig, policy: PolicyShape): Fault[] {
  const { models } = policy;
  const faults: Fault[] = [];
  if (reroute_to === undefined) return faults;
  // Not a pattern: what would its `*` stand for?
  if (!models.includes(reroute_to)) faults.push({ path: ["reroute_to"], message: unknownModel(reroute_to, policy) });
  else if (reroute_to.includes("*")) faults.push({ path: ["reroute_to"], message: "is a pattern; name one model" });
  if (match.models.length > 0 && match.models.every((model) => model === reroute_to)) {
    faults.push({ path: ["reroute_to"], message: "is the only model this budget is for: nothing would change" });
  }
  if (models.length === 1)
    faults.push({ path: ["reroute_to"], message: "is the only model of this policy: nothing would change" });
  return faults;
}

function checkWebhook({ url, allow_link_local }: WebhookConfig): Fault[] {
  const fault = (message: string): Fault[] => [{ path: ["webhook", "url"], message }];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return fault("must be an http:// or https:// URL");
  if (parsed.username !== "" || parsed.password !== "") return fault("must not hold a user name or password");
  if (isLinkLocal(parsed.hostname) && !allow_link_local) {
    return fault("leads to a link-local or cloud metadata address; `allow_link_local: true` allows it");
  }
  return [];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
