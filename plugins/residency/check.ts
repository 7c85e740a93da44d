/** What no schema can say of residency rules: names nobody has, and rules that would do nothing or stop everything. */
import type { AliasShape, Fault, PolicyShape } from "../define-plugin";
import { checkPlaces } from "./check-places";
import { checkWhen, isForAll, isForModel } from "./check-when";
import type { ResidencyConfig, RuleConfig } from "./config";
import { DEFAULT, permitsOf } from "./rules";

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function checkResidency(config: ResidencyConfig, policy: PolicyShape): Fault[] {
  const faults = config.rules.flatMap((rule, index) => {
    const own = [...checkName(rule, index, config), ...checkWhen(rule.when, policy), ...checkPlaces(rule, policy)];
    if (own.every(({ severity }) => severity === "warning")) own.push(...checkEffect(rule, config, policy));
    return own.map((fault) => ({ ...fault, path: ["rules", index, ...fault.path] }));
  });
  if (config.default === "deny" && config.rules.some(({ when }) => isForAll(when))) {
    faults.push({ path: ["default"], message: "has no effect: there is a rule that is for all requests" });
  }
  return faults.some(({ severity }) => severity !== "warning") ? faults : [...faults, ...checkTogether(config, policy)];
}

function checkName({ name }: RuleConfig, index: number, { rules }: ResidencyConfig): Fault[] {
  const fault = (message: string): Fault[] => [{ path: ["name"], message }];
  if (!NAME.test(name)) {
    return fault("must have 1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit");
  }
  if (name === DEFAULT) return fault(`"${DEFAULT}" is what \`default: deny\` is called in metrics and logs`);
  const twice = rules.findIndex((other) => other.name === name) < index;
  return twice ? fault(`${JSON.stringify(name)} stands twice: nobody could tell which of them forbade something`) : [];
}

/** Whether it leaves anything, and forbids anything. */
function checkEffect(rule: RuleConfig, config: ResidencyConfig, policy: PolicyShape): Fault[] {
  const { allow, deny } = rule;
  const says = [allow.regions, allow.tags, deny.regions, deny.tags].some((list) => list.length > 0);
  if (!says && config.default === "allow") {
    return [{ path: ["allow"], message: "has no effect: name what the rule allows or denies" }];
  }
  const permits = permitsOf(rule);
  const targets = policy.aliases.flatMap((alias) => alias.targets);
  if (says && !targets.some(permits)) {
    return [{ path: ["allow"], message: "no target of this policy is left: every request it is for would be refused" }];
  }
  return [];
}

/** Rules that are in force whoever asks and whatever for leave each model somewhere to go. */
function checkTogether({ rules }: ResidencyConfig, { aliases }: PolicyShape): Fault[] {
  return aliases.flatMap((alias): Fault[] => {
    const always = rules.filter(({ when }) => isForModel(when, alias.name));
    if (leaves(always, alias)) return [];
    const alone = always.find((rule) => !leaves([rule], alias));
    const blamed = alone === undefined ? always : [alone];
    const names = blamed.map(({ name }) => name).join(" and ");
    const message = `${names}: no target of ${JSON.stringify(alias.name)} is left, so every request for it would be refused`;
    return [{ path: ["rules", rules.findIndex((rule) => blamed.includes(rule))], message }];
  });
}

function leaves(rules: readonly RuleConfig[], { targets }: AliasShape): boolean {
  const permits = rules.map(permitsOf);
  return targets.some((target) => permits.every((it) => it(target)));
}
