import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { openSqliteUsage, type SqliteUsageOptions } from "../../../../plugins/stores/usage/sqlite";
import type { StartThread } from "../../../../plugins/stores/usage/sqlite/thread-client";
import type { UsageStore } from "../../../../plugins/stores/usage/usage-store";

/** For threads and processes that are to run TypeScript. */
export const RUN_TYPESCRIPT = ["--require", join(__dirname, "register-typescript.cjs")];

const THREAD = join(__dirname, "../../../../plugins/stores/usage/sqlite/thread.ts");

export const startThread: StartThread = (workerData) => new Worker(THREAD, { workerData, execArgv: RUN_TYPESCRIPT });

export function openSqlite(options: SqliteUsageOptions): Promise<UsageStore> {
  return openSqliteUsage(options, startThread);
}

/** A folder of a test's own. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "graft-usage-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
