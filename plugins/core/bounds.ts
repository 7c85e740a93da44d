/** Bounds on what one exchange may cost; every one has a default here and a place in config. */
export interface Bounds {
  readonly maxJsonDepth: number;
  /** A client's body; more is answered 413. */
  readonly maxRequestBytes: number;
  /** One stream event, or one line of it, bytes. */
  readonly maxEventBytes: number;
  /** An answer that must be held whole (non-streamed, translated), bytes after decompression. */
  readonly maxResponseBytes: number;
  /** Decompressed bytes per compressed byte, above 1 MiB. */
  readonly maxInflateRatio: number;
  /** Exchanges at one time in this process; more are answered 503. */
  readonly maxExchanges: number;
  /** Request bodies held for later attempts in this process, bytes; beyond it requests are answered 503. */
  readonly maxInflightBytes: number;
}

export const DEFAULT_BOUNDS: Bounds = {
  maxJsonDepth: 128,
  maxRequestBytes: 10 * 1024 * 1024,
  maxEventBytes: 4 * 1024 * 1024,
  maxResponseBytes: 64 * 1024 * 1024,
  maxInflateRatio: 200,
  maxExchanges: 10_000,
  maxInflightBytes: 1024 * 1024 * 1024,
};
