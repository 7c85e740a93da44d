import type { Clock } from "../../plugins/core/clock";

/** A clock that moves only when told. */
export class VirtualClock implements Clock {
  #wall: number;
  #elapsed = 0;

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot advance by ${ms} ms`);
    this.#wall += ms;
    this.#elapsed += ms;
  }

  /** Somebody sets the wall clock: `now` jumps, `monotonic` does not. */
  setWall(ms: number): void {
    this.#wall = ms;
  }
}
