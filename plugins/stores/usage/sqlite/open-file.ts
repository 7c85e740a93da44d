/** A SQLite file that is ours, at our version, ready for several processes. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import { MIGRATIONS, type Tables } from "../migrations";
import { transaction } from "./transaction";

export const TABLES: Tables = { records: "usage_records", hours: "usage_hours", state: "usage_state" };

/** Marks our files: `GRFT`. */
const APPLICATION_ID = 0x47524654;
/** How long to wait for another process that writes; its transactions take milliseconds. */
const BUSY_MS = 5000;

/** @throws Error that says what is wrong with the path or the file. */
export function openFile(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    createPrivate(path);
    database = new Database(path, { timeout: BUSY_MS });
    checkOurs(database);
    useWriteAheadLog(database);
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    throw new Error(`usage database ${path}: ${reason(error)}`, { cause: error });
  }
}

/** Who spent what is nobody else's business. SQLite gives its side files the rights of the main one; those of an existing one stay. */
function createPrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

function checkOurs(database: Database.Database): void {
  // In this order: another process may just be making it ours, tables and mark at once.
  const tables = readNumber(database, "select count(*) from sqlite_master");
  const id = readNumber(database, "pragma application_id");
  if (id !== APPLICATION_ID && (id !== 0 || tables > 0)) throw new Error("is a database of another program");
}

/** Readers and one writer do not wait for each other. The last commits may be lost when the machine loses power, never the file. */
function useWriteAheadLog(database: Database.Database): void {
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    try {
      database.pragma("journal_mode = wal");
      break;
    } catch (error) {
      // SQLite does not wait here by itself while another process does the same.
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  database.pragma("synchronous = normal");
}

function migrate(database: Database.Database): void {
  const readVersion = (): number => readNumber(database, "pragma user_version");
  if (readVersion() === MIGRATIONS.length) return;
  transaction(database, "immediate", () => {
    const version = readVersion();
    if (version > MIGRATIONS.length) {
      throw new Error(`was made by a newer Graft (its version is ${version}, this one knows ${MIGRATIONS.length})`);
    }
    checkOurs(database);
    for (const migration of MIGRATIONS.slice(version)) for (const sql of migration(TABLES)) database.exec(sql);
    database.exec(`pragma application_id = ${APPLICATION_ID}`);
    database.exec(`pragma user_version = ${MIGRATIONS.length}`);
  });
}

function readNumber(database: Database.Database, sql: string): number {
  const [number] = database.prepare(sql).raw().get() as unknown[];
  return Number(number);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "SQLITE_NOTADB") return "is not a SQLite database";
  if (code === "EACCES" || code === "EROFS" || code === "SQLITE_READONLY") return "cannot be written";
  if (code === "EEXIST" || code === "ENOTDIR") return "is below a file, not a directory";
  if (code === "EISDIR") return "is a directory";
  return error.message;
}
