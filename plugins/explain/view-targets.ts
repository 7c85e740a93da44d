/** Which targets of the model are asked in which order, and why others are not. */
import type { Exchange } from "../core/exchange";
import type { Fact } from "../core/facts";
import { type Target, targetLabel } from "../core/target";
import type { Estimates } from "./estimate";
import type { TargetView } from "./explanation";

/** @param facts those up to the plan @param refused what becomes of fallbacks that cannot be sent to */
export async function viewTargets(
  exchange: Exchange,
  facts: readonly Fact[],
  refused: ReadonlyMap<Target, string>,
  estimates: Estimates,
): Promise<readonly TargetView[]> {
  const views: TargetView[] = [];
  for (const target of exchange.alias?.targets ?? []) {
    const turns = turnsOf(exchange, target);
    const late = refused.get(target);
    views.push({
      target: targetLabel(target),
      region: target.region,
      tags: target.tags,
      turns,
      why: late === undefined ? whyOf(exchange, facts, target, turns) : [late],
      estimate: await estimates.of(exchange, target),
    });
  }
  // The sort is stable: those that are not asked stay in the order of the configuration.
  return views.sort((a, b) => first(a) - first(b));
}

function first({ turns }: TargetView): number {
  return turns[0] ?? Number.MAX_SAFE_INTEGER;
}

/** Targets are told apart as what they are: two of them may have one label and different regions. */
function turnsOf({ plan }: Exchange, target: Target): number[] {
  return (plan?.targets ?? []).flatMap((it, at) => (it === target ? [at + 1] : []));
}

function whyOf(exchange: Exchange, facts: readonly Fact[], target: Target, turns: readonly number[]): string[] {
  const label = targetLabel(target);
  if (exchange.forbids(target) !== undefined) {
    const rules = exchange.facts.of("target-forbidden").flatMap((fact) => (fact.target === label ? [fact.rule] : []));
    return [`forbidden by residency rule ${[...new Set(rules)].join(", ")}`];
  }
  const why: string[] = [];
  for (const fact of facts) {
    if (fact.kind !== "context-window" || fact.target !== label) continue;
    why.push(`too small for about ${fact.estimate} tokens: its window is ${fact.window}`);
  }
  if (!target.provider.health.admits(target.model)) why.push("rests after failures");
  if (turns.length > 0 || exchange.plan === undefined) return why;
  const wasPlanned = facts.some((fact) => fact.kind === "plan" && fact.targets.includes(label));
  return [...why, wasPlanned ? "left out: no room under a limit" : `not reached within ${exchange.plan.targets.length} attempts`];
}
