import { LRUCache } from "lru-cache";
import type { Clock } from "../../core/clock";
import { checkTtl } from "../check-whole";
import type { Kv } from "../kv";

interface Entry {
  readonly value: Uint8Array;
  readonly expiresAt: number;
}

/** What an entry costs beside its value, roughly: key and bookkeeping. */
const OVERHEAD_BYTES = 200;

/** The least recently used entry goes first. Expired entries are dropped when met, or pushed out like all others. */
export class MemoryKv implements Kv {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, Entry>;

  constructor(clock: Clock, bounds: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#clock = clock;
    this.#entries = new LRUCache<string, Entry>({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      sizeCalculation: ({ value }, key) => OVERHEAD_BYTES + 2 * key.length + value.length,
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = this.#find(key);
    return found && new Uint8Array(found.value);
  }

  async set(key: string, value: Uint8Array, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    // Not `slice`: on a Buffer that shares memory.
    this.#entries.set(key, { value: new Uint8Array(value), expiresAt: this.#clock.monotonic() + ttlMs });
    return this.#entries.has(key);
  }

  async delete(key: string): Promise<boolean> {
    return this.#find(key) !== undefined && this.#entries.delete(key);
  }

  async increment(key: string, by: number, ttlMs: number): Promise<number> {
    checkTtl(ttlMs);
    const found = this.#find(key);
    const text = found === undefined ? "0" : Buffer.from(found.value).toString("latin1");
    const sum = Number(text) + by;
    if (!/^(0|-?[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(by) || !Number.isSafeInteger(sum)) {
      throw new RangeError(`cannot add ${by} to what is stored under this key`);
    }
    const expiresAt = found?.expiresAt ?? this.#clock.monotonic() + ttlMs;
    this.#entries.set(key, { value: new Uint8Array(Buffer.from(String(sum))), expiresAt });
    return sum;
  }

  #find(key: string): Entry | undefined {
    const found = this.#entries.get(key);
    if (found === undefined || this.#clock.monotonic() < found.expiresAt) return found;
    this.#entries.delete(key);
    return undefined;
  }
}
