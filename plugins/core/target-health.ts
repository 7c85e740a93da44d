/**
 * How the models of one named provider fare: a rolling error rate, and a rest when it is too high. Counted by model, since a provider
 * often refuses one and serves the others. Requests try resting targets last; there is no state "forbidden", for a doubtful target beats none.
 */
import type { Clock } from "./clock";

export interface HealthSettings {
  readonly windowMs: number;
  /** Fewer answers within the window say nothing. */
  readonly minRequests: number;
  /** Share of failures from which on a model rests. */
  readonly errorRate: number;
  /** How long it rests, and how far apart the probes are that follow. */
  readonly cooldownMs: number;
}

/** A provider may ask for hours; the cause may be gone by then. */
const LONGEST_REST_MS = 60 * 60_000;

/** Patterns let clients name models: only this many are kept, the oldest forgotten first. */
const MAX_MODELS = 1000;

interface ModelState {
  /** When the two counting halves of the window began. */
  since: number;
  ok: number;
  failed: number;
  okBefore: number;
  failedBefore: number;
  /** Resting until then; after it, probes one by one until one succeeds. */
  restsUntil: number | undefined;
  /** A request went there since the rest began. */
  asked: boolean;
}

export class TargetHealth {
  readonly #settings: HealthSettings;
  /** Monotonic: a wall clock that is set back must not keep a model at rest. */
  readonly #clock: Clock;
  readonly #models = new Map<string, ModelState>();

  constructor(settings: HealthSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Whether the model may be tried before others: it does not rest, or a probe is due. */
  admits(model: string): boolean {
    const until = this.#models.get(model)?.restsUntil;
    return until === undefined || until <= this.#clock.monotonic();
  }

  /** A request goes there now: while the model is doubtful, no other one counts as its probe for another cooldown. */
  sent(model: string): void {
    const state = this.#models.get(model);
    if (state?.restsUntil === undefined) return;
    state.asked = true;
    const now = this.#clock.monotonic();
    if (state.restsUntil <= now) state.restsUntil = now + this.#settings.cooldownMs;
  }

  succeeded(model: string): void {
    const state = this.#models.get(model);
    // Models without a failure are not even remembered: nearly all of them, nearly always.
    if (state === undefined) return;
    if (state.restsUntil !== undefined) {
      // An answer to a request from before the rest says nothing about what came after.
      if (state.asked) this.#models.delete(model);
      return;
    }
    this.#roll(state);
    state.ok += 1;
    if (state.failed + state.failedBefore === 0) this.#models.delete(model);
  }

  /** @returns how long the model rests because of it, ms, if it does */
  failed(model: string): number | undefined {
    const state = this.#state(model);
    this.#roll(state);
    state.failed += 1;
    const { minRequests, errorRate, cooldownMs } = this.#settings;
    const failures = state.failed + state.failedBefore;
    const all = failures + state.ok + state.okBefore;
    const probe = state.restsUntil !== undefined;
    if (!probe && (all < minRequests || failures < all * errorRate)) return undefined;
    return this.#rest(state, cooldownMs);
  }

  /** The provider itself said for how long not to come back. */
  rest(model: string, ms: number): number {
    return this.#rest(this.#state(model), Math.min(ms, LONGEST_REST_MS));
  }

  #rest(state: ModelState, ms: number): number {
    state.restsUntil = Math.max(state.restsUntil ?? 0, this.#clock.monotonic() + ms);
    state.asked = false;
    return ms;
  }

  #state(model: string): ModelState {
    let state = this.#models.get(model);
    if (state === undefined) {
      const oldest = this.#models.keys().next();
      if (this.#models.size >= MAX_MODELS && oldest.done === false) this.#models.delete(oldest.value);
      const since = this.#clock.monotonic();
      state = { since, ok: 0, failed: 0, okBefore: 0, failedBefore: 0, restsUntil: undefined, asked: false };
      this.#models.set(model, state);
    }
    return state;
  }

  /** Two halves: what is older than a window is forgotten, what is younger than half of one surely counts. */
  #roll(state: ModelState): void {
    const half = this.#settings.windowMs / 2;
    const age = this.#clock.monotonic() - state.since;
    if (age < half) return;
    const next = age < 2 * half;
    state.okBefore = next ? state.ok : 0;
    state.failedBefore = next ? state.failed : 0;
    state.ok = 0;
    state.failed = 0;
    state.since = next ? state.since + half : this.#clock.monotonic();
  }
}
