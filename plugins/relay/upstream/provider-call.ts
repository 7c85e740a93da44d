import type { GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";

export interface CallLimits {
  /** From the call until `begun()`; waiting for a connection is part of it. */
  readonly firstByteMs: number;
  /** After `begun()`, between two pieces; not while the answer is held back by us. */
  readonly idleMs: number;
  /** From the call until the end of the answer. */
  readonly totalMs: number;
}

/** Whoever reads an answer. All calls are synchronous and in order; exactly one of `end` and `failed` comes, last; those two must not throw. */
export interface AnswerReader {
  /** What it throws comes out of `read`, or later as `failed`. */
  data(bytes: Buffer): void;
  /** May come while the answer is paused. */
  end(): void;
  /** `upstream_failed` = the provider broke off, `timeout` = it was silent for too long. */
  failed(error: GraftError): void;
}

export interface ProviderAnswer {
  /** 200 to 999: informational answers are not shown, redirects not followed. */
  readonly status: number;
  /** Lower case, repeated ones joined with ", ". Has no prototype: any name is data. Trailers are not read. */
  readonly headers: HeaderMap;
  /** Once. What came before is delivered within the call; until then the provider is held back after some 64 KiB. */
  read(reader: AnswerReader): void;
  /** Back-pressure. One more piece may still come: what the kernel had already given us. Idempotent. */
  pause(): void;
  resume(): void;
  /** Closes the connection at once; the reader hears nothing more. Idempotent. */
  abort(): void;
  /** The first real event has come: from now on the idle limit counts instead of the first-byte limit. Idempotent. */
  begun(): void;
}

export interface ProviderCall {
  /** Rejects with a GraftError only; nobody has to listen. */
  readonly answer: Promise<ProviderAnswer>;
  /** Ends the call in whatever state it is; rejects `answer` with `client_closed` if it is still open. Idempotent. */
  abort(): void;
}
