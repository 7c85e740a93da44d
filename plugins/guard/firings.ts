/** What rules did in one exchange, told once each: to the record, to metrics, to the client. */
import { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Direction } from "../core/facts";
import type { GuardRule } from "./compile";
import type { Count } from "./guard";
import type { Action } from "./rule";

export const GUARD_HEADER = "x-graft-guard";

export class Firings {
  readonly #exchange: Exchange;
  readonly #count: Count;
  readonly #told = new Set<string>();
  readonly #flags: Record<Direction, Set<string>> = { request: new Set(), response: new Set() };

  constructor(exchange: Exchange, count: Count) {
    this.#exchange = exchange;
    this.#count = count;
  }

  tell({ name }: GuardRule, action: Action, direction: Direction): void {
    if (action === "flag") this.#flags[direction].add(name);
    const key = `${name} ${action} ${direction}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#exchange.facts.add({ kind: "rule-fired", rule: name, action, direction });
    this.#count({ policy: this.#exchange.policy, rule: name, action, direction });
  }

  unavailable({ name }: GuardRule, passed: boolean): void {
    this.#exchange.facts.add({ kind: "check-unavailable", check: name, passed });
  }

  /** The error the client gets. It names the rule, and nothing of what was said. */
  blocked(rule: GuardRule, direction: Direction): GraftError {
    this.tell(rule, "block", direction);
    const what = rule.message ?? `The ${direction} was blocked by a rule of the gateway.`;
    return new GraftError("content_blocked", `${what} (rule: ${rule.name})`);
  }

  /** Another answer is on its way: what was said of the last one no longer counts. */
  forgetAnswer(): void {
    this.#flags.response.clear();
  }

  flags(direction: Direction): string | undefined {
    const names = direction === "request" ? this.#flags.request : new Set([...this.#flags.request, ...this.#flags.response]);
    return names.size === 0 ? undefined : [...names].join(", ");
  }
}
