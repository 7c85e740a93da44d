import type { ItemState, Limit, LimitItem, ReserveRequest } from "../../plugins/stores/limits";

/** One amount taken from one counter at one time. */
interface Charge {
  readonly at: number;
  amount: number;
}

interface Counter {
  readonly limit: Limit;
  /** In order. */
  readonly charges: Charge[];
  readonly holds: { readonly of: Reservation; readonly amount: number }[];
}

interface Reservation {
  expiresAt: number;
  open: boolean;
  readonly items: readonly { readonly counter: Counter; readonly amount: number; readonly charge: Charge }[];
}

/** Waits are searched up to here. */
const HORIZON_MS = 2 ** 22;

/**
 * Limits, told simply: every charge ever made is kept, a refund rewrites it, and each answer replays the whole log. Slow, exact,
 * and nothing like the implementations.
 */
export class ModelLimits {
  now = 0;
  readonly #counters = new Map<string, Counter>();
  readonly #reservations = new Map<string, Reservation>();

  reserve({ id, ttlMs, items }: ReserveRequest): {
    granted: boolean;
    impossible: boolean;
    refused: number[];
    retryAfterMs: number;
  } {
    const counters = items.map((item) => this.#counter(item));
    const impossible = items.flatMap(({ limit, amount }, at) => (amount > ceiling(limit) ? [at] : []));
    if (impossible.length > 0) return { granted: false, impossible: true, refused: impossible, retryAfterMs: Number.NaN };
    const waits = items.map(({ amount }, at) => firstMs((ms) => room(counters[at]!, this.now + ms) >= amount));
    const refused = waits.flatMap((wait, at) => (wait > 0 ? [at] : []));
    if (refused.length > 0) return { granted: false, impossible: false, refused, retryAfterMs: Math.max(...waits) };
    const reservation: Reservation = {
      expiresAt: this.now + ttlMs,
      open: true,
      items: items.map(({ amount }, at) => {
        const charge = { at: this.now, amount };
        counters[at]!.charges.push(charge);
        return { counter: counters[at]!, amount, charge };
      }),
    };
    for (const { counter, amount } of reservation.items) counter.holds.push({ of: reservation, amount });
    this.#reservations.set(id, reservation);
    return { granted: true, impossible: false, refused: [], retryAfterMs: 0 };
  }

  renew(id: string, ttlMs: number): boolean {
    const found = this.#open(id);
    if (found !== undefined) found.expiresAt = Math.max(found.expiresAt, this.now + ttlMs);
    return found !== undefined;
  }

  settle(id: string, used: readonly number[]): boolean {
    const found = this.#open(id);
    if (found === undefined) return false;
    found.open = false;
    for (const [at, { counter, amount, charge }] of found.items.entries()) {
      const spent = used[at]!;
      charge.amount = Math.min(amount, spent);
      if (spent > amount) counter.charges.push({ at: this.now, amount: spent - amount });
    }
    return true;
  }

  states(items: readonly LimitItem[]): ItemState[] {
    return items.map((item) => {
      const counter = this.#counter(item);
      const resetMs = firstMs((ms) => exactRoom(counter, this.now + ms) === exactRoom({ ...counter, charges: [], holds: [] }, 0));
      return { remaining: room(counter, this.now), resetMs };
    });
  }

  #open(id: string): Reservation | undefined {
    const found = this.#reservations.get(id);
    return found?.open === true && this.now < found.expiresAt ? found : undefined;
  }

  #counter({ key, limit }: LimitItem): Counter {
    const name = JSON.stringify([key, limit]);
    const counter = this.#counters.get(name) ?? { limit, charges: [], holds: [] };
    this.#counters.set(name, counter);
    return counter;
  }
}

/** Whole amounts that fit at this time; negative = debt. */
function room(counter: Counter, now: number): number {
  const unit = counter.limit.kind === "token-bucket" ? counter.limit.everyMs : 1;
  return Math.floor(exactRoom(counter, now) / unit);
}

/** In the counter's own unit: a token is `everyMs` units of a bucket. Whole numbers throughout; tests keep them small. */
function exactRoom({ limit, charges, holds }: Counter, now: number): number {
  if (limit.kind === "concurrency") {
    return limit.slots - sum(holds.filter(({ of }) => of.open && now < of.expiresAt));
  }
  if (limit.kind === "sliding-window") {
    const subMs = limit.windowMs / limit.subWindows;
    const oldest = Math.floor(now / subMs) - limit.subWindows;
    return limit.limit - sum(charges.filter(({ at }) => Math.floor(at / subMs) >= oldest));
  }
  const full = limit.capacity * limit.everyMs;
  let level = full;
  let last = 0;
  for (const { at, amount } of charges) {
    level = Math.min(full, level + (at - last) * limit.refill) - amount * limit.everyMs;
    last = at;
  }
  return Math.min(full, level + (now - last) * limit.refill);
}

/** The first whole number of milliseconds from which on `holds` is true (once true, it stays true). */
function firstMs(holds: (ms: number) => boolean): number {
  if (holds(0)) return 0;
  if (!holds(HORIZON_MS)) throw new Error("the model waits for something that does not come");
  let [no, yes] = [0, HORIZON_MS];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

function ceiling(limit: Limit): number {
  if (limit.kind === "concurrency") return limit.slots;
  return limit.kind === "sliding-window" ? limit.limit : limit.capacity;
}

function sum(of: readonly { readonly amount: number }[]): number {
  return of.reduce((total, { amount }) => total + amount, 0);
}
