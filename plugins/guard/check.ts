/** What no schema can say of rules: parts that do not fit their kind, and rules that could never do anything. */
import { unknownModel } from "../accounting";
import type { Fault, PolicyShape } from "../define-plugin";
import { kindOf, looksAt, needsWhole } from "./compile";
import { type GuardConfig, partOf, type RuleConfig } from "./config";
import type { Kind } from "./rule";
import { KINDS } from "./rules";

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Ask a service, always or by their settings. */
const ASKING = new Set(["webhook", "moderation", "classifier", "topic"]);

export function checkGuard({ rules }: GuardConfig, policy: PolicyShape): Fault[] {
  return rules.flatMap((rule, index) => {
    const kind = kindOf(rule);
    const faults = [
      ...nameFaults(rules, index),
      ...partFaults(rule, kind, policy),
      ...matchFaults(rule, policy),
      ...actionFaults(rule, kind),
      ...idleFaults(rule, kind),
    ];
    const errors = faults.filter(({ severity }) => severity !== "warning");
    return (errors.length > 0 ? errors : faults).map((fault) => ({ ...fault, path: ["rules", index, ...fault.path] }));
  });
}

function nameFaults(rules: readonly RuleConfig[], index: number): Fault[] {
  const name = rules[index]?.name ?? "";
  if (!NAME.test(name))
    return [
      { path: ["name"], message: "must have 1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit" },
    ];
  const twice = rules.findIndex((rule) => rule.name === name) < index;
  return twice ? [{ path: ["name"], message: `${JSON.stringify(name)} stands twice: nobody could tell which one fired` }] : [];
}

/** The kind's own part, and parts of other kinds. */
function partFaults(rule: RuleConfig, kind: Kind, policy: PolicyShape): Fault[] {
  const parts: Readonly<Record<string, unknown>> = rule;
  const others = KINDS.filter(({ name }) => name !== kind.name && parts[name] !== undefined);
  const idle = others.map(({ name }): Fault => ({ path: [name], message: `has no effect under \`kind: ${kind.name}\`` }));
  if (!isComplete(rule, kind)) return [...idle, { path: ["kind"], message: `\`${kind.name}\` needs a part \`${kind.name}\`` }];
  const own = kind.check(partOf(rule), rule, policy);
  return [
    ...idle,
    ...own.map((fault) => ({ ...fault, path: parts[kind.name] === undefined ? ["kind"] : [kind.name, ...fault.path] })),
  ];
}

/** Some kinds cannot do without what must be written. */
function isComplete(rule: RuleConfig, kind: Kind): boolean {
  return kind.config.safeParse(partOf(rule) ?? {}).success;
}

function matchFaults({ match }: RuleConfig, policy: PolicyShape): Fault[] {
  const faults: Fault[] = [];
  for (const [index, model] of match.models.entries())
    if (!policy.models.includes(model)) faults.push({ path: ["match", "models", index], message: unknownModel(model, policy) });
  if (Object.keys(match.headers).some((name) => name !== name.toLowerCase()))
    faults.push({ path: ["match", "headers"], message: "names must be in lower case" });
  return faults;
}

function actionFaults(rule: RuleConfig, kind: Kind): Fault[] {
  const { on, action } = rule;
  if (on !== "both" && !kind.on.includes(on))
    return [{ path: ["on"], message: `\`${kind.name}\` looks at ${kind.on.join(" and ")} only` }];
  const input = looksAt(kind, rule, "input");
  if (action === "retry" && input)
    return [{ path: ["action"], message: "`retry` asks for another answer: write `on: output`, and another rule for requests" }];
  if (action === "redact" && isComplete(rule, kind) && !kind.redacts(partOf(rule)))
    return [
      {
        path: ["action"],
        message: `\`${kind.name}\` cannot say what to replace: \`redact\` is for \`deny\` patterns, keywords and webhooks`,
      },
    ];
  return [];
}

/** What is written and does nothing; and what a rule costs streams. */
function idleFaults(rule: RuleConfig, kind: Kind): Fault[] {
  const faults: Fault[] = [];
  const idle = (path: string, why: string): void => void faults.push({ path: [path], message: `has no effect ${why}` });
  if (rule.message !== undefined && rule.action === "flag" && kind.name !== "webhook") idle("message", "under `action: flag`");
  if (rule.retry.instruction !== undefined && rule.action !== "retry") idle("retry", `under \`action: ${rule.action}\``);
  if (rule.roles.length > 0 && kind.roles.length === 0) idle("roles", `under \`kind: ${kind.name}\``);
  else if (rule.roles.length > 0 && !looksAt(kind, rule, "input")) idle("roles", "on answers");
  if (rule.on_error === "open" && !ASKING.has(kind.name)) idle("on_error", `under \`kind: ${kind.name}\`, which asks nobody`);
  if (isComplete(rule, kind) && needsWhole(kind, rule)) {
    const message = "streamed answers are held to their end for this rule: clients see nothing of them before";
    faults.push({ path: ["action"], message, severity: "warning" });
  }
  return faults;
}
