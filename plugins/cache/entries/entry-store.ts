/**
 * Entries in a Kv, by namespace. Each carries the epoch of its namespace: a new one, and all that was kept before is as good as gone. Epochs
 * begin anywhere, so that one the store has forgotten does not come back, and with it what was purged.
 */
import { randomInt } from "node:crypto";
import type { Kv } from "../../stores/kv";
import type { Entry } from "../entry";
import { decodeEntry } from "./decode-entry";
import { encodeEntry } from "./encode-entry";

/** Longer than entries are kept. */
const EPOCH_MS = 400 * 24 * 3_600_000;
const FIRST_EPOCHS = 2 ** 40;
/** Counters end not far beyond it; what is larger is not ours. */
const MOST_EPOCH = 2 ** 52;
/** In front of each entry: its epoch. */
const EPOCH_BYTES = 8;

export interface EntryStoreParts {
  readonly kv: Kv;
  /** What is purged together. */
  readonly namespace: string;
  /** Of one entry as JSON. */
  readonly maxBytes: number;
  /** The store failed; what was asked of it counts as not there, or not done. */
  onTrouble(error: unknown): void;
}

export interface Found {
  readonly entry: Entry | undefined;
  /** For `set`: an answer that was under way when somebody purged is not to survive that. Undefined = nothing can be kept. */
  readonly epoch: number | undefined;
}

const NOTHING: Found = { entry: undefined, epoch: undefined };

/** Nothing here rejects. */
export class EntryStore {
  readonly #parts: EntryStoreParts;
  readonly #epochName: string;
  #beginning: Promise<number> | undefined;

  constructor(parts: EntryStoreParts) {
    this.#parts = parts;
    this.#epochName = `cache:epoch:${parts.namespace}`;
  }

  async get(key: string): Promise<Found> {
    const { kv, maxBytes, onTrouble } = this.#parts;
    try {
      const [bytes, stored] = await Promise.all([kv.get(this.#name(key)), kv.get(this.#epochName)]);
      const epoch = epochIn(stored) ?? (await this.#begin());
      if (bytes === undefined || epochOf(bytes) !== epoch) return { entry: undefined, epoch };
      return { entry: await decodeEntry(bytes.subarray(EPOCH_BYTES), maxBytes), epoch };
    } catch (thrown) {
      onTrouble(thrown);
      return NOTHING;
    }
  }

  /**
   * @param epoch as `get` said when there was no entry
   * @returns whether it is kept: it is not where it is too large, or the store is away
   */
  async set(key: string, entry: Entry, ttlMs: number, epoch: number | undefined): Promise<boolean> {
    const { kv, maxBytes, onTrouble } = this.#parts;
    if (epoch === undefined) return false;
    try {
      const bytes = await encodeEntry(entry, maxBytes);
      if (bytes === undefined) return false;
      const head = Buffer.alloc(EPOCH_BYTES);
      head.writeDoubleBE(epoch);
      return await kv.set(this.#name(key), Buffer.concat([head, bytes]), Math.max(1, Math.ceil(ttlMs)));
    } catch (thrown) {
      onTrouble(thrown);
      return false;
    }
  }

  /** @returns whether there was something */
  async forget(key: string): Promise<boolean> {
    try {
      return await this.#parts.kv.delete(this.#name(key));
    } catch (thrown) {
      this.#parts.onTrouble(thrown);
      return false;
    }
  }

  /** Nothing that is kept now, or under way, is found from here on. @returns whether the store has taken it */
  async purge(): Promise<boolean> {
    try {
      await this.#raise();
      return true;
    } catch (thrown) {
      this.#parts.onTrouble(thrown);
      return false;
    }
  }

  /** The first epoch of a namespace. Once for all who ask at a time. */
  #begin(): Promise<number> {
    this.#beginning ??= this.#raise().finally(() => {
      this.#beginning = undefined;
    });
    return this.#beginning;
  }

  /** Atomic: whoever else does it at the same time, what was before is over. */
  async #raise(): Promise<number> {
    const { kv } = this.#parts;
    const stored = await kv.get(this.#epochName);
    const before = epochIn(stored);
    if (stored !== undefined && before === undefined) await kv.delete(this.#epochName);
    return kv.increment(this.#epochName, before === undefined ? randomInt(1, FIRST_EPOCHS) : 1, EPOCH_MS);
  }

  #name(key: string): string {
    return `cache:entry:${this.#parts.namespace}:${key}`;
  }
}

function epochOf(bytes: Uint8Array): number | undefined {
  return bytes.length < EPOCH_BYTES ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, EPOCH_BYTES).readDoubleBE();
}

function epochIn(stored: Uint8Array | undefined): number | undefined {
  const epoch = stored === undefined ? Number.NaN : Number(Buffer.from(stored).toString("latin1"));
  return Number.isInteger(epoch) && epoch > 0 && epoch < MOST_EPOCH ? epoch : undefined;
}
