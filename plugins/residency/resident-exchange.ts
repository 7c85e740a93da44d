/** Where one exchange may go. */
import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Hooks } from "../core/plugin";
import { type Plan, type Target, targetLabel } from "../core/target";
import { notAllowed } from "./refusal";
import type { Rule } from "./rules";

export type Result = "permitted" | "narrowed" | "refused" | "stopped";

export interface Residency {
  readonly rules: readonly Rule[];
  /** In force where none of them is; absent = anything goes. */
  readonly otherwise: Rule | undefined;
  decided(rule: string, result: Result): void;
}

export class ResidentExchange implements Hooks {
  readonly #residency: Residency;
  readonly #exchange: Exchange;
  /** Names of the models it was asked for or sent to: a budget that sends it elsewhere must not take it out of a rule. */
  readonly #models = new Set<string>();
  readonly #noted = new Set<string>();

  constructor(residency: Residency, exchange: Exchange) {
    this.#residency = residency;
    this.#exchange = exchange;
    // Whatever is sent is asked for here, by whichever way it is sent.
    exchange.restrictions.push((target) => this.#stops(target));
  }

  request(): undefined {
    this.#noteModel();
  }

  /** @throws GraftError `forbidden` when no target is left */
  route(plan: Plan): Plan {
    const rules = this.#inForce();
    const left = plan.targets.filter((target) => this.#forbidding(rules, target) === undefined);
    for (const rule of rules) {
      const narrows = plan.targets.some((target) => !rule.permits(target));
      this.#residency.decided(rule.name, narrows ? (left.length === 0 ? "refused" : "narrowed") : "permitted");
    }
    if (left.length === 0) throw notAllowed(blamed(rules, plan.targets));
    return left.length === plan.targets.length ? plan : narrowed(plan, left);
  }

  /** For a fallback that what was found out meanwhile forbids: others may do. */
  refuse(target: Target): GraftError | undefined {
    return this.#stops(target);
  }

  #stops(target: Target): GraftError | undefined {
    const rule = this.#forbidding(this.#inForce(), target);
    if (rule === undefined) return undefined;
    this.#residency.decided(rule.name, "stopped");
    return notAllowed([rule.name]);
  }

  /** As far as the facts go now: what is found later counts from then on. */
  #inForce(): readonly Rule[] {
    this.#noteModel();
    const { rules, otherwise } = this.#residency;
    const inForce = rules.filter(({ isFor }) => isFor(this.#exchange, this.#models));
    return inForce.length === 0 && otherwise !== undefined ? [otherwise] : inForce;
  }

  #forbidding(rules: readonly Rule[], target: Target): Rule | undefined {
    const rule = rules.find(({ permits }) => !permits(target));
    if (rule !== undefined) this.#note(targetLabel(target), rule.name);
    return rule;
  }

  #note(target: string, rule: string): void {
    const key = `${rule} ${target}`;
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    this.#exchange.facts.add({ kind: "target-forbidden", target, rule });
  }

  #noteModel(): void {
    const { alias } = this.#exchange;
    if (alias !== undefined) this.#models.add(alias.name);
  }
}

/** Where no target was to be asked twice, none is: attempts that are left over must not become retries. */
function narrowed({ alias, targets }: Plan, left: readonly Target[]): Plan {
  if (alias.attempts > targets.length) return { alias, targets: left };
  return { alias: { ...alias, attempts: Math.min(alias.attempts, left.length) }, targets: left };
}

/** Those that forbid something, in their order. */
function blamed(rules: readonly Rule[], targets: readonly Target[]): readonly string[] {
  return rules.filter(({ permits }) => targets.some((target) => !permits(target))).map(({ name }) => name);
}
