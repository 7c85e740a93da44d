/**
 * Bytes by key, for what may be lost: an implementation may forget an entry before its time when space runs out, so nothing
 * belongs here that must survive.
 */
export interface Kv {
  /** A copy: changing it changes nothing here. @returns undefined: never set, deleted, expired or forgotten. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Replaces value and expiry. @param ttlMs whole, from 1. @returns false: too large to keep, and nothing is kept under this key. */
  set(key: string, value: Uint8Array, ttlMs: number): Promise<boolean>;
  /** @returns whether there was something. */
  delete(key: string): Promise<boolean>;
  /**
   * Adds to a counter, atomically, from 0. The expiry is set when the counter is created and not moved by later calls.
   * `get` reads a counter as decimal text.
   * @returns the new count. @throws RangeError when the value is no counter, or would leave the exact integers.
   */
  increment(key: string, by: number, ttlMs: number): Promise<number>;
}
