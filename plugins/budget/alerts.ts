/** Tells operators that a part of a budget is spent. Whether it is, and that nobody else tells, the ledger knows. */
import { type Clock, isoTime } from "../core/clock";
import { dollarText } from "../prices";
import type { Kv } from "../stores/kv";
import { scopeOf } from "./budgets";
import type { Spent } from "./ledger";
import type { Webhook } from "./webhook";

export interface AlertsOptions {
  readonly policy: string;
  readonly kv: Kv;
  readonly clock: Clock;
  readonly webhook: Webhook | undefined;
  newId(prefix: string): string;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  counted(budget: string, percent: number): void;
}

export class Alerts {
  readonly #options: AlertsOptions;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async raise({ charge, after }: Spent, percent: number): Promise<void> {
    const { policy, clock, webhook, newId, warn, counted } = this.#options;
    const { budget, start, end } = charge;
    if (end === undefined && !(await this.#first(charge, percent))) return;
    const alert = {
      policy,
      budget: budget.name,
      percent,
      hard: budget.hard,
      spent_usd: dollarText(after),
      limit_usd: dollarText(budget.nanos),
      scope: scopeOf(charge),
      period: { kind: budget.config.period, start: isoTime(start), end: end === undefined ? undefined : isoTime(end) },
    };
    counted(budget.name, percent);
    warn(alert, "budget alert");
    const id = newId("alert_");
    webhook?.send(id, JSON.stringify({ type: "budget.alert", id, at: isoTime(clock.now()), ...alert }));
  }

  /** What was spent falls again where a budget rolls on, and may pass the threshold once more: told once in its length of time. */
  async #first({ key, budget }: Spent["charge"], percent: number): Promise<boolean> {
    try {
      const times = await this.#options.kv.increment(`budget-alert:${budget.nanos}:${percent}:${key}`, 1, budget.rollingMs);
      return times === 1;
    } catch {
      // Told twice is better than not at all.
      return true;
    }
  }
}
