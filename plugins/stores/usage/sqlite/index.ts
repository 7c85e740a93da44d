/** Usage in one SQLite file: for one machine, any number of its processes. */

import { spentOf, spentQuery } from "../read-report";
import { checkQuery } from "../report-sql";
import { keptAt } from "../retention";
import type { Retention, UsageQuery, UsageReport, UsageStore } from "../usage-store";
import { type StartThread, startThread, ThreadClient } from "./thread-client";

export interface SqliteUsageOptions extends Retention {
  /** On a local disk: SQLite's locks do not work over a network. Created, with its directory, readable by the owner only. */
  readonly path: string;
}

/**
 * @param start for tests, which have no compiled files.
 * @throws Error when the file cannot be opened or is none of ours
 */
export async function openSqliteUsage(options: SqliteUsageOptions, start: StartThread = startThread): Promise<UsageStore> {
  const thread = new ThreadClient(options.path, start);
  try {
    await thread.call("open");
  } catch (error) {
    await thread.close();
    throw error;
  }
  const query = async (asked: UsageQuery): Promise<UsageReport> => {
    checkQuery(asked);
    return await thread.call("query", asked);
  };
  return {
    add: async (records) => {
      if (records.length > 0) await thread.call("add", records);
    },
    query,
    spent: async (spent) => spentOf(await query(spentQuery(spent))),
    prune: async (now) => {
      const kept = keptAt(now, options);
      // In pieces, so that what is added meanwhile gets its turn.
      while (await thread.call("prune", kept));
    },
    close: () => thread.close(),
  };
}
