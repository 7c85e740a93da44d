import type { ItemState, Limit } from "../limits";
import type { Held, Meter } from "./meter";

/** Concurrency: who holds how many slots, until it lets go or expires. */
export class Slots implements Meter {
  readonly #slots: number;
  readonly #holders = new Map<Held, number>();
  #used = 0;
  /** No holder expires before this; may be too early (renewals), never too late. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor({ slots }: Extract<Limit, { kind: "concurrency" }>) {
    this.#slots = slots;
  }

  wait(amount: number, now: number): number {
    this.#expire(now);
    let over = this.#used + amount - this.#slots;
    let until = now;
    for (let round = 0; over > 0 && round < this.#holders.size; round += 1) {
      until = this.#firstExpiryAfter(until);
      for (const [held, slots] of this.#holders) if (held.expiresAt === until) over -= slots;
    }
    return until - now;
  }

  take(amount: number, held: Held): void {
    this.#holders.set(held, amount);
    this.#used += amount;
    this.#nextExpiry = Math.min(this.#nextExpiry, held.expiresAt);
  }

  settle(held: Held): void {
    this.#used -= this.#holders.get(held) ?? 0;
    this.#holders.delete(held);
  }

  state(now: number): ItemState {
    this.#expire(now);
    let last = now;
    for (const [held, slots] of this.#holders) if (slots > 0 && held.expiresAt > last) last = held.expiresAt;
    return { remaining: this.#slots - this.#used, resetMs: last - now };
  }

  isIdle(now: number): boolean {
    this.#expire(now);
    return this.#holders.size === 0;
  }

  copy(): Slots {
    const copy = new Slots({ kind: "concurrency", slots: this.#slots });
    for (const [held, slots] of this.#holders) copy.#holders.set(held, slots);
    copy.#used = this.#used;
    copy.#nextExpiry = this.#nextExpiry;
    return copy;
  }

  #expire(now: number): void {
    if (now < this.#nextExpiry) return;
    for (const held of this.#holders.keys()) if (held.expiresAt <= now) this.settle(held);
    this.#nextExpiry = this.#firstExpiryAfter(now);
  }

  #firstExpiryAfter(moment: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#holders.keys()) if (expiresAt > moment && expiresAt < first) first = expiresAt;
    return first;
  }
}
