import type { Clock } from "../../core/clock";
import type { Limits } from "../limits";
import type { LeasedCounter, Slice } from "./leased-counter";

/** After the shared store refused a slice or could not be reached, the next attempt comes no later, and no sooner than a quarter of it. */
const AGAIN_MS = 1000;
/** Calls to the shared store at a time. */
const AT_ONCE = 100;

/** Everything that goes between slices and the shared store. None of it ever rejects. */
export class SliceKeeper {
  closed = false;
  readonly #shared: Limits;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #ttlMs: number;
  readonly #name: string;
  #leases = 0;

  /** @param name this process and no other. */
  constructor(shared: Limits, clock: Pick<Clock, "monotonic">, ttlMs: number, name: string) {
    this.#shared = shared;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#name = name;
  }

  /** Fills up to the counter's size, once less than half of it is left. */
  lease(counter: LeasedCounter): void {
    const now = this.#clock.monotonic();
    const unspent = counter.unspent(now);
    if (counter.leasing || this.closed || now < counter.leaseFrom || unspent >= Math.max(1, counter.size / 2)) return;
    counter.leasing = true;
    void this.#lease(counter, counter.size - unspent, now).finally(() => {
      counter.leasing = false;
    });
  }

  async #lease(counter: LeasedCounter, missing: number, now: number): Promise<void> {
    const known = counter.lost !== undefined && now < counter.lost.sentAt + this.#ttlMs ? counter.lost : undefined;
    this.#leases += 1;
    const { id, amount, sentAt } = known ?? { id: `lease:${this.#name}:${this.#leases}`, amount: missing, sentAt: now };
    try {
      const result = await this.#shared.reserve({ id, ttlMs: this.#ttlMs, items: [{ ...counter.item, amount }] });
      const answeredAt = this.#clock.monotonic();
      counter.lost = undefined;
      counter.learn(result.items[0]!, answeredAt);
      if (!result.granted) {
        const waitMs = result.impossible ? AGAIN_MS : result.retryAfterMs;
        counter.leaseFrom = answeredAt + Math.min(AGAIN_MS, Math.max(AGAIN_MS / 4, waitMs));
        return;
      }
      counter.drawable.push({ id, left: amount, held: 0, used: 0, expiresAt: sentAt + this.#ttlMs, returning: false });
      if (!this.closed) return;
      counter.retire(() => true);
      this.returnSpent(counter);
    } catch {
      counter.lost = { id, amount, sentAt };
      counter.leaseFrom = this.#clock.monotonic() + AGAIN_MS / 4;
    }
  }

  /** Settles slices that nobody can draw from any more and nobody holds. */
  returnSpent(counter: LeasedCounter): void {
    if (counter.item.limit.kind !== "concurrency") counter.retire(({ left, held }) => left === 0 && held === 0);
    for (const slice of counter.ending) if (slice.held === 0 && !slice.returning) void this.#return(counter, slice);
  }

  async #return(counter: LeasedCounter, slice: Slice): Promise<void> {
    slice.returning = true;
    try {
      await this.#shared.settle(slice.id, [slice.used]);
      counter.ending.delete(slice);
    } catch {
      slice.returning = false;
    }
  }

  /** Renews what is in use, returns what is not, forgets what has expired. */
  async tend(counters: Iterable<LeasedCounter>): Promise<void> {
    let calls: Promise<void>[] = [];
    for (const counter of counters) {
      const now = this.#clock.monotonic();
      for (const slice of [...counter.drawable, ...counter.ending]) {
        if (slice.expiresAt <= now) counter.ending.delete(slice);
        else if (slice.held === 0 && counter.ending.has(slice)) {
          if (!slice.returning) calls.push(this.#return(counter, slice));
        } else if (slice.expiresAt - now <= this.#ttlMs / 2) calls.push(this.#renew(counter, slice));
      }
      if (calls.length < AT_ONCE) continue;
      await Promise.all(calls);
      calls = [];
    }
    await Promise.all(calls);
  }

  async #renew(counter: LeasedCounter, slice: Slice): Promise<void> {
    const sentAt = this.#clock.monotonic();
    try {
      if (await this.#shared.renew(slice.id, this.#ttlMs)) slice.expiresAt = sentAt + this.#ttlMs;
      else {
        // The shared store has forgotten it: what is left of it is nobody's.
        slice.expiresAt = sentAt;
        counter.retire((other) => other === slice);
        counter.ending.delete(slice);
      }
    } catch {
      // It lives on until it expires, and is renewed the next time.
    }
  }
}
