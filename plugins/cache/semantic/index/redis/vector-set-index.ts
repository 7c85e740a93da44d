import type { Clock } from "../../../../core/clock";
import { needUnitVector, unitVector } from "../unit-vector";
import type { Neighbour, NewVector, VectorIndex } from "../vector-index";
import { blob, digest, listOf, numberOf, type RedisCommands, textOf } from "./redis-commands";

/**
 * A set lives as long as the last of its vectors. It has no order, so what is too much goes by chance. Scores are compared with a
 * threshold: no quantization.
 */
const ADD = `
redis.call('VADD', KEYS[1], 'FP32', ARGV[1], ARGV[2], 'NOQUANT', 'SETATTR', ARGV[3])
if redis.call('VCARD', KEYS[1]) > tonumber(ARGV[5]) then redis.call('VREM', KEYS[1], redis.call('VRANDMEMBER', KEYS[1])) end
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIREAT', KEYS[1], ARGV[4]) end
return 1`;

const DEFAULT_VECTORS = 20_000;

/**
 * Redis' vector sets (`VADD`, `VSIM`; Redis 8): one set for each partition. Approximate: it may pass over the nearest. Written from
 * the documentation and tested against a double that speaks the protocol: it was never run against a real server.
 */
export class RedisVectorSetIndex implements VectorIndex {
  readonly #redis: RedisCommands;
  readonly #prefix: string;
  readonly #clock: Pick<Clock, "now">;
  readonly #maxPerPartition: number;

  /** @param namespace without braces. */
  constructor(redis: RedisCommands, namespace: string, clock: Pick<Clock, "now">, maxPerPartition = DEFAULT_VECTORS) {
    this.#redis = redis;
    this.#prefix = `${namespace}:vset:`;
    this.#clock = clock;
    this.#maxPerPartition = maxPerPartition;
  }

  async search(partition: string, vector: Float32Array, k: number, minScore: number): Promise<readonly Neighbour[]> {
    const unit = unitVector(vector);
    if (unit === undefined) return [];
    const options = ["WITHSCORES", "COUNT", String(k), "FILTER", `.e > ${Math.floor(this.#clock.now())}`];
    const found = listOf(await this.#redis.call("VSIM", this.#key(partition, unit), "FP32", blob(unit), ...options));
    const neighbours: Neighbour[] = [];
    for (let at = 0; at + 1 < found.length; at += 2) {
      const [id, similarity] = [textOf(found[at]), numberOf(found[at + 1])];
      // Redis' similarity goes from 0, opposite, to 1.
      const score = 2 * (similarity ?? 0) - 1;
      if (id !== undefined && score >= minScore) neighbours.push({ id, score });
    }
    return neighbours;
  }

  async add(partition: string, { id, vector, expiresAt }: NewVector): Promise<void> {
    const unit = needUnitVector(vector);
    const until = Math.floor(expiresAt);
    const args = [blob(unit), id, JSON.stringify({ e: until }), String(until), String(this.#maxPerPartition)];
    await this.#redis.call("EVAL", ADD, "1", this.#key(partition, unit), ...args);
  }

  #key(partition: string, vector: Float32Array): string {
    return `${this.#prefix}${vector.length}:${digest(partition)}`;
  }
}
