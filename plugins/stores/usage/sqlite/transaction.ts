import type Database from "libsql";

/** All or nothing. `immediate` is for writers: two that began as readers could not both become one. @throws what `run` throws, or Error */
export function transaction<T>(database: Database.Database, mode: "deferred" | "immediate", run: () => T): T {
  database.exec(`begin ${mode}`);
  try {
    const value = run();
    database.exec("commit");
    return value;
  } catch (error) {
    // SQLite has rolled back by itself when, say, the disk is full; the driver's own wrapper would hide that behind another error.
    if (database.inTransaction) database.exec("rollback");
    throw error;
  }
}
