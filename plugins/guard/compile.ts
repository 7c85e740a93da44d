/** Rules of the configuration, ready to be asked. */
import type { Match } from "../accounting";
import type { PluginServices, PolicyFacts } from "../define-plugin";
import { type GuardConfig, partOf, type RuleConfig } from "./config";
import type { Action, Kind, Rule, RuleShape, Source } from "./rule";
import { KINDS } from "./rules";

export interface GuardRule {
  readonly name: string;
  readonly action: Action;
  readonly message: string | undefined;
  readonly input: boolean;
  readonly output: boolean;
  /** Streams are held to their end for it. */
  readonly whole: boolean;
  readonly sources: ReadonlySet<Source>;
  readonly match: Match;
  /** A service that does not answer counts as a reason to act. */
  readonly closed: boolean;
  readonly retry: { readonly instruction: string; readonly timeoutMs: number };
  readonly rule: Rule;
}

export function kindOf({ kind }: RuleConfig): Kind {
  const found = KINDS.find(({ name }) => name === kind);
  if (found === undefined) throw new Error(`there is no rule of kind ${kind}`);
  return found;
}

export function looksAt(kind: Kind, { on }: RuleShape, direction: "input" | "output"): boolean {
  return kind.on.includes(direction) && (on === "both" || on === direction);
}

export function compileRules({ rules }: GuardConfig, services: PluginServices, policy: PolicyFacts): readonly GuardRule[] {
  return rules.map((it) => {
    const kind = kindOf(it);
    const rule = kind.create(partOf(it), { rule: it, services, policy });
    return {
      name: it.name,
      action: it.action,
      message: it.message,
      input: looksAt(kind, it, "input"),
      output: looksAt(kind, it, "output"),
      whole: needsWhole(kind, it),
      sources: new Set(it.roles.length === 0 ? kind.roles : it.roles),
      match: it.match,
      closed: it.on_error === "closed",
      retry: { instruction: it.retry.instruction ?? rule.wish, timeoutMs: it.retry.timeout_ms },
      rule,
    };
  });
}

/** A stream must be held to its end: what comes of the rule is known no sooner, and matters. */
export function needsWhole(kind: Kind, rule: RuleConfig): boolean {
  if (!looksAt(kind, rule, "output")) return false;
  return rule.action === "retry" || (kind.whole(partOf(rule)) && (rule.action !== "flag" || kind.decides));
}
