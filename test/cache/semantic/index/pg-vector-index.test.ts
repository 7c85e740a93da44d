/** pgvector. No server that has it can be had here: statements go to a double of the client that answers as the documentation says. */
import { type PgQueries, PgVectorIndex } from "../../../../plugins/cache/semantic/index/pg-vector-index";
import { VirtualClock } from "../../../support/virtual-clock";
import { naiveCosine } from "./vectors";

const HOUR = 3_600_000;

class Double implements PgQueries {
  readonly seen: string[] = [];
  readonly rows = new Map<string, { part: unknown; id: string; embedding: Float32Array; expires: number }>();
  fails: Error | undefined;

  async query(text: string, values: unknown[] = []) {
    this.seen.push(text.replace(/\s+/g, " "));
    if (this.fails !== undefined) throw this.fails;
    const [first, second, third, fourth] = values;
    if (text.startsWith("insert")) {
      this.rows.set(JSON.stringify([text.split(" ")[2], first, second]), {
        part: `${text.split(" ")[2]} ${first}`,
        id: String(second),
        embedding: Float32Array.from(JSON.parse(String(third)) as number[]),
        expires: Number(fourth),
      });
    } else if (text.startsWith("delete")) {
      for (const [key, { expires }] of this.rows) if (expires <= Number(first)) this.rows.delete(key);
    } else if (text.startsWith("select id")) {
      const table = / from (\S+)/.exec(text)?.[1];
      const asked = Float32Array.from(JSON.parse(String(second)) as number[]);
      const found = [...this.rows.values()]
        .filter(({ part, expires }) => part === `${table} ${first}` && expires > Number(third))
        .map(({ id, embedding }) => ({ id, score: naiveCosine(embedding, asked) }))
        .sort((a, b) => b.score - a.score);
      return { rows: found.slice(0, Number(fourth)) };
    }
    return { rows: [] };
  }
}

function opened() {
  const clock = new VirtualClock();
  const double = new Double();
  return { clock, double, index: new PgVectorIndex(double, clock) };
}

test("finds the nearest of its partition and length, until they expire", async () => {
  const { clock, index } = opened();
  const add = (partition: string, id: string, vector: number[], ttl = HOUR) =>
    index.add(partition, { id, vector: Float32Array.from(vector), expiresAt: clock.now() + ttl });
  await add("p", "east", [3, 0]);
  await add("p", "north-east", [1, 1]);
  await add("p", "short", [1, 0], 10);
  await add("q", "other", [1, 0]);
  await add("p", "long", [1, 0, 0]);
  const query = Float32Array.of(1, 0);
  expect((await index.search("p", query, 9, 0.9)).map(({ id }) => id).sort()).toEqual(["east", "short"]);
  clock.advance(10);
  expect(await index.search("p", query, 9, 0)).toEqual([
    { id: "east", score: expect.closeTo(1, 5) },
    { id: "north-east", score: expect.closeTo(Math.SQRT1_2, 5) },
  ]);
  expect(await index.search("p", query, 1, 0)).toHaveLength(1);
});

test("its statements: a table for each length, made once, in one transaction", async () => {
  const { clock, double, index } = opened();
  const vector = Float32Array.of(1, 0);
  await Promise.all([index.search("p", vector, 3, 0), index.search("p", vector, 3, 0)]);
  await index.add("p", { id: "x", vector, expiresAt: clock.now() + HOUR });
  const search =
    "select id, 1 - (embedding <=> $2::vector) as score from graft_vectors_2 " +
    "where part = $1 and expires_at > $3 order by embedding <=> $2::vector limit $4";
  expect(double.seen).toEqual([
    "select pg_advisory_xact_lock(78556585948246); create table if not exists graft_vectors_2 (part text not null, id text not null, " +
      "embedding vector(2) not null, expires_at bigint not null, primary key (part, id)); " +
      "create index if not exists graft_vectors_2_expiry on graft_vectors_2 (expires_at)",
    search,
    search,
    "insert into graft_vectors_2 (part, id, embedding, expires_at) values ($1, $2, $3::vector, $4) " +
      "on conflict (part, id) do update set embedding = excluded.embedding, expires_at = excluded.expires_at",
  ]);
});

test("what is expired goes at every hundredth addition", async () => {
  const { clock, double, index } = opened();
  const vector = Float32Array.of(1, 0);
  for (let id = 0; id < 99; id += 1) await index.add("p", { id: String(id), vector, expiresAt: clock.now() + 1 });
  clock.advance(1);
  expect(double.rows.size).toBe(99);
  await index.add("p", { id: "new", vector, expiresAt: clock.now() + HOUR });
  expect([...double.rows.values()].map(({ id }) => id)).toEqual(["new"]);
});

test("a database that is away rejects, and is asked again later", async () => {
  const { clock, double, index } = opened();
  const vector = Float32Array.of(1, 0);
  double.fails = new Error("connection refused");
  await expect(index.search("p", vector, 1, 0)).rejects.toThrow("connection refused");
  double.fails = undefined;
  await index.add("p", { id: "x", vector, expiresAt: clock.now() + HOUR });
  expect(await index.search("p", vector, 1, 0)).toHaveLength(1);
});

test("no direction: refused, and near nothing; names that are none", async () => {
  const { double, index, clock } = opened();
  await expect(index.add("p", { id: "x", vector: new Float32Array(2), expiresAt: 1 })).rejects.toThrow(RangeError);
  expect(await index.search("p", new Float32Array(2), 1, 0)).toEqual([]);
  expect(double.seen).toEqual([]);
  expect(() => new PgVectorIndex(double, clock, 'x"; drop table')).toThrow(RangeError);
});
