import type { Config } from "./config/schema";
import type { Clock } from "./core/clock";
import { compact } from "./core/compact";
import { STORES } from "./stores";
import { LeasedLimits } from "./stores/leased/leased-limits";
import type { Stores } from "./stores/stores";

/** @throws RangeError for settings no connection can be made with */
export async function openStores({ kind, redis, lease }: Config["store"], clock: Clock): Promise<Stores> {
  if (kind === "memory") return STORES.memory(clock);
  const stores = await STORES.redis({
    url: redis.url,
    namespace: redis.namespace,
    cluster: redis.cluster,
    nodes: redis.nodes,
    deadlineMs: redis.deadline_ms,
    ...compact({
      username: redis.username,
      password: redis.password,
      sentinel: redis.sentinel_name === undefined ? undefined : { name: redis.sentinel_name },
    }),
  });
  if (!lease.enabled) return stores;
  const limits = new LeasedLimits(stores.limits, clock, { share: lease.share_percent / 100 });
  limits.start();
  return {
    ...stores,
    limits,
    async close() {
      await limits.close();
      await stores.close();
    },
  };
}
