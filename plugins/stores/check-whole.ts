import { MAX_AMOUNT } from "./limits";

/** @throws RangeError unless `value` is a whole number that sums stay exact with. */
export function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value > MAX_AMOUNT) {
    throw new RangeError(`${name} must be a whole number from ${least} to 2^52, not ${value}`);
  }
}

/** @throws RangeError */
export function checkTtl(ttlMs: number): void {
  checkWhole("ttlMs", ttlMs, 1);
}
