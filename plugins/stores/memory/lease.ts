import type { Clock } from "../../core/clock";
import { checkTtl } from "../check-whole";
import type { Lease } from "../lease";
import { storeFull } from "./store-full";
import { Sweep } from "./sweep";

interface Holding {
  readonly holder: string;
  readonly token: number;
  expiresAt: number;
}

export class MemoryLease implements Lease {
  readonly #clock: Clock;
  readonly #maxNames: number;
  readonly #holdings = new Map<string, Holding>();
  readonly #sweep = new Sweep(this.#holdings);
  #lastToken = 0;

  /** @param maxNames bound on leases held at one time; over it `acquire` rejects with `unavailable`. */
  constructor(clock: Clock, maxNames: number) {
    this.#clock = clock;
    this.#maxNames = maxNames;
  }

  /** Leases in memory. */
  get size(): number {
    return this.#holdings.size;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<number | undefined> {
    checkTtl(ttlMs);
    const now = this.#clock.monotonic();
    this.#sweep.step((holding) => holding.expiresAt <= now);
    const held = this.#find(name, now);
    if (held !== undefined && held.holder !== holder) return undefined;
    if (held !== undefined) {
      held.expiresAt = now + ttlMs;
      return held.token;
    }
    if (this.#holdings.size >= this.#maxNames) throw storeFull("leases", `${this.#maxNames} names`);
    this.#lastToken += 1;
    this.#holdings.set(name, { holder, token: this.#lastToken, expiresAt: now + ttlMs });
    return this.#lastToken;
  }

  async renew(name: string, token: number, ttlMs: number): Promise<boolean> {
    checkTtl(ttlMs);
    const now = this.#clock.monotonic();
    const held = this.#find(name, now);
    if (held?.token !== token) return false;
    held.expiresAt = now + ttlMs;
    return true;
  }

  async release(name: string, token: number): Promise<boolean> {
    return this.#find(name, this.#clock.monotonic())?.token === token && this.#holdings.delete(name);
  }

  #find(name: string, now: number): Holding | undefined {
    const held = this.#holdings.get(name);
    if (held === undefined || now < held.expiresAt) return held;
    this.#holdings.delete(name);
    return undefined;
  }
}
