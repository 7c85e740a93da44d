import type { Config } from "./config/schema";
import type { Clock } from "./core/clock";
import type { Logger } from "./observe/log";
import type { Metrics } from "./observe/metrics";
import { USAGE_STORES } from "./stores/usage";
import { BufferedUsageWriter } from "./stores/usage/buffered-writer";
import type { UsageStore } from "./stores/usage/usage-store";

export interface OpenUsage {
  readonly store: UsageStore;
  readonly writer: BufferedUsageWriter;
  /** Writes what waits, as far as it can be done in a few seconds. */
  close(): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const PRUNE_EVERY_MS = 3_600_000;
const LAST_WRITES_MS = 5000;

/** @throws Error when the store cannot be used, with what to change */
export async function openUsage(config: Config["usage"], { clock, metrics, logger }: Parts): Promise<OpenUsage | undefined> {
  if (config === undefined) return undefined;
  const store = await openUsageStore(config);
  const writer = new BufferedUsageWriter({
    store,
    onTrouble: ({ dropped, queued, error }) =>
      logger.error({ dropped, queued, cause: error?.message }, "usage records cannot be written"),
  });
  metrics.watch(
    "graft_usage_records_dropped",
    "Usage records given up because their store did not take them",
    () => writer.dropped,
  );
  metrics.watch("graft_usage_records_queued", "Usage records on their way to their store", () => writer.queued);
  const prune = (): void => {
    store.prune(clock.now()).catch((thrown: unknown) => logger.warn({ cause: String(thrown) }, "old usage records stay for now"));
  };
  prune();
  const pruning = setInterval(prune, PRUNE_EVERY_MS).unref();
  return {
    store,
    writer,
    async close() {
      clearInterval(pruning);
      await writer.close(LAST_WRITES_MS);
      await store.close();
    },
  };
}

export async function openUsageStore(config: NonNullable<Config["usage"]>): Promise<UsageStore> {
  const kept = { recordDays: config.keep_records_days, hourDays: config.keep_hours_days };
  try {
    if (config.kind === "sqlite") return await USAGE_STORES.sqlite({ path: config.path, ...kept });
    return await USAGE_STORES.postgres({ url: config.url ?? "", schema: config.schema, ...kept });
  } catch (thrown) {
    throw new Error(`usage: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
