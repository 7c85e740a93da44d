/**
 * Budgets of money: reserved before a request is sent, settled by what it cost, told about when they run low.
 *
 * A charge is one budget of one caller (team, …) in one period. The store keeps two counts of it under one key (ledger.ts): the
 * *counter*, which reservations are taken from and which stops requests when it is full, and the *ledger*, which only adds up what
 * was spent. The counter is settled first and the ledger charged after it, so a ledger that says more than the counter means that
 * the counter has lost something: it was evicted, or the budget's amount was changed and a fresh counter was begun. Then the
 * difference is charged to the counter (*mend*, books.ts). Where the ledger itself is empty, because the store has forgotten all, it
 * is filled from the usage records at the first request of its charge (*reopening*, reopening.ts). While the store is away this
 * process counts by itself; what it counted is neither compared nor mended, and charged to the store's counter when the exchange ends.
 */
import { Reservations } from "../accounting";
import { definePlugin } from "../define-plugin";
import { Alerts } from "./alerts";
import { Books } from "./books";
import { BudgetedExchange } from "./budgeted-exchange";
import { budgetOf } from "./budgets";
import { checkBudgets } from "./check";
import { budgetsSchema } from "./config";
import { Reopening } from "./reopening";
import { Webhook } from "./webhook";

export const budget = definePlugin({
  name: "budget",
  config: budgetsSchema,
  needsUsage: () => true,
  check: checkBudgets,
  create(config, services, { name: policy, scope, models }) {
    const { stores, localLimits, clock, metrics, accounting, usage } = services;
    accounting.warmUp();
    const requests = metrics.counter("graft_budget_requests_total", "Requests by hard or rerouting budget and what it said", [
      "policy",
      "budget",
      "result",
    ]);
    const spent = metrics.counter("graft_budget_spent_usd_total", "Spent by budget, of all who have one, US dollars", [
      "policy",
      "budget",
    ]);
    const told = metrics.counter("graft_budget_alerts_total", "Alerts by budget and percent", ["policy", "budget", "percent"]);
    const sent = metrics.counter("graft_budget_webhooks_total", "Alerts sent to the webhook, by result", ["policy", "result"]);
    const troubles = metrics.counter("graft_limit_store_errors_total", "Times the store of limits did not answer", ["policy"]);
    const onTrouble = (): void => troubles({ policy });

    const webhook =
      config.webhook === undefined
        ? undefined
        : new Webhook({
            config: config.webhook,
            clock,
            random: services.random,
            atEnd: services.atEnd,
            ended(result, id, error) {
              sent({ policy, result });
              if (result !== "delivered") services.warn({ policy, alert: id, error }, "budget alert not delivered");
            },
          });
    // Kong's policies are all called the same: records cannot tell them apart.
    const spentBefore = scope === policy ? usage?.spent?.bind(usage) : undefined;
    const alerts = new Alerts({
      policy,
      kv: stores.kv,
      clock,
      webhook,
      newId: services.newId,
      warn: services.warn,
      counted: (budget, percent) => told({ policy, budget, percent: String(percent) }),
    });
    const limits = stores.exactLimits;
    const books = new Books({
      limits,
      reopening:
        spentBefore === undefined
          ? undefined
          : new Reopening(limits, alerts, policy, (since, where) => spentBefore({ since, where })),
      alerts,
      counted: (budget, nanos) => spent({ policy, budget }, nanos / 1e9),
      onTrouble,
    });
    const treasury = {
      budgets: config.budgets.map(budgetOf),
      scope,
      models,
      books,
      accounting,
      reservations: new Reservations({
        limits,
        local: localLimits,
        onError: config.on_error,
        localShare: config.local_share_percent,
        clock,
        onTrouble,
        warn: (fields, message) => services.warn({ policy, plugin: "budget", ...fields }, message),
      }),
      decided: (budget: string, result: string) => requests({ policy, budget, result }),
    };
    return (exchange) => ({ main: new BudgetedExchange(treasury, exchange) });
  },
});
