/** Writes down what was spent, and tells when a threshold is passed. Nothing here rejects. */
import type { Limits } from "../stores/limits";
import type { Alerts } from "./alerts";
import type { Charge } from "./budgets";
import { type Spent, spend } from "./ledger";
import type { Reopening } from "./reopening";
import type { Answered } from "./reserve";

export interface BooksOptions {
  readonly limits: Limits;
  readonly alerts: Alerts;
  readonly reopening: Reopening | undefined;
  /** In this process. */
  counted(budget: string, nanos: number): void;
  /** The store did not answer. */
  onTrouble(error: unknown): void;
}

/** Within this time all replicas mend a counter once. */
const MEND_MS = 2000;

export class Books {
  readonly #options: BooksOptions;

  constructor(options: BooksOptions) {
    this.#options = options;
  }

  /** Has the ledgers of these know what was spent before this process began, where their store has forgotten. */
  async reopen(charges: readonly Charge[]): Promise<void> {
    await this.#trying(async () => this.#options.reopening?.open(charges));
  }

  async spend(exchange: string, charges: readonly Charge[], nanos: number): Promise<void> {
    await this.#trying(async () => {
      const spent = await spend(this.#options.limits, `${exchange}:spent`, charges, nanos);
      for (const { charge } of spent) this.#options.counted(charge.budget.name, nanos);
      await this.#tell(spent);
    });
  }

  /** Charges budgets of which nothing was reserved. One that is in debt is left alone: it stops everything already. */
  async debit(exchange: string, charges: readonly Charge[], nanos: number): Promise<void> {
    const { limits } = this.#options;
    for (const { key, budget } of charges) {
      await this.#trying(async () => {
        const id = `${exchange}:debit:${key}`;
        const { granted } = await limits.reserve({ id, ttlMs: MEND_MS, items: [{ key, limit: budget.limit, amount: 0 }] });
        if (granted) await limits.settle(id, [nanos]);
      });
    }
  }

  /** Charges budgets with what only their ledgers know of, as far as there is room. */
  async mend(answers: readonly Answered[]): Promise<void> {
    const { limits } = this.#options;
    for (const { charge, reserved, spent, left } of answers) {
      const { key, budget } = charge;
      const room = left + reserved;
      const amount = Math.min(spent - (budget.nanos - room), Math.max(0, room));
      await this.#trying(() =>
        limits.reserve({ id: `mend:${budget.nanos}:${key}`, ttlMs: MEND_MS, items: [{ key, limit: budget.limit, amount }] }),
      );
    }
  }

  async #tell(spent: readonly Spent[]): Promise<void> {
    for (const it of spent) {
      const { nanos, alerts } = it.charge.budget;
      for (const percent of alerts) {
        const threshold = Math.ceil((nanos * percent) / 100);
        if (it.before < threshold && threshold <= it.after) await this.#options.alerts.raise(it, percent);
      }
    }
  }

  async #trying(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (thrown) {
      this.#options.onTrouble(thrown);
    }
  }
}
