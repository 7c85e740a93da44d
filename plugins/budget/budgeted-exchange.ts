/** The budgets of one exchange, from its first reservation to what it spent. */
import { type Held, unpriced } from "../accounting";
import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { ModelTable } from "../core/model-table";
import type { Hooks } from "../core/plugin";
import type { ModelAlias } from "../core/target";
import type { Books } from "./books";
import { type Budget, type Charge, chargesOf } from "./budgets";
import { overBudget } from "./refusal";
import { type Answered, ask, type Desk, requirePricesOfAll, usedOf } from "./reserve";

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
  /** All that it is to be charged to: of the model asked for, and of those it was sent to instead. */
  readonly #charges: Charge[] = [];
  #reserved: { readonly charges: readonly Charge[]; readonly held: Held } | undefined;
  /** Names of the models it was asked for or sent to: to none of them a budget sends it back. */
  readonly #visited = new Set<string>();
  #restricted = false;

  constructor(treasury: Treasury, exchange: Exchange) {
    this.#treasury = treasury;
    this.#exchange = exchange;
  }

  /** @throws GraftError `over_budget`, `forbidden` without a price */
  async request(): Promise<undefined> {
    await this.#reserve(await this.#enter());
  }

  async log(): Promise<void> {
    const { books, accounting } = this.#treasury;
    if (this.#charges.length === 0) return;
    const { nanos } = await accounting.tally(this.#exchange);
    // First here, then in the ledger: it never says more than the budget has felt, so a budget that says less has lost something.
    if (this.#reserved !== undefined) await this.#reserved.held.settle(usedOf(this.#reserved.charges, nanos));
    if (nanos === 0) return;
    const felt = this.#reserved?.held.local === false ? this.#reserved.charges : [];
    const unfelt = this.#charges.filter((charge) => charge.budget.hard && !felt.includes(charge));
    await books.debit(this.#exchange.id, unfelt, nanos);
    await books.spend(this.#exchange.id, this.#charges, nanos);
  }

  /** Every round without those that sent it elsewhere, and for where it goes then. */
  async #reserve(asked: readonly Charge[]): Promise<void> {
    const { exchange, treasury } = { exchange: this.#exchange, treasury: this.#treasury };
    const mended = new Set<Charge>();
    let charges = asked;
    for (let round = 1; charges.length > 0; round += 1) {
      const id = `${exchange.id}:budget:${round}`;
      const answer = await ask(treasury, exchange, { id, charges, targets: exchange.alias?.targets ?? [] });
      if (answer.kind === "unlimited") {
        exchange.facts.add({ kind: "limits-unavailable" });
        return;
      }
      const { held, answers } = answer;
      treasury.books.notice(answers);
      const over = answers.filter((it) => it.over);
      const lacking = held === undefined ? [] : treasury.books.lacking(answers).filter(({ charge }) => !mended.has(charge));
      if (held !== undefined && over.length === 0 && lacking.length === 0) {
        this.#reserved = { charges, held };
        for (const { budget } of charges) treasury.decided(budget.name, "admitted");
        return;
      }
      await held?.settle(usedOf(charges, 0));
      if (lacking.length > 0) {
        for (const { charge } of lacking) mended.add(charge);
        await treasury.books.mend(lacking);
        continue;
      }
      const moving = over.filter(({ charge }) => this.#elsewhere(charge) !== undefined);
      const stopping = over.filter(({ charge }) => charge.budget.hard);
      this.#note(moving.length > 0 ? moving : stopping, moving.length > 0);
      if (stopping[0] !== undefined && moving.length === 0) throw this.#refusal(stopping[0], answer.retryAfterMs);
      // What it costs elsewhere counts with those that sent it there as well, but they stop nobody; nor do soft ones with nowhere to go.
      const silent = new Set(over.filter((it) => moving.includes(it) || !it.charge.budget.hard).map(({ charge }) => charge));
      charges = [...charges.filter((charge) => !silent.has(charge)), ...(await this.#move(moving))];
    }
  }

  /** Takes up the budgets of the model it is for now. @returns those of them that have to be asked */
  async #enter(): Promise<readonly Charge[]> {
    const { budgets, scope, books } = this.#treasury;
    const { alias } = this.#exchange;
    if (alias !== undefined) this.#visited.add(alias.name);
    const known = new Set(this.#charges.map(({ key }) => key));
    const brought = chargesOf(budgets, scope, this.#exchange).filter(({ key }) => !known.has(key));
    this.#charges.push(...brought);
    if (this.#charges.length > 0) {
      requirePricesOfAll(this.#treasury, this.#exchange);
      this.#restrict();
    }
    // Now, as this exchange is not among the records yet.
    await books.reopen(brought);
    return brought.filter(({ budget }) => budget.hard || budget.rerouteTo !== undefined);
  }

  /** Side calls spend as well: for them, too, no price is no call. */
  #restrict(): void {
    const { accounting } = this.#treasury;
    if (this.#restricted || accounting.unknownPrice !== "block") return;
    this.#restricted = true;
    const exchange = this.#exchange;
    exchange.restrictions.push((target) => (accounting.knowsPrice(exchange, target) ? undefined : unpriced(target)));
  }

  /** `undefined` = nowhere: the caller may not use it, or it was there already and another budget sent it away. */
  #elsewhere({ budget }: Charge): ModelAlias | undefined {
    const { rerouteTo } = budget;
    const { alias, client } = this.#exchange;
    const found = rerouteTo === undefined ? undefined : this.#treasury.models.find(rerouteTo, client.caller);
    return found !== undefined && found.name !== alias?.name && this.#visited.has(found.name) ? undefined : found;
  }

  /** Where several would send it to different ones, the first in the list says where. @returns as `#enter` */
  async #move(moving: readonly Answered[]): Promise<readonly Charge[]> {
    const first = moving[0]?.charge;
    const alias = first === undefined ? undefined : this.#elsewhere(first);
    if (alias === undefined || alias.name === this.#exchange.alias?.name) return [];
    this.#exchange.alias = alias;
    return this.#enter();
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
