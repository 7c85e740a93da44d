/**
 * The API keys of one named provider: used in turn, with a rest after the provider refused one. When all rest, the one that is
 * ready soonest is used: a request with a doubtful key beats no request.
 */
import type { Clock } from "./clock";

/** A refused key may be revoked or out of funds: a person has to act. */
const REFUSED_REST_MS = 5 * 60_000;
const BUSY_REST_MS = 30_000;
/** A provider may ask for hours; other replicas and a person may have lifted the cause by then. */
const LONGEST_REST_MS = 60 * 60_000;

export interface PickedKey {
  readonly index: number;
  readonly key: string;
}

export class KeyRing {
  readonly #keys: readonly string[];
  /** On the monotonic clock: a wall clock that is set back must not keep a key at rest. */
  readonly #readyAt: number[];
  readonly #clock: Clock;
  #turn = 0;

  constructor(keys: readonly string[], clock: Clock) {
    this.#keys = keys;
    this.#readyAt = keys.map(() => Number.NEGATIVE_INFINITY);
    this.#clock = clock;
  }

  /** `undefined` when the provider has no key (a local model server). */
  pick(): PickedKey | undefined {
    const now = this.#clock.monotonic();
    const count = this.#keys.length;
    let best = -1;
    for (let step = 0; step < count; step += 1) {
      const index = (this.#turn + step) % count;
      if ((this.#readyAt[index] ?? 0) <= now) {
        best = index;
        break;
      }
      if (best === -1 || (this.#readyAt[index] ?? 0) < (this.#readyAt[best] ?? 0)) best = index;
    }
    const key = this.#keys[best];
    if (key === undefined) return undefined;
    this.#turn = (best + 1) % count;
    return { index: best, key };
  }

  /** Whether a key is left that does not rest. */
  get ready(): boolean {
    const now = this.#clock.monotonic();
    return this.#readyAt.some((readyAt) => readyAt <= now);
  }

  /** Rests a key after this answer status; returns until when (epoch ms), or `undefined` where the status says nothing about the key. */
  rest(index: number, status: number, retryAfterMs?: number): number | undefined {
    const rest = status === 429 ? (retryAfterMs ?? BUSY_REST_MS) : isRefusal(status) ? REFUSED_REST_MS : undefined;
    if (rest === undefined || index >= this.#keys.length) return undefined;
    const bounded = Math.min(rest, LONGEST_REST_MS);
    this.#readyAt[index] = Math.max(this.#readyAt[index] ?? 0, this.#clock.monotonic() + bounded);
    return this.#clock.now() + bounded;
  }
}

function isRefusal(status: number): boolean {
  return status === 401 || status === 402 || status === 403;
}
