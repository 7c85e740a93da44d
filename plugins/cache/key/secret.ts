/** The key of the HMACs that name answers: one for all processes that share a store, so that they find each other's. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock";
import type { Awaitable } from "../../core/plugin";
import type { Kv } from "../../stores/kv";

const BYTES = 32;
const NAME = "cache:secret";
const KEPT_MS = 30 * 24 * 3_600_000;
const WRITE_EVERY_MS = 3_600_000;
const READ_EVERY_MS = 60_000;
/** After it was made up: others may have done so at the same time. */
const READ_AGAIN_MS = 1000;

export interface SecretParts {
  readonly kv: Kv;
  readonly clock: Clock;
  /** From the configuration; nothing is kept in the store then. */
  readonly configured?: string | undefined;
  onTrouble(error: unknown): void;
}

/**
 * Without a configured one, whoever comes first makes one up and leaves it in the store. Several may come first at once: the last to write
 * wins, and the others see that when they read again, a second later. Until then they miss each other's answers, no more. With the store away
 * a process has one of its own.
 */
export class Secret {
  readonly #parts: SecretParts;
  readonly #configured: Buffer | undefined;
  #current: Buffer | undefined;
  #reading: Promise<Buffer> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #writtenAt: number;

  constructor(parts: SecretParts) {
    this.#parts = parts;
    this.#configured = parts.configured === undefined ? undefined : Buffer.from(parts.configured);
    this.#writtenAt = parts.clock.monotonic();
  }

  /** Only the first is waited for; later ones are read while the one before is used. Never fails. */
  get(): Awaitable<Buffer> {
    if (this.#configured !== undefined) return this.#configured;
    const now = this.#parts.clock.monotonic();
    if (this.#reading === undefined && now - this.#readAt >= READ_EVERY_MS) {
      this.#readAt = now;
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    return this.#current ?? this.#reading ?? this.#own();
  }

  async #read(): Promise<Buffer> {
    const { kv, clock, onTrouble } = this.#parts;
    try {
      const found = secretIn(await kv.get(NAME));
      if (found !== undefined) {
        this.#current = found;
        if (clock.monotonic() - this.#writtenAt >= WRITE_EVERY_MS) await this.#write(found);
        return found;
      }
      const own = this.#own();
      await this.#write(own);
      this.#readAt = clock.monotonic() - READ_EVERY_MS + READ_AGAIN_MS;
      this.#current = secretIn(await kv.get(NAME)) ?? own;
    } catch (thrown) {
      onTrouble(thrown);
    }
    return this.#own();
  }

  async #write(secret: Buffer): Promise<void> {
    this.#writtenAt = this.#parts.clock.monotonic();
    await this.#parts.kv.set(NAME, secret, KEPT_MS);
  }

  #own(): Buffer {
    this.#current ??= randomBytes(BYTES);
    return this.#current;
  }
}

/** Anything else under its name is as good as nothing. */
function secretIn(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes?.length === BYTES ? Buffer.from(bytes) : undefined;
}
