/** Whom and what a rule is for. */
import { unknownModel } from "../accounting";
import type { Fault, PolicyShape } from "../define-plugin";
import type { When } from "./config";

export function checkWhen({ models, headers, entities }: When, policy: PolicyShape): Fault[] {
  const faults: Fault[] = [];
  const add = (path: Fault["path"], message: string): void => void faults.push({ path: ["when", ...path], message });
  for (const [index, model] of models.entries()) {
    if (!policy.models.includes(model)) add(["models", index], unknownModel(model, policy));
  }
  for (const [index, { name, values }] of headers.entries()) {
    if (name !== name.toLowerCase()) add(["headers", index, "name"], "must be in lower case");
    for (const [at, value] of values.entries()) {
      if (value.split("*").length > 2) add(["headers", index, "values", at], "may hold one * only");
    }
  }
  if (entities.length > 0 && !policy.plugins.includes("redact")) {
    add(["entities"], "nothing looks for them: that takes the plugin `redact`, which may as well only flag what it finds");
  }
  return faults;
}

/** In force whatever the request. */
export function isForAll(when: When): boolean {
  return when.models.length === 0 && isForEverybody(when);
}

/** In force for every request for this model. */
export function isForModel(when: When, model: string): boolean {
  return (when.models.length === 0 || when.models.includes(model)) && isForEverybody(when);
}

function isForEverybody({ models: _, min_count, ...lists }: When): boolean {
  return Object.values(lists).every((list) => list.length === 0);
}
