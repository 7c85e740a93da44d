/** The configured limits as they are applied. */
import { matches, scopeKeys } from "../accounting";
import type { Exchange } from "../core/exchange";
import { nanoDollars } from "../prices";
import { type Limit, type LimitItem, MAX_AMOUNT } from "../stores/limits";
import { type Amounts, amountOf } from "./amounts";
import { type LimitConfig, PERIODS_MS, type Scope, type Unit } from "./config";

export interface Rule {
  readonly name: string;
  readonly unit: Unit;
  readonly per: LimitConfig["per"];
  readonly periodMs: number;
  readonly limit: Limit;
  readonly shadow: boolean;
  /** Counts targets apart: known only when one is chosen. */
  readonly ofTarget: boolean;
  readonly config: LimitConfig;
}

/** One counter of one rule. */
export interface Charge {
  readonly rule: Rule;
  readonly key: string;
  /** The same of all counters of the rule. */
  readonly group: string;
}

/** A window is watched in so many pieces: more memory for each counter, less waiting for the oldest piece. */
const SUB_WINDOWS: Readonly<Record<LimitConfig["per"], number>> = {
  second: 10,
  minute: 12,
  hour: 12,
  day: 24,
  week: 28,
  month: 30,
};

/** What the schema lets a limit of money be. */
const MAX_USD = 4_000_000;

const OF_TARGET: ReadonlySet<Scope> = new Set(["provider", "target"]);

export function ruleOf(config: LimitConfig): Rule {
  const { name, unit, per, shadow } = config;
  return {
    name,
    unit,
    per,
    periodMs: PERIODS_MS[per],
    limit: limitOf(config),
    shadow,
    ofTarget: config.by.some((scope) => OF_TARGET.has(scope)),
    config,
  };
}

/** @param target `provider/model`, for rules that count targets apart */
export function chargesOf(
  rules: readonly Rule[],
  scope: string,
  exchange: Exchange,
  target?: { provider: string; label: string },
): Charge[] {
  return rules.flatMap((rule) => {
    if (!matches(rule.config.match, exchange)) return [];
    const group = JSON.stringify([scope, rule.name]);
    return scopeKeys(rule.config, exchange, target).map((values) => ({ rule, group, key: JSON.stringify([group, ...values]) }));
  });
}

export function itemsOf(charges: readonly Charge[], amounts: Amounts): LimitItem[] {
  return charges.map(({ rule, key, group }) => ({
    key,
    group,
    limit: rule.limit,
    amount: Math.min(amountOf(rule.unit, amounts), MAX_AMOUNT),
  }));
}

export function limitOf({ unit, limit = 1, limit_usd, per, algorithm, burst }: LimitConfig): Limit {
  const most = unit === "cost" ? (nanoDollars(limit_usd ?? limit, MAX_USD) ?? 1) : limit;
  if (unit === "concurrency") return { kind: "concurrency", slots: most };
  const periodMs = PERIODS_MS[per];
  if (algorithm === "token_bucket") return { kind: "token-bucket", capacity: burst ?? most, refill: most, everyMs: periodMs };
  return { kind: "sliding-window", limit: most, windowMs: periodMs, subWindows: SUB_WINDOWS[per] };
}
