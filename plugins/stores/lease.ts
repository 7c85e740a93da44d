/**
 * Who does it: at most one holder per name at a time.
 *
 * A holder that was paused past its expiry does not know that it lost the lease. So each new holding gets a token larger than
 * all before it; whatever the holder writes to must refuse a smaller token than it has seen.
 */
export interface Lease {
  /**
   * @param holder asking again while holding is a renewal with the same token, so a lost answer may be asked for again.
   * @param ttlMs whole, from 1.
   * @returns the fencing token; undefined: somebody else holds it.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<number | undefined>;
  /** Moves the expiry to `ttlMs` from now. @returns false: this holding is over. */
  renew(name: string, token: number, ttlMs: number): Promise<boolean>;
  /** @returns false: this holding was over already; another's is left alone. */
  release(name: string, token: number): Promise<boolean>;
}
