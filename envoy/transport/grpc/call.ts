import type { RequestHeaders } from "../http2/request-headers";
import type { Http2Stream, StreamEvents } from "../http2/stream";
import type { CloseReason } from "../transport";
import type { ByteBudget } from "./byte-budget";
import { MESSAGE_PREFIX, MessageDecoder } from "./message-decoder";
import { GrpcCode, GrpcError, OK_TRAILERS, RESPONSE_HEADERS, statusTrailers } from "./status";

/** The same promises as the public StreamHandler, on message bytes. */
export interface CallHandler {
  message(bytes: Buffer): void | Promise<void>;
  halfClosed(): void;
  close(reason: CloseReason, error: unknown): void;
}

export type OpenCall = (call: GrpcCall) => CallHandler;

interface Outcome {
  readonly reason: CloseReason;
  readonly error: unknown;
}

export interface CallLimits {
  readonly maxMessageBytes: number;
  readonly maxWaitingBytes: number;
  readonly budget: ByteBudget;
  /** Errors no handler is told of: its own, while it opens or closes. */
  report(error: unknown): void;
}

/** One gRPC stream: messages in order and one at a time, an end that is always told, and exactly once. */
export class GrpcCall implements StreamEvents {
  readonly metadata: RequestHeaders;
  readonly #stream: Http2Stream;
  readonly #limits: CallLimits;
  readonly #decoder: MessageDecoder;
  #handler: CallHandler | undefined;
  #headersSent = false;
  #busy = false;
  #peerEnded = false;
  #outcome: Outcome | undefined;
  #keptOpen = false;
  /** Received, but the peer may not send as many again yet. */
  #owed = 0;

  constructor(stream: Http2Stream, metadata: RequestHeaders, limits: CallLimits) {
    this.#stream = stream;
    this.metadata = metadata;
    this.#limits = limits;
    this.#decoder = new MessageDecoder(limits.maxMessageBytes, limits.budget);
  }

  open(open: OpenCall): void {
    try {
      this.#handler = open(this);
      if (this.#outcome) this.#tellClose(this.#outcome);
    } catch (error) {
      this.#limits.report(error);
      this.#crash(error);
    }
  }

  /** `head` begins with MESSAGE_PREFIX zero bytes. False: the peer is slow, or the stream is over. */
  send(head: Uint8Array, body: Uint8Array | undefined): boolean {
    if (this.#outcome) return false;
    const length = head.length - MESSAGE_PREFIX + (body?.length ?? 0);
    head[1] = length >>> 24;
    head[2] = length >>> 16;
    head[3] = length >>> 8;
    head[4] = length;
    if (!this.#headersSent) {
      this.#headersSent = true;
      this.#stream.headers(RESPONSE_HEADERS);
    }
    this.#stream.data(head, body);
    if (this.#stream.waitingBytes > this.#limits.maxWaitingBytes) {
      this.fail(GrpcCode.RESOURCE_EXHAUSTED, "the peer does not take its answers");
      return false;
    }
    return this.#stream.writable;
  }

  fail(code: GrpcCode, message: string): void {
    this.#crash(new GrpcError(code, message));
  }

  /** Our side stays open after the peer's has ended, until `fail` or the peer's reset. */
  keepOpen(): void {
    this.#keptOpen = true;
  }

  data(chunk: Buffer, start: number, end: number): void {
    if (this.#outcome) return;
    this.#decoder.push(chunk, start, end);
    this.#owed += end - start;
    this.#pump();
  }

  end(): void {
    this.#peerEnded = true;
    if (this.#outcome) return;
    try {
      this.#handler?.halfClosed();
    } catch (error) {
      this.#crash(error);
    }
    this.#pump();
  }

  writable(): void {
    this.#pump();
  }

  reset(): void {
    this.#finish("cancelled", undefined);
  }

  #pump(): void {
    try {
      while (!this.#busy && !this.#outcome && this.#stream.writable) {
        const message = this.#decoder.next();
        if (message === undefined) break;
        this.#deliver(message);
      }
    } catch (error) {
      this.#crash(error);
    }
    if (this.#outcome) return;
    const unread = this.#decoder.unread;
    if (this.#owed > unread) this.#stream.consumed(this.#owed - unread);
    this.#owed = unread;
    if (this.#peerEnded && !this.#keptOpen && !this.#busy && (unread === 0 || this.#stream.writable)) this.#ended();
  }

  #deliver(message: Buffer): void {
    const pending = this.#handler?.message(message);
    if (pending === undefined) return;
    this.#busy = true;
    pending.then(
      () => {
        this.#busy = false;
        this.#pump();
      },
      (error: unknown) => this.#crash(error),
    );
  }

  /** Only ever after the peer's own end: Envoy takes an earlier one for a failure. */
  #ended(): void {
    if (this.#decoder.midMessage) {
      this.fail(GrpcCode.INTERNAL, "the stream ended inside a message");
      return;
    }
    const trailers = this.#headersSent ? OK_TRAILERS : statusTrailers(GrpcCode.OK, "", false);
    this.#finish("ended", undefined);
    this.#stream.end(trailers);
  }

  #crash(error: unknown): void {
    if (this.#outcome) return;
    const { code, message } = error instanceof GrpcError ? error : { code: GrpcCode.INTERNAL, message: "internal error" };
    this.#finish("failed", error);
    this.#stream.abort(statusTrailers(code, message, this.#headersSent));
  }

  #finish(reason: CloseReason, error: unknown): void {
    if (this.#outcome) return;
    this.#outcome = { reason, error };
    this.#decoder.discard();
    this.#tellClose(this.#outcome);
  }

  #tellClose({ reason, error }: Outcome): void {
    try {
      this.#handler?.close(reason, error);
    } catch (thrown) {
      this.#limits.report(thrown);
    }
  }
}
