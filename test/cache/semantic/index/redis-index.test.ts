/**
 * Redis' two kinds of vector search. No server that has one can be had here: their commands go to a double that answers as the
 * documentation says, over the real client and a real socket. What a plain Redis can do is done by a plain Redis.
 */
import { openRedisIndex } from "../../../../plugins/cache/semantic/index/redis/open-redis-index";
import type { RedisCommands } from "../../../../plugins/cache/semantic/index/redis/redis-commands";
import { RedisSearchIndex } from "../../../../plugins/cache/semantic/index/redis/search-index";
import { RedisVectorSetIndex } from "../../../../plugins/cache/semantic/index/redis/vector-set-index";
import type { VectorIndex } from "../../../../plugins/cache/semantic/index/vector-index";
import { RedisLink } from "../../../../plugins/stores/redis/link";
import { describeWithRedis, startRedis } from "../../../stores/support/redis-server";
import { VirtualClock } from "../../../support/virtual-clock";
import { type Protocol, type Reply, type RespServer, startRespServer } from "./resp-server";
import { naiveCosine } from "./vectors";

const HOUR = 3_600_000;
const clock = new VirtualClock();
const floats = (bytes: Buffer): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** What was added, by key, as the scripts would have it. */
interface Stored {
  readonly partition: string;
  readonly id: string;
  readonly vector: Float32Array;
  readonly until: number;
}

class Double {
  readonly seen: string[][] = [];
  readonly stored = new Map<string, Stored>();
  readonly indexes = new Set<string>();
  protocol: Protocol = 2;
  fails: Error | undefined;

  answer(command: string, args: readonly Buffer[]): Reply {
    // A vector is bytes: its length says enough.
    const texts = args.map((arg) => (/^[\x20-\x7e\n]*$/.test(arg.toString("latin1")) ? arg.toString() : `<${arg.length} bytes>`));
    this.seen.push([command, ...texts]);
    if (this.fails !== undefined) return this.fails;
    const [first = "", second = ""] = texts;
    switch (command) {
      case "FT.CREATE":
        if (this.indexes.has(first)) return new Error("Index already exists");
        this.indexes.add(first);
        return "OK";
      case "FT.SEARCH":
        return this.#search(first, second, args);
      case "VSIM":
        return this.#similar(first, texts, args);
      case "EVAL":
        this.#add(first, args.slice(2));
        return 1;
      default:
        return new Error(`unknown command '${command}'`);
    }
  }

  #add(script: string, [key, ...args]: readonly Buffer[]): void {
    const isSet = script.includes("VADD");
    const [vector, id, until] = isSet ? [args[0], args[1], args[3]] : [args[2], args[1], args[3]];
    const name = String(key);
    this.stored.set(isSet ? `${name}/${id}` : name, {
      partition: isSet ? name : String(args[0]),
      id: String(id),
      vector: floats(vector ?? Buffer.alloc(0)),
      until: Number(until),
    });
  }

  #nearest(
    prefix: string,
    query: Float32Array,
    partition: string,
    now: number,
    k: number,
  ): { id: string; key: string; cosine: number }[] {
    return [...this.stored]
      .filter(([key, it]) => key.startsWith(prefix) && it.partition === partition && it.until > now)
      .map(([key, { id, vector }]) => ({ id, key, cosine: naiveCosine(vector, query) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, k);
  }

  #search(index: string, query: string, args: readonly Buffer[]): Reply {
    if (!this.indexes.has(index)) return new Error(`${index}: no such index`);
    const [, partition = "", k] = /^\(@p:\{([0-9a-f]+)\}\)=>\[KNN (\d+) @v \$q AS distance\]$/.exec(query) ?? [];
    // In any order: nobody asked for one.
    const found = this.#nearest(`${index}:`, floats(args[5] ?? Buffer.alloc(0)), partition, clock.now(), Number(k)).reverse();
    const fields = ({ id, cosine }: (typeof found)[number]) => ["distance", String(1 - cosine), "id", id];
    if (this.protocol === 2) return [found.length, ...found.flatMap((it) => [it.key, fields(it)])];
    const results = found.map((it) => ({ pairs: ["id", it.key, "extra_attributes", { pairs: fields(it) }, "values", []] }));
    const facts = ["attributes", [], "warning", [], "total_results", found.length, "format", "STRING"];
    return { pairs: [...facts, "results", results] };
  }

  #similar(key: string, texts: readonly string[], args: readonly Buffer[]): Reply {
    const now = Number(/^\.e > (\d+)$/.exec(texts[7] ?? "")?.[1]);
    const found = this.#nearest(`${key}/`, floats(args[2] ?? Buffer.alloc(0)), key, now, Number(texts[5]));
    if (this.protocol === 2) return found.flatMap(({ id, cosine }) => [id, String((cosine + 1) / 2)]);
    return { pairs: found.flatMap(({ id, cosine }) => [id, { double: (cosine + 1) / 2 }]) };
  }
}

