import type { ProcessingRequest, ProcessingResponse } from "../../proto/ext-proc";
import type { GrpcCode } from "./grpc/status";

/**
 * How a stream came to its end. "ended": the peer had no more messages, which is how Envoy finishes a stream with
 * `ext_proc_graceful_grpc_close`. "cancelled": reset by the peer or lost with its connection, which is how Envoy
 * finishes every stream without it. "failed": by us, after `fail`, a handler that threw, or a message nobody can take.
 */
export type CloseReason = "ended" | "cancelled" | "failed";

/** One external-processing stream as its handler sees it. */
export interface ProcessStream {
  /** Request headers of the gRPC call, Envoy's `initial_metadata` among them. */
  readonly metadata: ReadonlyMap<string, string>;
  /** False: the peer is slow (no message is delivered until it has caught up), or the stream is over. */
  send(response: ProcessingResponse): boolean;
  /** Ends the stream with an error status. Envoy then acts by its `failure_mode_allow`. */
  fail(code: GrpcCode, message: string): void;
}

export interface StreamHandler {
  /**
   * Messages come in order. After a promise the next one waits until it settles. Bodies are views of network buffers:
   * whoever keeps a small one for long copies it. Throwing ends this stream only.
   */
  message(request: ProcessingRequest): void | Promise<void>;
  /** The peer sends nothing more and, if it is Envoy, waits for nothing more; messages before it may still be queued. */
  halfClosed?(): void;
  /** Once, and the last thing a handler hears. */
  close(reason: CloseReason, error: unknown): void;
}

export type OpenStream = (stream: ProcessStream) => StreamHandler;

export interface ListenOptions {
  /** Permissions of a unix socket; 0600 unless set. */
  readonly socketMode?: number;
}

export interface DrainResult {
  /** Streams that still ran at the deadline. */
  readonly cut: number;
}

export interface Transport {
  /** `unix:///run/graft.sock`, `host:port` or `:port` (loopback). Answers the address in use. May be called again for more. */
  listen(address: string, options?: ListenOptions): Promise<string>;
  /** What the health service answers. NOT_SERVING until told otherwise; streams are accepted in either state. */
  setServing(serving: boolean): void;
  /** Accepts no more, tells every peer, and waits for running streams to end. Call `setServing(false)` well before. */
  drain(timeoutMs: number): Promise<DrainResult>;
  readonly activeStreams: number;
}
