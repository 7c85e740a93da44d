/** Transactions on a small pool, each with its schema and time limit: poolers such as PgBouncer keep no settings of a session. */
import type { Pool, PoolClient } from "pg";

export interface ConnectionOptions {
  /** `postgresql://user:password@host:port/database`; `?sslmode=verify-full&sslrootcert=…` for TLS, `?host=/directory` for a unix socket. */
  readonly url: string;
  /** For each statement. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Connections of this process. Default 4: one writes, the others are for reports. */
  readonly connections?: number | undefined;
}

const CONNECT_MS = 5000;
/** A server that keeps silent longer than it allows itself is given up. */
const GRACE_MS = 2000;

export type Mode = "read write" | "read only";

/** Rows as arrays: whole numbers are decimal texts. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<{ rows: unknown[][]; changes: number }>;

/** Read when a Postgres is configured. */
const pg = (): typeof import("pg") => require("pg");

export class Connection {
  readonly #pool: Pool;
  readonly #settings: string;

  /** Connects at the first call. @throws RangeError for another kind of URL */
  constructor({ url, timeoutMs = 10_000, connections = 4 }: ConnectionOptions, schema: string | undefined) {
    if (!/^postgres(ql)?:\/\/./.test(url))
      throw new RangeError("url: must be like postgresql://user:password@host:5432/database");
    this.#pool = new (pg().Pool)({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: timeoutMs + GRACE_MS,
      keepAlive: true,
      // Idle connections do not keep the process alive.
      allowExitOnIdle: true,
      application_name: "graft",
    });
    // Of an idle connection: the next call makes a new one.
    this.#pool.on("error", () => undefined);
    const path = schema === undefined ? "" : `; set local search_path to ${schema}`;
    this.#settings = `set local statement_timeout = ${Math.trunc(timeoutMs)}; set local lock_timeout = ${Math.trunc(timeoutMs)}${path}`;
  }

  /**
   * All or nothing; a reader sees one state.
   * @throws Error without address or credentials
   */
  async transaction<T>(mode: Mode, run: (ask: Ask) => Promise<T>): Promise<T> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw failure("cannot connect", error);
    }
    const ask: Ask = async (text, values = []) => {
      const result = await client.query<unknown[]>({ text, values: [...values], rowMode: "array" });
      return { rows: result.rows, changes: result.rowCount ?? 0 };
    };
    // A connection that dies between two statements says so by an event, and at the next statement.
    const ignore = (): void => undefined;
    client.on("error", ignore);
    let broken = true;
    try {
      await client.query(
        `begin isolation level ${mode === "read only" ? "repeatable read" : "read committed"} ${mode}; ${this.#settings}`,
      );
      const value = await run(ask);
      await client.query("commit");
      broken = false;
      return value;
    } catch (error) {
      throw failure("failed", error);
    } finally {
      client.off("error", ignore);
      // Nobody knows what state it is in: the server rolls back when it is gone.
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** The database cannot be reached or used now, and may be later. TLS trouble is none of that. */
export function isTemporary(error: unknown): boolean {
  const { cause } = read(error);
  // Connection trouble, lack of resources, an operator at work.
  if (cause instanceof pg().DatabaseError) return /^(08|53|57|58)/.test(cause.code ?? "");
  const { syscall, errors, message } = read(cause);
  return syscall !== undefined || errors !== undefined || /timeout|terminated/.test(message ?? "");
}

function failure(what: string, cause: unknown): Error {
  const { message, code } = read(cause);
  // All addresses of a name failed: the error's message is empty then.
  const text = message || code || String(cause);
  return new Error(`usage database: ${what}: ${text}${cause instanceof pg().DatabaseError ? ` (${code})` : ""}`, { cause });
}

interface ThrownParts {
  readonly message?: string;
  readonly code?: string;
  /** Of errors of the operating system and of name resolution. */
  readonly syscall?: string;
  /** Of an AggregateError. */
  readonly errors?: unknown;
  readonly cause?: unknown;
}

function read(thrown: unknown): ThrownParts {
  return typeof thrown === "object" && thrown !== null ? thrown : {};
}
