/** Time, injected wherever it decides something, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch. A wall clock: it may be set back. For dates and for what other machines compare. */
  now(): number;
  /** Milliseconds since some fixed moment, with fractions; never goes back. For durations, deadlines and expiry in this process. */
  monotonic(): number;
}

let lastMs = Number.NaN;
let lastText = "";

/**
 * ISO 8601. Made once for all who ask within a millisecond: each log line asks twice, at 0.6 µs.
 * @param ms since the epoch
 */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
