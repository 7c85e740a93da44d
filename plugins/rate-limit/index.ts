/** Limits on requests, tokens, cost and concurrency: reserved before a request is sent, settled by what it used. */
import { Reservations } from "../accounting";
import { definePlugin } from "../define-plugin";
import { isSized } from "./amounts";
import { checkRateLimit } from "./check";
import { type RateLimitConfig, rateLimitSchema } from "./config";
import { LimitedExchange } from "./limited-exchange";
import { ruleOf } from "./rules";
import { TightKeys } from "./tight-keys";

function needsUsage({ limits }: RateLimitConfig): boolean {
  return limits.some(({ unit }) => isSized(unit));
}

export const rateLimit = definePlugin({
  name: "rate_limit",
  config: rateLimitSchema,
  needsUsage,
  check: checkRateLimit,
  create(config, services, { name, scope }) {
    if (needsUsage(config)) services.accounting.warmUp();
    const { stores, localLimits, clock, metrics, accounting, host } = services;
    const decided = metrics.counter("graft_rate_limit_total", "Requests by limit and what it said", [
      "policy",
      "limit",
      "result",
    ]);
    const troubles = metrics.counter("graft_limit_store_errors_total", "Times the store of limits did not answer", ["policy"]);
    const reservations = new Reservations({
      limits: stores.limits,
      local: localLimits,
      onError: config.on_error,
      localShare: config.local_share_percent,
      clock,
      onTrouble: () => troubles({ policy: name }),
      warn: (fields, message) => services.warn({ policy: name, plugin: "rate_limit", ...fields }, message),
    });
    const limiter = {
      rules: config.limits.map(ruleOf),
      reserve: config.reserve,
      scope,
      reservations,
      accounting,
      tight: new TightKeys(),
      skipsTargets: host.skipTarget,
      decided: (limit: string, result: string) => decided({ policy: name, limit, result }),
    };
    return (exchange) => ({ main: new LimitedExchange(limiter, exchange) });
  },
});
