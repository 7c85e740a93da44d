/** The configured budgets as they are applied. */
import { matches, scopeKeys } from "../accounting";
import type { Exchange } from "../core/exchange";
import { nanoDollars } from "../prices";
import { type Limit, MAX_AMOUNT } from "../stores/limits";
import { Calendar } from "./calendar";
import { type BudgetConfig, MAX_BUDGET_USD } from "./config";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Budget {
  readonly name: string;
  readonly nanos: number;
  readonly hard: boolean;
  readonly rerouteTo: string | undefined;
  /** Percent, ascending. */
  readonly alerts: readonly number[];
  /** Of its counter: what may be spent; and of its ledger, which is never reached. */
  readonly limit: Limit;
  readonly ledger: Limit;
  /** `undefined` = rolling. */
  readonly calendar: Calendar | undefined;
  /** How long a counter remembers. */
  readonly windowMs: number;
  readonly config: BudgetConfig;
}

/** One counter of one budget. */
export interface Charge {
  readonly budget: Budget;
  /** As in `by`: whose it is. */
  readonly values: readonly string[];
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** `undefined` = it has no end: it rolls on. */
  readonly end: number | undefined;
  readonly key: string;
  /** The same of all counters of the budget in one period: where a store counts several together, a new period is still a new one. */
  readonly group: string;
}

/**
 * The next period has another key. A window is longer than its period and an hour of winter time by more than a day, the longest that
 * an exchange may run: what ends last still finds all that was charged.
 */
const WINDOWS_MS = { day: 3 * DAY_MS, week: 9 * DAY_MS, month: 33 * DAY_MS } as const;

export function budgetOf(config: BudgetConfig): Budget {
  const { name, limit_usd, period, rolling_days, time_zone, hard, over, reroute_to } = config;
  const nanos = nanoDollars(limit_usd, MAX_BUDGET_USD) ?? 1;
  const window =
    period === "rolling"
      ? { windowMs: rolling_days * DAY_MS, subWindows: rolling_days === 1 ? 24 : rolling_days }
      : { windowMs: WINDOWS_MS[period], subWindows: 1 };
  return {
    name,
    nanos,
    hard,
    rerouteTo: over === "reroute" ? reroute_to : undefined,
    alerts: [...new Set(config.alerts)].sort((a, b) => a - b),
    limit: { kind: "sliding-window", limit: nanos, ...window },
    ledger: { kind: "sliding-window", limit: MAX_AMOUNT, ...window },
    calendar: period === "rolling" ? undefined : new Calendar(period, time_zone),
    windowMs: window.windowMs,
    config,
  };
}

/** Of the period in which the exchange began, however long it runs. */
export function chargesOf(budgets: readonly Budget[], scope: string, exchange: Exchange): Charge[] {
  return budgets.flatMap((budget) => {
    if (!matches(budget.config.match, exchange)) return [];
    const period = budget.calendar?.at(exchange.startedAt);
    const start = period?.start ?? exchange.startedAt - budget.windowMs;
    const group = JSON.stringify(["budget", scope, budget.name, period?.start ?? "rolling"]);
    return scopeKeys(budget.config, exchange).map((values) => ({
      budget,
      values,
      start,
      end: period?.end,
      key: JSON.stringify([group, ...values]),
      group,
    }));
  });
}

/** `{ caller: "…" }`, for operators. */
export function scopeOf({ budget, values }: Charge): Record<string, string> {
  return Object.fromEntries(budget.config.by.map((scope, index) => [scope, values[index] ?? ""]));
}
