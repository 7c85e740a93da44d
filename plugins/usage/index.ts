/** What exchanges used and cost: told to clients, to the log, to metrics and to the usage store. */
import type { Tally } from "../accounting";
import { definePlugin } from "../define-plugin";
import { usageSchema } from "./config";
import { usageHeaders, usageTrailer } from "./tell-client";
import { fillCache, fillRecord, usageRecord } from "./usage-record";

export const usage = definePlugin({
  name: "usage",
  config: usageSchema,
  always: true,
  needsUsage: ({ trailing_event }, services) => trailing_event || services.usage !== undefined,
  create(config, { accounting, metrics, usage: sink }, { name: policy }) {
    // Else the first answer without usage waits for it, and what it holds of limits with it.
    if (sink !== undefined) accounting.warmUp();
    const cost = metrics.counter("graft_cost_usd_total", "What exchanges cost, US dollars", ["policy", "provider"]);
    const unpriced = metrics.counter("graft_unpriced_requests_total", "Requests to models nobody knows the price of", [
      "policy",
      "provider",
    ]);
    const estimated = metrics.counter("graft_usage_estimated_total", "Requests whose usage no provider told, and we counted", [
      "policy",
      "provider",
    ]);
    const count = ({ nanos, priced, usage: used }: Tally, provider: string): void => {
      if (nanos > 0) cost({ policy, provider }, nanos / 1e9);
      if (priced === "unknown") unpriced({ policy, provider });
      if (used.estimated === true) estimated({ policy, provider });
    };
    return (exchange) => ({
      main: {
        complete() {
          const streams = exchange.head?.stream === true;
          if (streams ? !config.trailing_event : !config.headers) return undefined;
          const tally = accounting.told(exchange);
          if (tally === undefined) return undefined;
          return streams ? { trailer: usageTrailer(tally) } : { headers: usageHeaders(tally) };
        },
        async log(record) {
          const { attempt } = exchange;
          fillCache(record, exchange);
          // Counting is worth its while only where somebody keeps the books; where no provider was asked, there is nothing to count.
          const counts = sink !== undefined || attempt === undefined;
          const tally = counts ? await accounting.tally(exchange) : accounting.told(exchange);
          if (tally === undefined) return;
          fillRecord(record, tally);
          count(tally, attempt?.target.provider.name ?? "none");
          sink?.add(usageRecord(exchange, record, tally));
        },
      },
    });
  },
});
