/** Permissions to pass from Kong to the relay: for one request, once, for a while. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../plugins/core/clock";

export interface TicketLimits {
  /** Kong may read the client's whole body before it connects to us. */
  readonly lifetimeMs: number;
  /** Requests that another plugin ended after ours leave theirs behind. The oldest one goes first. */
  readonly max: number;
}

export const DEFAULT_TICKET_LIMITS: TicketLimits = { lifetimeMs: 300_000, max: 100_000 };

/** 128 bit: not to be guessed. */
const BYTES = 16;

interface Issued<T> {
  readonly value: T;
  readonly until: number;
}

export class Tickets<T> {
  readonly #clock: Clock;
  readonly #limits: TicketLimits;
  /** In the order they were issued, which is that in which they expire. */
  readonly #issued = new Map<string, Issued<T>>();

  constructor(clock: Clock, limits: TicketLimits = DEFAULT_TICKET_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Issued and neither redeemed nor expired. */
  get size(): number {
    this.#expire();
    return this.#issued.size;
  }

  issue(value: T): string {
    this.#expire();
    const oldest = this.#issued.keys().next();
    if (this.#issued.size >= this.#limits.max && oldest.done === false) this.#issued.delete(oldest.value);
    const token = randomBytes(BYTES).toString("base64url");
    this.#issued.set(token, { value, until: this.#clock.monotonic() + this.#limits.lifetimeMs });
    return token;
  }

  /** `undefined` = never issued, used before, or too old. */
  redeem(token: string): T | undefined {
    const issued = this.#issued.get(token);
    if (issued === undefined) return undefined;
    this.#issued.delete(token);
    return issued.until > this.#clock.monotonic() ? issued.value : undefined;
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    for (const [token, { until }] of this.#issued) {
      if (until > now) return;
      this.#issued.delete(token);
    }
  }
}
