/** Time, injected wherever it decides something, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. A wall clock: it may be set back. For dates and for what other machines compare. */
  now(): number;
  /** Milliseconds since some fixed moment, with fractions; never goes back. For durations, deadlines and expiry in this process. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
