/** Which targets a request may reach: at routing, at every attempt, and for every side call. */
import { definePlugin } from "../define-plugin";
import { checkResidency } from "./check";
import { residencySchema } from "./config";
import { ResidentExchange, type Result } from "./resident-exchange";
import { defaultOf, ruleOf } from "./rules";

export const residency = definePlugin({
  name: "residency",
  config: residencySchema,
  check: checkResidency,
  create(config, { metrics }, { name: policy }) {
    const count = metrics.counter("graft_residency_total", "Requests by residency rule and what became of their targets", [
      "policy",
      "rule",
      "result",
    ]);
    const rules = config.rules.map(ruleOf);
    const otherwise = defaultOf(config);
    const decided = (rule: string, result: Result): void => count({ policy, rule, result });
    return (exchange) => ({ main: new ResidentExchange({ rules, otherwise, decided }, exchange) });
  },
});