let double: Double;
let server: RespServer;
let link: RedisLink;

async function begin(protocol: Protocol): Promise<void> {
  double = new Double();
  double.protocol = protocol;
  server = await startRespServer(protocol, (command, args) => double.answer(command, args));
  link = new RedisLink({ url: server.url, deadlineMs: 5000 });
  await link.connected(5000);
}

async function end(): Promise<void> {
  await link.close();
  await server.close();
}

const queryEngine = (redis: RedisCommands) => new RedisSearchIndex(redis, "graft");
const vectorSets = (redis: RedisCommands) => new RedisVectorSetIndex(redis, "graft", clock);

describe.each<[string, Protocol, (redis: RedisCommands) => VectorIndex]>([
  ["query engine, RESP2", 2, queryEngine],
  ["query engine, RESP3", 3, queryEngine],
  ["vector sets, RESP2", 2, vectorSets],
  ["vector sets, RESP3", 3, vectorSets],
])("%s", (_name, protocol, open) => {
  beforeEach(() => begin(protocol));
  afterEach(end);

  test("finds the nearest of its partition and length, until they expire", async () => {
    const index = open(link);
    const until = clock.now() + HOUR;
    const add = (partition: string, id: string, vector: number[], expiresAt = until) =>
      index.add(partition, { id, vector: Float32Array.from(vector), expiresAt });
    await add("p", "east", [3, 0]);
    await add("p", "north-east", [1, 1]);
    await add("p", "west", [-1, 0]);
    await add("p", "short", [1, 0], clock.now() + 10);
    await add("p} @x:{*", "other", [1, 0]);
    await add("p", "long", [1, 0, 0]);
    const query = Float32Array.of(7, 0);
    expect(new Set((await index.search("p", query, 2, 0)).map(({ id }) => id))).toEqual(new Set(["east", "short"]));
    clock.advance(10);
    expect(await index.search("p", query, 9, 0.5)).toEqual([
      { id: "east", score: expect.closeTo(1, 5) },
      { id: "north-east", score: expect.closeTo(Math.SQRT1_2, 5) },
    ]);
    expect((await index.search("p", query, 9, -1)).at(-1)).toEqual({ id: "west", score: expect.closeTo(-1, 5) });
    expect((await index.search("p} @x:{*", query, 9, 0)).map(({ id }) => id)).toEqual(["other"]);
    expect(await index.search("nobody", query, 9, 0)).toEqual([]);
    await add("p", "east", [0, 1]);
    expect((await index.search("p", query, 9, 0.9)).map(({ id }) => id)).toEqual([]);
  });

  test("no direction: refused, and near nothing; nobody is asked", async () => {
    const index = open(link);
    await expect(index.add("p", { id: "x", vector: new Float32Array(2), expiresAt: 1 })).rejects.toThrow(RangeError);
    expect(await index.search("p", new Float32Array(2), 1, 0)).toEqual([]);
    expect(double.seen).toEqual([]);
  });

  test("what Redis refuses rejects, and is asked again later", async () => {
    const index = open(link);
    const vector = Float32Array.of(1, 0);
    double.fails = new Error("LOADING");
    await expect(index.add("p", { id: "x", vector, expiresAt: clock.now() + HOUR })).rejects.toMatchObject({
      kind: "unavailable",
    });
    await expect(index.search("p", vector, 1, 0)).rejects.toMatchObject({ kind: "unavailable" });
    double.fails = undefined;
    await index.add("p", { id: "x", vector, expiresAt: clock.now() + HOUR });
    expect(await index.search("p", vector, 1, 0)).toHaveLength(1);
  });
});

