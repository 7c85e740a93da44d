/** Reservations of exchanges: made before, renewed while they run, settled after; and what happens when the store is away. */
import type { Clock } from "../core/clock";
import { GraftError } from "../core/errors";
import type { ItemState, LimitItem, Limits, ReserveResult } from "../stores/limits";
import { shareOf } from "./share-of";

/** `open`: pass without limit; `closed`: refuse; `local`: this process counts by itself, against a share of each limit. */
export type OnError = "open" | "closed" | "local";

export interface ReservationsOptions {
  readonly limits: Limits;
  /** In this process's memory. */
  readonly local: Limits;
  readonly onError: OnError;
  /** Of each limit, percent. */
  readonly localShare: number;
  readonly clock: Clock;
  /** The store did not answer. */
  onTrouble(error: unknown): void;
  /** For operators: it went away, or is back. */
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Held {
  readonly items: readonly ItemState[];
  /** The store is away, and this process counts by itself: the items tell nothing of what others did. */
  readonly local: boolean;
  /** Once; never rejects. @param used of each item, in order */
  settle(used: readonly number[]): Promise<void>;
}

export type Reserved =
  | { readonly kind: "held"; readonly held: Held }
  | { readonly kind: "refused"; readonly result: Extract<ReserveResult, { granted: false }>; readonly local: boolean }
  /** The store is away, and that shall not stop anybody. */
  | { readonly kind: "unlimited" };

/** What a process that died held is given back after so long. */
const TTL_MS = 60_000;
const RENEW_MS = TTL_MS / 3;

interface Open {
  readonly id: string;
  readonly limits: Limits;
  renewAt: number;
}

export class Reservations {
  readonly #options: ReservationsOptions;
  readonly #open = new Set<Open>();
  #timer: NodeJS.Timeout | undefined;
  #away = false;

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  /** @throws GraftError `unavailable` when the store is away and `onError` is `closed` */
  async reserve(id: string, items: readonly LimitItem[]): Promise<Reserved> {
    const { limits, local, onError, localShare } = this.#options;
    try {
      const result = await limits.reserve({ id, ttlMs: TTL_MS, items });
      if (this.#away) this.#back();
      return this.#held(id, limits, result, false);
    } catch (thrown) {
      if (!(thrown instanceof GraftError)) throw thrown;
      this.#trouble(thrown);
      // It may have been granted, and only its answer was lost.
      void limits.release(id).catch(() => {});
      if (onError === "open") return { kind: "unlimited" };
      if (onError === "closed") throw unavailable(thrown);
    }
    const shares = items.map((item) => shareOf(item, localShare));
    return this.#held(id, local, await local.reserve({ id, ttlMs: TTL_MS, items: shares }), true);
  }

  #held(id: string, limits: Limits, result: ReserveResult, local: boolean): Reserved {
    if (!result.granted) return { kind: "refused", result, local };
    const open: Open = { id, limits, renewAt: this.#options.clock.monotonic() + RENEW_MS };
    this.#open.add(open);
    this.#timer ??= setInterval(() => this.#renew(), RENEW_MS / 2).unref();
    return { kind: "held", held: { items: result.items, local, settle: (used) => this.#settle(open, used) } };
  }

  async #settle(open: Open, used: readonly number[]): Promise<void> {
    if (!this.#open.delete(open)) return;
    if (this.#open.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    try {
      await open.limits.settle(open.id, used);
    } catch (thrown) {
      // It expires by itself, and what was reserved stays charged.
      this.#trouble(thrown);
    }
  }

  #trouble(thrown: unknown): void {
    const { onTrouble, onError, warn } = this.#options;
    onTrouble(thrown);
    if (this.#away) return;
    this.#away = true;
    warn({ on_error: onError, cause: causeOf(thrown) }, "the store of limits does not answer");
  }

  #back(): void {
    this.#away = false;
    this.#options.warn({}, "the store of limits answers again");
  }

  #renew(): void {
    const now = this.#options.clock.monotonic();
    for (const open of this.#open) {
      if (open.renewAt > now) continue;
      open.renewAt = now + RENEW_MS;
      open.limits.renew(open.id, TTL_MS).catch((thrown: unknown) => this.#trouble(thrown));
    }
  }
}

function causeOf(thrown: unknown): string {
  const { cause } = thrown instanceof Error ? thrown : { cause: undefined };
  return cause instanceof Error ? cause.message : String(thrown);
}

function unavailable(cause: GraftError): GraftError {
  return new GraftError("unavailable", "The gateway cannot check this request's limits now. Please try again.", {
    cause,
    retryAfterMs: 1000,
    shouldRetry: true,
    ours: true,
  });
}
