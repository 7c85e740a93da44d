/** Answers that were given before: to the same request, and, where wanted, to the same question in other words. */
import { definePlugin } from "../define-plugin";
import { Cache } from "./cache";
import { CachedExchange } from "./cached-exchange";
import { checkCache } from "./check";
import { cacheSchema } from "./config";

export const cache = definePlugin({
  name: "cache",
  config: cacheSchema,
  // What a hit saves.
  needsUsage: () => true,
  check: checkCache,
  create(config, services, policy) {
    const shared = new Cache(config, services, policy);
    return (exchange) => ({ main: new CachedExchange(shared, exchange) });
  },
});
