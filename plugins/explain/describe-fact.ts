import type { Fact } from "../core/facts";

/** A line of words: what it is about, and what happened. */
export function describeFact(fact: Fact): readonly [about: string, what: string] {
  switch (fact.kind) {
    case "entity-found":
      return [fact.entity, `found ${fact.count} ${fact.count === 1 ? "time" : "times"} in the ${fact.direction}: ${fact.action}`];
    case "uninspectable":
      return [fact.part, `cannot be looked into: ${fact.blocked ? "blocked" : "passed"}`];
    case "rule-fired":
      return [fact.rule, `guard rule for the ${fact.direction}: ${fact.action}`];
    case "check-unavailable":
      return [fact.check, `not asked: ${fact.passed ? "taken as passed" : "taken as failed"}`];
    case "target-forbidden":
      return [fact.target, `forbidden by residency rule ${fact.rule}`];
    case "limit-refused":
      return [fact.limit, fact.shadow ? "limit that would refuse it, and only counts" : "limit that refuses it"];
    case "budget-exceeded":
      return [fact.budget, fact.rerouted ? "budget that sends it to another model" : "budget that does not cover it"];
    case "context-window":
      return [fact.target, `too small for about ${fact.estimate} tokens: its window is ${fact.window}`];
    case "plan":
      return [fact.strategy, `the order of attempts: ${fact.targets.join(", ")}`];
    case "params-dropped":
      return [fact.target, `cannot honour ${fact.params.join(", ")}`];
    case "cache":
      return ["cache", fact.status === "miss" ? "would be asked; nothing is kept here" : fact.status];
    case "target-skipped":
      return [fact.target, "passed over"];
    default: {
      const { kind, ...rest } = fact;
      return [kind, Object.values(rest).join(" ")];
    }
  }
}
