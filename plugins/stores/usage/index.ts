import { openPostgresUsage } from "./postgres";
import { openSqliteUsage } from "./sqlite";
import type { UsageStore } from "./usage-store";

export { BufferedUsageWriter, type BufferedWriterOptions, type WriterTrouble } from "./buffered-writer";
export { openPostgresUsage, type PostgresUsageOptions } from "./postgres";
export { openSqliteUsage, type SqliteUsageOptions } from "./sqlite";
export * from "./usage-store";

/** THE list of usage stores: a new one is a folder and a line here, and passes the contract of test/usage/store. */
export const USAGE_STORES = {
  sqlite: openSqliteUsage,
  postgres: openPostgresUsage,
} as const satisfies Record<string, (options: never) => Promise<UsageStore>>;
