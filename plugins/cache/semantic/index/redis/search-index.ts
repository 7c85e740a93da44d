import { needUnitVector, unitVector } from "../unit-vector";
import type { Neighbour, NewVector, VectorIndex } from "../vector-index";
import { blob, digest, listOf, numberOf, pairsOf, type RedisCommands, textOf } from "./redis-commands";

/** Both or nothing: a vector that never expires would be found for ever. */
const ADD =
  "redis.call('HSET', KEYS[1], 'p', ARGV[1], 'id', ARGV[2], 'v', ARGV[3]) return redis.call('PEXPIREAT', KEYS[1], ARGV[4])";

/**
 * Redis' query engine (`FT.CREATE`, `FT.SEARCH`; Redis 8, Redis Stack, Valkey with valkey-search): a hash for each vector, an HNSW
 * index for each length. Approximate: it may pass over the nearest. How much there is, is bounded by `maxmemory` and expiry alone.
 * Written from the documentation and tested against a double that speaks the protocol: it was never run against a real server.
 */
export class RedisSearchIndex implements VectorIndex {
  readonly #redis: RedisCommands;
  readonly #prefix: string;
  /** By length of vector. */
  readonly #created = new Map<number, Promise<void>>();

  /** @param namespace without braces. */
  constructor(redis: RedisCommands, namespace: string) {
    this.#redis = redis;
    this.#prefix = `${namespace}:vectors:`;
  }

  async search(partition: string, vector: Float32Array, k: number, minScore: number): Promise<readonly Neighbour[]> {
    const unit = unitVector(vector);
    if (unit === undefined) return [];
    const index = await this.#index(unit.length);
    const query = `(@p:{${digest(partition)}})=>[KNN ${k} @v $q AS distance]`;
    const asked = ["PARAMS", "2", "q", blob(unit), "RETURN", "2", "id", "distance", "LIMIT", "0", String(k), "DIALECT", "2"];
    const answer = listOf(await this.#redis.call("FT.SEARCH", index, query, ...asked));
    // In no order one could rely on.
    return documentsOf(answer)
      .map(readNeighbour)
      .filter((it) => it !== undefined)
      .filter(({ score }) => score >= minScore)
      .sort((one, other) => other.score - one.score);
  }

  async add(partition: string, { id, vector, expiresAt }: NewVector): Promise<void> {
    const unit = needUnitVector(vector);
    const index = await this.#index(unit.length);
    const key = `${index}:${digest(partition, id)}`;
    await this.#redis.call("EVAL", ADD, "1", key, digest(partition), id, blob(unit), String(Math.floor(expiresAt)));
  }

  /** @returns its name, when it is there. */
  async #index(dimensions: number): Promise<string> {
    const name = `${this.#prefix}${dimensions}`;
    let created = this.#created.get(dimensions);
    if (created === undefined) {
      created = this.#create(name, dimensions);
      this.#created.set(dimensions, created);
      created.catch(() => this.#created.delete(dimensions));
    }
    await created;
    return name;
  }

  async #create(name: string, dimensions: number): Promise<void> {
    const schema = ["SCHEMA", "p", "TAG", "v", "VECTOR", "HNSW", "6", "TYPE", "FLOAT32"];
    const vector = ["DIM", String(dimensions), "DISTANCE_METRIC", "COSINE"];
    try {
      await this.#redis.call("FT.CREATE", name, "ON", "HASH", "PREFIX", "1", `${name}:`, ...schema, ...vector);
    } catch (error) {
      const { cause } = error instanceof Error ? error : { cause: undefined };
      if (!(cause instanceof Error && /already exists/i.test(cause.message))) throw error;
    }
  }
}

/** RESP2: how many there are, then a key and its fields for each. RESP3: a map with a list of maps. */
function documentsOf(answer: readonly unknown[]): readonly unknown[] {
  if (typeof answer[0] === "number") return answer.filter((_item, at) => at > 0 && at % 2 === 0);
  return listOf(pairsOf(answer).get("results")).map((found) => pairsOf(found).get("extra_attributes"));
}

/** `COSINE` is a distance: 1 less the cosine. */
function readNeighbour(document: unknown): Neighbour | undefined {
  const fields = pairsOf(document);
  const [id, distance] = [textOf(fields.get("id")), numberOf(fields.get("distance"))];
  return id === undefined || distance === undefined ? undefined : { id, score: 1 - distance };
}
