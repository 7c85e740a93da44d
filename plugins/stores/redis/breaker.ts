import type { Clock } from "../../core/clock";
import { pause } from "./pause";

/** So many calls in a row without an answer in time: nobody is there. */
const TRIP_AFTER = 5;

/** What a call that was let through has to say about itself when it is over. */
export interface Pass {
  readonly probe: boolean;
}

const ORDINARY: Pass = { probe: false };
const PROBE: Pass = { probe: true };

/**
 * Stops asking whom nobody can reach or who is too slow, so that neither side drowns in calls that come to nothing. After a pause
 * one call, and only one, is let through; unless it is answered in time, the next pause is longer. Pauses are scattered, so the
 * replicas do not come back all at once.
 */
export class Breaker {
  readonly #clock: Pick<Clock, "monotonic">;
  #failures = 0;
  /** Pauses in a row, 0 = closed. */
  #pauses = 0;
  #openUntil = 0;
  #probing = false;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** @returns undefined: not now. Whoever got a pass must tell `answered` or `failed`. */
  enter(): Pass | undefined {
    if (this.#pauses === 0) return ORDINARY;
    if (this.#probing || this.#clock.monotonic() < this.#openUntil) return undefined;
    this.#probing = true;
    return PROBE;
  }

  /** In time. Also when that was an ordinary call, let through before the pause: somebody is there. */
  answered(): void {
    this.#failures = 0;
    this.#pauses = 0;
    this.#probing = false;
  }

  failed({ probe }: Pass): void {
    // What is still under way from before the pause says nothing new.
    if (this.#pauses > 0 && !probe) return;
    this.#failures += 1;
    if (!probe && this.#failures < TRIP_AFTER) return;
    this.#probing = false;
    this.#pauses += 1;
    this.#openUntil = this.#clock.monotonic() + pause(this.#pauses);
  }
}
