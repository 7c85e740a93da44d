/** Writes down what was spent, and tells when a threshold is passed. Nothing here rejects. */
import { LRUCache } from "lru-cache";
import type { Limits } from "../stores/limits";
import type { Alerts } from "./alerts";
import type { Charge } from "./budgets";
import { counterItem, spend } from "./ledger";
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
const MAX_COMPARED = 100_000;

export class Books {
  readonly #options: BooksOptions;
  /**
   * Rolling counters that were compared with their ledger. Once: later, what was charged when a request began is forgotten before what
   * was written down when it ended, and nothing is amiss.
   */
  readonly #compared = new LRUCache<string, true>({ max: MAX_COMPARED });

  constructor(options: BooksOptions) {
    this.#options = options;
  }

  /** Has the ledgers of these know what was spent before this process began, where their store has forgotten. */
  async reopen(charges: readonly Charge[]): Promise<void> {
    await this.#trying(async () => this.#options.reopening?.open(charges));
  }

  async spend(exchange: string, charges: readonly Charge[], nanos: number): Promise<void> {
    const { limits, counted, alerts } = this.#options;
    await this.#trying(async () => {
      const spent = await spend(limits, `${exchange}:spent`, charges, nanos);
      for (const { charge } of spent) counted(charge.budget.name, nanos);
      await Promise.all(spent.map(({ charge, sum }) => alerts.notice(charge, sum)));
    });
  }

  /** Tells of thresholds that others have passed and nobody has told of; in nobody's way. */
  notice(answers: readonly Answered[]): void {
    for (const { charge, spent } of answers) if (spent !== undefined) void this.#options.alerts.notice(charge, spent);
  }

  /** Charges budgets of which nothing was reserved. One that is in debt is left alone: it stops everything already. */
  async debit(exchange: string, charges: readonly Charge[], nanos: number): Promise<void> {
    const { limits } = this.#options;
    const debit = async (charge: Charge): Promise<void> => {
      const id = `${exchange}:debit:${charge.key}`;
      const { granted } = await limits.reserve({ id, ttlMs: MEND_MS, items: [counterItem(charge, 0)] });
      if (granted) await limits.settle(id, [nanos]);
    };
    await Promise.all(charges.map((charge) => this.#trying(() => debit(charge))));
  }

  /** Those whose ledger knows of more than they have felt. Rolling ones are only looked at until they have been right once. */
  lacking(answers: readonly Answered[]): Answered[] {
    return answers.filter(({ charge, reserved, spent, left }) => {
      const { hard, calendar, nanos } = charge.budget;
      if (!hard || spent === undefined) return false;
      if (calendar === undefined && this.#compared.has(charge.key)) return false;
      const lacks = spent > nanos - left - reserved;
      if (!lacks && calendar === undefined) this.#compared.set(charge.key, true);
      return lacks;
    });
  }

  /** Charges budgets with what only their ledgers know of, as far as there is room. */
  async mend(answers: readonly Answered[]): Promise<void> {
    const { limits } = this.#options;
    for (const { charge, reserved, spent = 0, left } of answers) {
      const { key, budget } = charge;
      const room = left + reserved;
      const amount = Math.min(spent - (budget.nanos - room), Math.max(0, room));
      await this.#trying(() =>
        limits.reserve({ id: `mend:${budget.nanos}:${key}`, ttlMs: MEND_MS, items: [counterItem(charge, amount)] }),
      );
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
