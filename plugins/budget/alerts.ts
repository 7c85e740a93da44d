/** Tells operators that a part of a budget is spent. */
import { LRUCache } from "lru-cache";
import { type Clock, isoTime } from "../core/clock";
import { dollarText } from "../prices";
import type { Kv } from "../stores/kv";
import { type Charge, scopeOf } from "./budgets";
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

const MAX_TOLD = 100_000;

export class Alerts {
  readonly #options: AlertsOptions;
  /** Until when (monotonic) this process need not ask whether it was told: it was. */
  readonly #told = new LRUCache<string, number>({ max: MAX_TOLD });

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /**
   * Tells of each threshold that is reached, unless somebody has: not only who passes it, as the answer to that one may be lost, or
   * its process end. Never rejects. @param spent what the ledger says
   */
  async notice(charge: Charge, spent: number): Promise<void> {
    for (const percent of reached(charge, spent)) if (await this.#first(charge, percent)) this.#tell(charge, spent, percent);
  }

  /** What was spent before this process began is no news. Never rejects. */
  async know(charge: Charge, spent: number): Promise<void> {
    for (const percent of reached(charge, spent)) await this.#first(charge, percent);
  }

  /** Each once in its period; in its length of time where it rolls on, as what was spent falls again there. */
  async #first({ key, budget }: Charge, percent: number): Promise<boolean> {
    const { kv, clock } = this.#options;
    const name = `budget-alert:${budget.nanos}:${percent}:${key}`;
    if ((this.#told.get(name) ?? 0) > clock.monotonic()) return false;
    this.#told.set(name, clock.monotonic() + budget.windowMs);
    try {
      return (await kv.increment(name, 1, budget.windowMs)) === 1;
    } catch {
      // Told twice is better than not at all.
      return true;
    }
  }

  #tell(charge: Charge, spent: number, percent: number): void {
    const { policy, clock, webhook, newId, warn, counted } = this.#options;
    const { budget, start, end } = charge;
    const alert = {
      policy,
      budget: budget.name,
      percent,
      hard: budget.hard,
      spent_usd: dollarText(spent),
      limit_usd: dollarText(budget.nanos),
      scope: scopeOf(charge),
      period: { kind: budget.config.period, start: isoTime(start), end: end === undefined ? undefined : isoTime(end) },
    };
    counted(budget.name, percent);
    warn(alert, "budget alert");
    const id = newId("alert_");
    webhook?.send(id, JSON.stringify({ type: "budget.alert", id, at: isoTime(clock.now()), ...alert }));
  }
}

function reached({ budget: { alerts, nanos } }: Charge, spent: number): number[] {
  return alerts.filter((percent) => spent >= Math.ceil((nanos * percent) / 100));
}
