import type { Clock } from "../../../core/clock";
import { needUnitVector, unitVector } from "./unit-vector";
import type { Neighbour, NewVector, VectorIndex } from "./vector-index";

/** Statements to one database. A `Pool` of `pg` is one. */
export interface PgQueries {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** What is expired is deleted at every hundredth addition, so many at a time. */
const PRUNE_EVERY = 100;
const PRUNE_ROWS = 1000;
/** Any number, the same for all: one process at a time creates tables. `GraftV` in ASCII. */
const LOCK = "78556585948246";

/**
 * Postgres with pgvector (0.5 or later; `create extension vector` is the operator's to do): a table for each length of vector,
 * searched exactly within a partition, which its key finds. For a partition of many thousands the operator adds an HNSW index
 * (`using hnsw (embedding vector_cosine_ops)`) and `hnsw.iterative_scan`. Written from the documentation and tested against a double
 * of the client: it was never run against a real server with pgvector.
 */
export class PgVectorIndex implements VectorIndex {
  readonly #queries: PgQueries;
  readonly #clock: Pick<Clock, "now">;
  readonly #prefix: string;
  /** By length of vector. */
  readonly #created = new Map<number, Promise<unknown>>();
  #added = 0;

  /** @param prefix what tables' names begin with: a-z, 0-9 and _. @throws RangeError */
  constructor(queries: PgQueries, clock: Pick<Clock, "now">, prefix = "graft_") {
    if (!/^[a-z_][a-z0-9_]{0,39}$/.test(prefix)) throw new RangeError(`prefix: up to 40 of a-z, 0-9 and _, not ${prefix}`);
    this.#queries = queries;
    this.#clock = clock;
    this.#prefix = prefix;
  }

  async search(partition: string, vector: Float32Array, k: number, minScore: number): Promise<readonly Neighbour[]> {
    const unit = unitVector(vector);
    if (unit === undefined) return [];
    const table = await this.#table(unit.length);
    const { rows } = await this.#queries.query(
      `select id, 1 - (embedding <=> $2::vector) as score from ${table}
       where part = $1 and expires_at > $3 order by embedding <=> $2::vector limit $4`,
      [partition, literal(unit), this.#now(), k],
    );
    return rows.map(({ id, score }) => ({ id: String(id), score: Number(score) })).filter(({ score }) => score >= minScore);
  }

  async add(partition: string, { id, vector, expiresAt }: NewVector): Promise<void> {
    const unit = needUnitVector(vector);
    const table = await this.#table(unit.length);
    await this.#queries.query(
      `insert into ${table} (part, id, embedding, expires_at) values ($1, $2, $3::vector, $4)
       on conflict (part, id) do update set embedding = excluded.embedding, expires_at = excluded.expires_at`,
      [partition, id, literal(unit), Math.floor(expiresAt)],
    );
    this.#added += 1;
    if (this.#added % PRUNE_EVERY === 0) {
      const some = `select ctid from ${table} where expires_at <= $1 limit ${PRUNE_ROWS} for update skip locked`;
      await this.#queries.query(`delete from ${table} where ctid = any(array(${some}))`, [this.#now()]);
    }
  }

  /** @returns its name, when it is there. */
  async #table(dimensions: number): Promise<string> {
    const name = `${this.#prefix}vectors_${dimensions}`;
    let created = this.#created.get(dimensions);
    if (created === undefined) {
      // Without values several statements go together, and are one transaction.
      created = this.#queries.query(
        `select pg_advisory_xact_lock(${LOCK});
         create table if not exists ${name} (part text not null, id text not null, embedding vector(${dimensions}) not null,
           expires_at bigint not null, primary key (part, id));
         create index if not exists ${name}_expiry on ${name} (expires_at)`,
      );
      this.#created.set(dimensions, created);
      created.catch(() => this.#created.delete(dimensions));
    }
    await created;
    return name;
  }

  #now(): number {
    return Math.floor(this.#clock.now());
  }
}

/** As pgvector reads vectors. */
function literal(vector: Float32Array): string {
  return `[${vector.join(",")}]`;
}
