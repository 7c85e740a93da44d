/** The budgets of one exchange, from its first reservation to what it spent. */
import type { Held } from "../accounting";
import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { ModelTable } from "../core/model-table";
import type { Hooks } from "../core/plugin";
import type { ModelAlias } from "../core/target";
import type { Books } from "./books";
import { type Budget, type Charge, chargesOf } from "./budgets";
import { overBudget } from "./refusal";
import { type Answered, ask, type Desk, usedOf } from "./reserve";

export interface Treasury extends Desk {
  readonly budgets: readonly Budget[];
  /** Sets the counters of this policy apart from others'. */
  readonly scope: string;
  readonly models: ModelTable;
  readonly books: Books;
  decided(budget: string, result: "admitted" | "refused" | "rerouted"): void;
}

export class BudgetedExchange implements Hooks {
  readonly #treasury: Treasury;
  readonly #exchange: Exchange;
  #charges: readonly Charge[] = [];
  #reserved: { readonly charges: readonly Charge[]; readonly held: Held } | undefined;
  /** Hard ones that let this exchange go elsewhere: nothing is reserved of them, and it is spent all the same. */
  readonly #unreserved: Charge[] = [];

  constructor(treasury: Treasury, exchange: Exchange) {
    this.#treasury = treasury;
    this.#exchange = exchange;
  }

  /** @throws GraftError `over_budget` */
  async request(): Promise<undefined> {
    const { budgets, scope } = this.#treasury;
    this.#charges = chargesOf(budgets, scope, this.#exchange);
    // Now, as this exchange is not among the records yet.
    await this.#treasury.books.reopen(this.#charges);
    const asked = this.#charges.filter(({ budget }) => budget.hard || budget.rerouteTo !== undefined);
    await this.#reserve(asked);
  }

  async log(): Promise<void> {
    const { books, accounting } = this.#treasury;
    if (this.#charges.length === 0) return;
    const used = this.#exchange.attempt === undefined ? undefined : await accounting.tally(this.#exchange);
    const nanos = used?.nanos ?? 0;
    // First here, then in the ledger: it never says more than the budget has felt, so a budget that says less has lost something.
    if (this.#reserved !== undefined) await this.#reserved.held.settle(usedOf(this.#reserved.charges, nanos));
    if (nanos === 0) return;
    await books.debit(this.#exchange.id, this.#unreserved, nanos);
    await books.spend(this.#exchange.id, this.#charges, nanos);
  }

  /** Every round without those that sent it elsewhere, and for where it goes then. */
  async #reserve(asked: readonly Charge[]): Promise<void> {
    const { exchange, treasury } = { exchange: this.#exchange, treasury: this.#treasury };
    let charges = asked;
    let alias = exchange.alias;
    let mended = false;
    for (let round = 1; charges.length > 0; round += 1) {
      const id = `${exchange.id}:budget:${round}`;
      const answer = await ask(treasury, exchange, { id, charges, targets: alias?.targets ?? [] });
      if (answer.kind === "unlimited") {
        exchange.facts.add({ kind: "limits-unavailable" });
        return;
      }
      const { held, answers } = answer;
      const over = answers.filter((it) => it.over);
      const lacking = held === undefined || mended ? [] : answers.filter(lacks);
      if (held !== undefined && over.length === 0 && lacking.length === 0) {
        this.#reserved = { charges, held };
        for (const { budget } of charges) treasury.decided(budget.name, "admitted");
        return;
      }
      await held?.settle(usedOf(charges, 0));
      if (lacking.length > 0) {
        mended = true;
        await treasury.books.mend(lacking);
        continue;
      }
      const moving = over.filter(({ charge }) => this.#elsewhere(charge) !== undefined);
      this.#note(moving.length > 0 ? moving : over, moving.length > 0);
      if (over[0] !== undefined && moving.length === 0) throw this.#refusal(over[0], answer.retryAfterMs);
      alias = this.#move(moving, alias);
      // The others may cover what it costs there.
      charges = charges.filter((charge) => !moving.some((it) => it.charge === charge));
    }
  }

  #elsewhere({ budget }: Charge): ModelAlias | undefined {
    const { rerouteTo } = budget;
    return rerouteTo === undefined ? undefined : this.#treasury.models.find(rerouteTo, this.#exchange.client.caller);
  }

  /** Where several would send it to different ones, the first in the list says where. */
  #move(moving: readonly Answered[], alias: ModelAlias | undefined): ModelAlias | undefined {
    this.#unreserved.push(...moving.map(({ charge }) => charge).filter(({ budget }) => budget.hard));
    const first = moving[0]?.charge;
    if (first === undefined || this.#exchange.redirect !== undefined) return alias;
    this.#exchange.redirect = first.budget.rerouteTo;
    return this.#elsewhere(first);
  }

  #note(over: readonly Answered[], rerouted: boolean): void {
    for (const { charge } of over) {
      const { name } = charge.budget;
      this.#exchange.facts.add({ kind: "budget-exceeded", budget: name, rerouted });
      this.#treasury.decided(name, rerouted ? "rerouted" : "refused");
    }
  }

  #refusal({ charge, impossible }: Answered, retryAfterMs: number): GraftError {
    if (impossible) return overBudget(charge, undefined);
    return overBudget(charge, charge.end ?? this.#exchange.startedAt + retryAfterMs);
  }
}

/**
 * The ledger knows of more than the budget: the budget's amount was changed, or its counter was lost. Not where they roll on: what was
 * charged when a request began is forgotten before what was written down when it ended.
 */
function lacks({ charge, reserved, spent, left }: Answered): boolean {
  const { hard, calendar, nanos } = charge.budget;
  return hard && calendar !== undefined && spent > nanos - left - reserved;
}
