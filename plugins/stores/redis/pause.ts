const SHORTEST_MS = 100;
const LONGEST_MS = 2000;

/** Milliseconds before attempt 1, 2, …: doubling, and scattered by half up and down, so that replicas do not come all at once. */
export function pause(attempt: number): number {
  return Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(attempt - 1, 10)) * (0.5 + Math.random());
}