describe("word by word", () => {
  beforeEach(() => begin(3));
  afterEach(end);

  test("the query engine's commands; a second process finds the index there", async () => {
    const vector = Float32Array.of(1, 0);
    for (let process = 0; process < 2; process += 1) {
      const index = new RedisSearchIndex(link, "graft");
      await Promise.all([index.search("p", vector, 3, 0), index.search("p", vector, 3, 0)]);
      await index.add("p", { id: "x", vector, expiresAt: 1234.5 });
    }
    const hex = expect.stringMatching(/^[0-9a-f]{64}$/);
    const create =
      "FT.CREATE graft:vectors:2 ON HASH PREFIX 1 graft:vectors:2: SCHEMA p TAG v VECTOR HNSW 6 TYPE FLOAT32 DIM 2 DISTANCE_METRIC COSINE";
    const search = [
      "FT.SEARCH",
      "graft:vectors:2",
      expect.stringMatching(/^\(@p:\{[0-9a-f]{64}\}\)=>\[KNN 3 @v \$q AS distance\]$/),
    ];
    const words = [...search, "PARAMS", "2", "q", "<8 bytes>", ..."RETURN 2 id distance LIMIT 0 3 DIALECT 2".split(" ")];
    const script = expect.stringContaining("'PEXPIREAT'");
    const add = ["EVAL", script, "1", expect.stringMatching(/^graft:vectors:2:[0-9a-f]{64}$/), hex, "x", "<8 bytes>", "1234"];
    expect(double.seen.slice(0, 4)).toEqual([create.split(" "), words, words, add]);
    expect(double.seen.slice(4)).toEqual(double.seen.slice(0, 4));
  });

  test("vector sets' commands", async () => {
    const index = new RedisVectorSetIndex(link, "graft", clock, 500);
    const vector = Float32Array.of(1, 0);
    await index.search("p", vector, 3, 0);
    await index.add("p", { id: "x", vector, expiresAt: 1234.5 });
    const key = expect.stringMatching(/^graft:vset:2:[0-9a-f]{64}$/);
    const filter = `.e > ${clock.now()}`;
    expect(double.seen).toEqual([
      ["VSIM", key, "FP32", "<8 bytes>", "WITHSCORES", "COUNT", "3", "FILTER", filter],
      ["EVAL", expect.stringContaining("'VADD'"), "1", key, "<8 bytes>", "x", '{"e":1234}', "1234", "500"],
    ]);
  });
});

test.each<[string, Reply]>([
  ["nothing", null],
  ["a number", 3],
  ["no fields", [1, "key", null]],
  ["other fields", [1, "key", ["x", "id", "distance", "0.1"]]],
  ["no number", [1, "key", ["id", "a", "distance", "near"]]],
  ["an odd end", [1, "key", ["id", "a", "distance"]]],
])("answers that are none of the query engine's: %s", async (_name, answer) => {
  const redis = { call: async () => answer };
  expect(await new RedisSearchIndex(redis, "graft").search("p", Float32Array.of(1, 0), 1, -1)).toEqual([]);
  if (typeof answer !== "object") {
    expect(await new RedisVectorSetIndex(redis, "graft", clock).search("p", Float32Array.of(1, 0), 1, -1)).toEqual([]);
  }
});

test.each<[string, Reply, unknown]>([
  [
    "both",
    [
      ["ft.search", -1],
      ["vsim", -1],
    ],
    RedisSearchIndex,
  ],
  ["vector sets", [null, ["vsim", -1]], RedisVectorSetIndex],
  ["vector sets, and an older form of nothing", [[], ["vsim", -1]], RedisVectorSetIndex],
  ["neither", [null, null], undefined],
])("which one: a Redis with %s", async (_name, answer, kind) => {
  const redis = { call: async () => answer };
  expect((await openRedisIndex(redis, "graft", clock))?.constructor).toBe(kind);
});

describeWithRedis("what a plain Redis can do", () => {
  test("it has neither; the scripts are Lua, and a vector goes with its time", async () => {
    const plain = await startRedis();
    const real = new RedisLink({ url: plain.url, deadlineMs: 5000 });
    try {
      await real.connected(5000);
      expect(await openRedisIndex(real, "graft", clock)).toBeUndefined();
      const scripts: string[] = [];
      const mixed: RedisCommands = {
        call: async (command, ...args) => {
          if (command !== "EVAL") return "OK";
          scripts.push(String(args[0]));
          return String(args[0]).includes("VADD") ? 1 : await real.call(command, ...args);
        },
      };
      const added = { id: "x", vector: Float32Array.of(3, 4), expiresAt: Date.now() + HOUR };
      await new RedisSearchIndex(mixed, "graft").add("p", added);
      await new RedisVectorSetIndex(mixed, "graft", clock).add("p", added);
      for (const script of scripts) expect(String(await real.call("SCRIPT", "LOAD", script))).toMatch(/^[0-9a-f]{40}$/);
      const [key = ""] = ((await real.call("KEYS", "*")) as Buffer[]).map(String);
      expect(floats((await real.call("HGET", key, "v")) as Buffer)).toEqual(Float32Array.of(0.6, 0.8));
      expect(String(await real.call("HGET", key, "id"))).toBe("x");
      const left = Number(await real.call("PTTL", key));
      expect(left).toBeGreaterThan(HOUR - 60_000);
      expect(left).toBeLessThanOrEqual(HOUR);
    } finally {
      await real.close();
      await plain.remove();
    }
  });
});
