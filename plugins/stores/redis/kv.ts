import { checkTtl } from "../check-whole";
import type { Kv } from "../kv";
import type { RedisLink } from "./link";
import { readBytes, readNumber } from "./read-answer";
import { loadScript } from "./script";

const INCREMENT = loadScript("kv-increment");

/** Every key is a Redis key of its own, on any node of a cluster. Which entries go first when space runs out is Redis' policy. */
export class RedisKv implements Kv {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #maxBytes: number;

  /** @param maxBytes of one value. */
  constructor(link: RedisLink, namespace: string, maxBytes: number) {
    this.#link = link;
    this.#prefix = `${namespace}:kv:`;
    this.#maxBytes = maxBytes;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#link.call("GET", this.#prefix + key);
    return found === null ? undefined : readBytes(found);
  }

  async set(key: string, value: Uint8Array, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    if (value.length > this.#maxBytes) {
      await this.delete(key);
      return false;
    }
    await this.#link.call("SET", this.#prefix + key, Buffer.from(value), "PX", String(ttlMs));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return readNumber(await this.#link.call("DEL", this.#prefix + key)) === 1;
  }

  async increment(key: string, by: number, ttlMs: number): Promise<number> {
    checkTtl(ttlMs);
    const sum = Number.isSafeInteger(by)
      ? await this.#link.run(INCREMENT, [this.#prefix + key], [String(by), String(ttlMs)])
      : null;
    if (sum === null) throw new RangeError(`cannot add ${by} to what is stored under this key`);
    return readNumber(sum);
  }
}
