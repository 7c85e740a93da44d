import { bucketUnits } from "../check-limits";
import { type ItemState, type Limit, MAX_AMOUNT } from "../limits";
import type { Held, Meter, Moment } from "./meter";

/** Just before the charge with this order, the level stood here. */
interface Peak {
  order: number;
  level: number;
}

const MAX_PEAKS = 32;

/**
 * A bucket with refunds that keeps its promise for any stretch of time. Giving back the unused part of a reservation at face
 * value would not: an empty bucket that has refilled while the request ran and is then refunded admits `capacity` twice in the
 * same instant. What may be given back is what the bucket could have held in addition at every moment since: its capacity less
 * the highest level it reached. The level is then exactly what it would be if only the used part had ever been taken.
 *
 * So peaks are remembered: oldest first, each higher than all later ones. Beyond MAX_PEAKS the two closest become one, at the
 * higher level: refunds get a little smaller, never larger.
 */
export class TokenBucket implements Meter {
  readonly #perToken: number;
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #at = 0;
  readonly #peaks: Peak[] = [];

  constructor(limit: Extract<Limit, { kind: "token-bucket" }>) {
    const { perToken, perMs } = bucketUnits(limit);
    this.#perToken = perToken;
    this.#perMs = perMs;
    this.#capacity = limit.capacity * perToken;
    this.#level = this.#capacity;
  }

  wait(amount: number, now: number): number {
    this.#refill(now);
    return this.#timeTo(amount * this.#perToken);
  }

  take(amount: number, held: Held): void {
    this.#refill(held.at.now);
    this.#charge(amount * this.#perToken, held.at.order);
  }

  settle(held: Held, reserved: number, used: number, at: Moment): void {
    this.#refill(at.now);
    if (used > reserved) this.#charge((used - reserved) * this.#perToken, at.order);
    else this.#refund((reserved - used) * this.#perToken, held.at.order);
  }

  state(now: number): ItemState {
    this.#refill(now);
    return { remaining: Math.floor(this.#level / this.#perToken), resetMs: this.#timeTo(this.#capacity) };
  }

  isIdle(now: number): boolean {
    this.#refill(now);
    return this.#level === this.#capacity;
  }

  /** Peaks are for refunds of what was charged before, and those go where it was charged. */
  copy(): TokenBucket {
    const [refill, everyMs] = [this.#perMs, this.#perToken];
    const copy = new TokenBucket({ kind: "token-bucket", capacity: this.#capacity / everyMs, refill, everyMs });
    copy.#level = this.#level;
    copy.#at = this.#at;
    return copy;
  }

  #timeTo(level: number): number {
    return Math.max(0, Math.ceil((level - this.#level) / this.#perMs));
  }

  #refill(now: number): void {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
  }

  #charge(units: number, order: number): void {
    while ((this.#peaks.at(-1)?.level ?? Number.POSITIVE_INFINITY) <= this.#level) this.#peaks.pop();
    this.#peaks.push({ order, level: this.#level });
    if (this.#peaks.length > MAX_PEAKS) this.#mergeClosest();
    this.#level = Math.max(-MAX_AMOUNT, this.#level - units);
  }

  #refund(units: number, since: number): void {
    // Peaks fall, so the first one after the reservation is the highest since.
    let first = this.#peaks.findIndex((peak) => peak.order > since);
    if (first === -1) first = this.#peaks.length;
    const highest = Math.max(this.#level, this.#peaks[first]?.level ?? this.#level);
    const back = Math.min(units, this.#capacity - highest);
    this.#level += back;
    for (const peak of this.#peaks.slice(first)) peak.level += back;
    const risen = this.#peaks[first]?.level;
    while (risen !== undefined && first > 0 && this.#peaks[first - 1]!.level <= risen) this.#peaks.splice(--first, 1);
  }

  #mergeClosest(): void {
    let closest = 1;
    const gap = (at: number): number => this.#peaks[at - 1]!.level - this.#peaks[at]!.level;
    for (let at = 2; at < this.#peaks.length; at += 1) if (gap(at) < gap(closest)) closest = at;
    const [later] = this.#peaks.splice(closest, 1);
    this.#peaks[closest - 1]!.order = later!.order;
  }
}
