/** What limits and budgets have in common, and no schema can say: names, whose they are, which requests they are for. */
import type { Fault, PolicyShape } from "../define-plugin";
import type { Match } from "./match";
import type { Scoped } from "./scope-keys";

/** One limit or budget. */
export interface RuleShape extends Scoped {
  readonly name: string;
  readonly match: Match;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** What counts apart is kept in stores and told in alerts, so no secret may. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-api-key",
  "api-key",
  "apikey",
  "x-goog-api-key",
]);

export function checkRules(rules: readonly RuleShape[], policy: PolicyShape, list: string): Fault[] {
  return rules.flatMap((rule, index) => {
    const faults = [...nameFaults(rule.name), ...scopeFaults(rule), ...matchFaults(rule.match, policy)];
    if (rules.findIndex(({ name }) => name === rule.name) < index) {
      faults.push({ path: ["name"], message: `${JSON.stringify(rule.name)} stands twice: they would count together` });
    }
    return faults.map((fault) => ({ ...fault, path: [list, index, ...fault.path] }));
  });
}

export function unknownModel(model: string, { models }: PolicyShape): string {
  return `no model of this policy is called ${JSON.stringify(model)}; there are: ${models.join(", ")}`;
}

function nameFaults(name: string): Fault[] {
  const message = "must have 1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit";
  return NAME.test(name) ? [] : [{ path: ["name"], message }];
}

function scopeFaults({ by, header }: Scoped): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => void faults.push({ path: [field], message });
  if (by.includes("header") !== (header !== undefined)) {
    add(header === undefined ? "by" : "header", "`by: [header]` and `header` go together");
  } else if (header !== undefined && header !== header.toLowerCase()) add("header", "must be in lower case");
  if (header !== undefined && CREDENTIALS.has(header.toLowerCase())) {
    add("header", "holds a secret, which would be kept and told of; `by: [credential]` counts credentials apart");
  }
  if (new Set(by).size < by.length) add("by", "names something twice");
  return faults;
}

function matchFaults({ models, headers }: Match, policy: PolicyShape): Fault[] {
  const faults: Fault[] = [];
  for (const [index, model] of models.entries()) {
    if (!policy.models.includes(model)) faults.push({ path: ["match", "models", index], message: unknownModel(model, policy) });
  }
  if (Object.keys(headers).some((name) => name !== name.toLowerCase())) {
    faults.push({ path: ["match", "headers"], message: "names must be in lower case" });
  }
  return faults;
}
