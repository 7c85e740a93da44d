/** What all configurations of a process share, opened as the first of them says: a change of it takes a new process. */
import { openAudit } from "./audit/open";
import type { Config } from "./config/schema";
import { type Clock, systemClock } from "./core/clock";
import { HOSTS, type HostName } from "./core/host";
import type { Logger } from "./observe/log";
import type { Metrics } from "./observe/metrics";
import { pluginMetrics } from "./observe/plugin-metrics";
import { openStores } from "./open-stores";
import { type OpenUsage, openUsage } from "./open-usage";
import type { ProcessServices } from "./process-services";
import { Upstream } from "./relay/upstream";
import { ModelCalls } from "./side-calls";
import { openMemoryStores } from "./stores/memory";
import type { Stores } from "./stores/stores";
import type { UsageRecord } from "./stores/usage/record";
import type { UsageStore } from "./stores/usage/usage-store";
import { type Learned, loadLearned, OutputQuantiles, saveLearned, TokenEstimator } from "./tokens";
import type { UsageSink } from "./usage/sink";

export interface OpenServices extends ProcessServices {
  /** For reports. */
  readonly usageStore: UsageStore | undefined;
  /** When nothing runs any more. */
  close(): Promise<void>;
}

interface Parts {
  readonly host: HostName | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  newId(prefix: string): string;
}

const SAVE_EVERY_MS = 5 * 60_000;

/** @throws Error that says which store cannot be used, and why */
export async function openServices(
  config: Config,
  { host = "envoy", metrics, logger, env, newId }: Parts,
): Promise<OpenServices> {
  const clock: Clock = systemClock;
  const stores = await openStores(config.store, clock);
  const usage = await openUsage(config.usage, { clock, metrics, logger }).catch(async (thrown: unknown) => {
    await stores.close();
    throw thrown;
  });
  const info = (fields: Readonly<Record<string, unknown>>, message: string): void => logger.info(fields, message);
  const warn = (fields: Readonly<Record<string, unknown>>, message: string): void => logger.warn(fields, message);
  const audit =
    config.audit === undefined
      ? undefined
      : await openAudit(config.audit, { clock, info, warn }).catch(async (thrown: unknown) => {
          await usage?.close();
          await stores.close();
          throw thrown;
        });
  if (audit !== undefined) metrics.watch("graft_audit_queued", "Audit records that wait to be written", () => audit.queued);
  const estimator = new TokenEstimator();
  const outputs = new OutputQuantiles();
  const learned = { calibration: estimator.calibration, outputs };
  await loadLearned(stores.kv, learned).catch(forgotten);
  const upstream = new Upstream({ env });
  const atEnd = new Set<() => Promise<void>>();
  const saving = setInterval(() => void save(stores, learned), SAVE_EVERY_MS).unref();
  return {
    clock,
    random: Math.random,
    newId,
    host: HOSTS[host],
    stores,
    localLimits: openMemoryStores(clock).limits,
    estimator,
    outputs,
    usage: usage === undefined ? undefined : sinkOf(usage, config),
    usageStore: usage?.store,
    audit: audit?.sink,
    sideCalls: new ModelCalls(upstream, { newId }),
    atEnd,
    metrics: pluginMetrics(metrics.registry),
    warn,
    async close() {
      clearInterval(saving);
      await Promise.all([...atEnd].map((work) => work()));
      await upstream.close();
      await save(stores, learned);
      await usage?.close();
      await audit?.close();
      await estimator.close();
      await stores.close();
    },
  };
}

/** Only what is kept in memory is lost with the process that went before. */
function sinkOf({ writer, store }: OpenUsage, { store: { kind } }: Config): UsageSink {
  const add = (record: UsageRecord): void => writer.add(record);
  return kind === "memory" ? { add, spent: (query) => store.spent(query) } : { add };
}

async function save({ kv }: Stores, learned: Learned): Promise<void> {
  await saveLearned(kv, learned).catch(forgotten);
}

/** It is learned again. */
function forgotten(): void {}
