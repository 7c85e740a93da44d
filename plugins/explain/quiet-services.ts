/** Services that touch nothing outside this process: empty stores, no books, nobody to call. */
import type { Config } from "../config/schema";
import { systemClock } from "../core/clock";
import { GraftError } from "../core/errors";
import { HOSTS, type HostName } from "../core/host";
import { targetLabel } from "../core/target";
import type { ProcessServices } from "../process-services";
import { openMemoryStores } from "../stores/memory";
import { OutputQuantiles, TokenEstimator } from "../tokens";
import { loadTables, type Tables } from "../tokens/load-tables";
import type { NotAsked } from "./explanation";

let tables: Tables | undefined;

export interface QuietServices {
  readonly services: ProcessServices;
  readonly notAsked: readonly NotAsked[];
  readonly warnings: readonly string[];
  /** For web calls. */
  refuse(origin: string): Error;
  close(): Promise<void>;
}

export function openQuietServices(config: Config, host: HostName): QuietServices {
  const notAsked: NotAsked[] = [];
  const warnings: string[] = [];
  const stores = openMemoryStores(systemClock);
  const estimator = new TokenEstimator();
  // Here, for nothing else waits: a thread would be late for the one request there is.
  tables ??= loadTables("o200k_base");
  estimator.use(tables);
  let ids = 0;
  return {
    notAsked,
    warnings,
    refuse(origin) {
      notAsked.push({ check: undefined, where: origin, forbidden: false });
      return nobody();
    },
    async close() {
      await Promise.all([estimator.close(), stores.close()]);
    },
    services: {
      clock: systemClock,
      // Weighted targets in the order they stand, so that the same question has the same answer.
      random: () => 0,
      newId: (prefix) => `${prefix}explained_${++ids}`,
      host: HOSTS[host],
      stores,
      localLimits: stores.limits,
      estimator,
      outputs: new OutputQuantiles(),
      usage: undefined,
      audit: config.audit === undefined ? undefined : { write: async () => {}, digest: () => "" },
      sideCalls: {
        async ask(exchange, target, _request, { purpose }) {
          const forbidden = exchange.forbids(target);
          notAsked.push({ check: purpose, where: targetLabel(target), forbidden: forbidden !== undefined });
          throw forbidden ?? nobody();
        },
        async embed(target, texts, { purpose }) {
          return texts.map(({ exchange }) => {
            const forbidden = exchange.forbids(target);
            notAsked.push({ check: purpose, where: targetLabel(target), forbidden: forbidden !== undefined });
            return forbidden ?? nobody();
          });
        },
      },
      atEnd: new Set(),
      metrics: { counter: () => () => {} },
      warn: (_fields, message) => void warnings.push(message),
    },
  };
}

function nobody(): GraftError {
  return new GraftError("unavailable", "A check of this request was not asked: nothing is sent.");
}
