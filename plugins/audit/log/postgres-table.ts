/** The table of lines in Postgres (11 or later). A role that may insert and select is enough where it is there already. */
import type { Pool, PoolClient } from "pg";

export interface PostgresTableOptions {
  /** `postgresql://user:password@host:port/database`, as for usage. */
  readonly url: string;
  /** Where the table is; created when it is missing. Default: where the connection's `search_path` says. */
  readonly schema?: string | undefined;
}

export interface Row {
  readonly seq: number;
  /** Without its end. */
  readonly line: string;
}

/** So plain that it needs no quotes. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,39}$/;
const CONNECT_MS = 5000;
const STATEMENT_MS = 10_000;
/** A server that keeps silent longer than it allows itself is given up. */
const GRACE_MS = 2000;
const PAGE = 500;
/** One process at a time creates the table. `Audit` in ASCII. */
const LOCK = 0x4175646974;

/** Read when a Postgres is configured. */
const pg = (): typeof import("pg") => require("pg");

export class PostgresTable {
  readonly name: string;
  readonly #pool: Pool;
  readonly #schema: string | undefined;
  #prepared = false;

  /** Connects at the first call. @throws RangeError for another kind of URL or name */
  constructor({ url, schema }: PostgresTableOptions) {
    if (!/^postgres(ql)?:\/\//.test(url))
      throw new RangeError("audit: url: must be like postgresql://user:password@host:5432/database");
    if (schema !== undefined && !PLAIN_NAME.test(schema))
      throw new RangeError("audit: schema: must have 1 to 40 of a-z, 0-9 and _, not beginning with a digit");
    this.#schema = schema;
    this.name = schema === undefined ? "graft_audit" : `${schema}.graft_audit`;
    this.#pool = new (pg().Pool)({
      connectionString: url,
      max: 2,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS + GRACE_MS,
      statement_timeout: STATEMENT_MS,
      keepAlive: true,
      allowExitOnIdle: true,
      application_name: "graft audit",
    });
    // Of an idle connection: the next call makes a new one.
    this.#pool.on("error", () => undefined);
  }

  /** Creates what is missing. @throws Error */
  async prepare(): Promise<void> {
    if (this.#prepared) return;
    await this.#use(async (client) => {
      await client.query("begin");
      await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
      if (this.#schema !== undefined && !(await exists(client, "to_regnamespace", this.#schema)))
        await client.query(`create schema ${this.#schema}`);
      if (!(await exists(client, "to_regclass", this.name)))
        await client.query(
          `create table ${this.name} (writer text not null, seq bigint not null, line text not null, primary key (writer, seq))`,
        );
      await client.query("commit");
    });
    this.#prepared = true;
  }

  /** @param sending called before anything of it can be in the table */
  async insert(writer: string, first: number, lines: readonly string[], sending: () => void): Promise<void> {
    await this.prepare();
    const sql = `insert into ${this.name} (writer, seq, line) select $1, $2 + place - 1, line from unnest($3::text[]) with ordinality as given(line, place)`;
    await this.#use(async (client) => {
      // Whatever the server's default: what it calls committed must be on its disk. In one transaction, as poolers ask for.
      await client.query("begin; set local synchronous_commit = on");
      sending();
      await client.query(sql, [writer, first, lines]);
      await client.query("commit");
    });
  }

  async writers(): Promise<string[]> {
    // Each the next in the index: `distinct` would read every row.
    const sql = `with recursive found(writer) as (
      select min(writer) from ${this.name}
      union all select (select min(writer) from ${this.name} where writer > found.writer) from found where found.writer is not null
    ) select writer from found where writer is not null`;
    return await this.#use(async (client) => (await client.query<{ writer: string }>(sql)).rows.map(({ writer }) => writer));
  }

  /** In order of `seq`, a page at a time. */
  async *rows(writer: string): AsyncGenerator<Row> {
    const sql = `select seq, line from ${this.name} where writer = $1 and seq > $2 order by seq limit ${PAGE}`;
    let last = "-9223372036854775808";
    for (;;) {
      const found = await this.#use((client) => client.query<{ seq: string; line: string }>(sql, [writer, last]));
      for (const { seq, line } of found.rows) yield { seq: Number(seq), line };
      if (found.rows.length < PAGE) return;
      last = found.rows.at(-1)?.seq ?? last;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #use<T>(run: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection that dies between two statements says so by an event, and at the next statement.
    const ignore = (): void => undefined;
    client.on("error", ignore);
    let broken = true;
    try {
      const value = await run(client);
      broken = false;
      return value;
    } finally {
      client.off("error", ignore);
      // The server rolls back what it was at.
      client.release(broken);
    }
  }
}

async function exists(client: PoolClient, look: "to_regclass" | "to_regnamespace", name: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(`select ${look}($1) is not null as found`, [name]);
  return rows[0]?.found === true;
}
