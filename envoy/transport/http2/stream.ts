import { DEFAULT_MAX_FRAME, ErrorCode, Flag, FrameType } from "./constants";
import type { Output } from "./output";

/** What the owner of a stream is told. After `reset` nothing more comes. */
export interface StreamEvents {
  data(chunk: Buffer, start: number, end: number): void;
  end(): void;
  /** By the peer, or because the connection is gone. */
  reset(): void;
  /** What had been waiting is on its way. */
  writable(): void;
}

/** For streams that are already answered. */
export const NOBODY: StreamEvents = { data() {}, end() {}, reset() {}, writable() {} };

/** What a stream shares with its connection. */
export interface StreamHost {
  readonly output: Output;
  sendWindow: number;
  readonly peerMaxFrame: number;
  headersPrefix(): Buffer | undefined;
  block(stream: Http2Stream): void;
  closed(stream: Http2Stream): void;
}

/** One request and its answer. Sends within the peer's windows; what does not fit waits here. */
export class Http2Stream {
  readonly id: number;
  readonly #host: StreamHost;
  readonly #window: number;
  #events: StreamEvents = NOBODY;
  #sendWindow: number;
  #receiveWindow: number;
  #consumed = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #trailers: Buffer | undefined;
  #localEnded = false;
  #remoteEnded = false;
  #closed = false;

  constructor(host: StreamHost, id: number, sendWindow: number, receiveWindow: number) {
    this.#host = host;
    this.id = id;
    this.#sendWindow = sendWindow;
    this.#receiveWindow = receiveWindow;
    this.#window = receiveWindow;
  }

  get events(): StreamEvents {
    return this.#events;
  }

  set events(events: StreamEvents) {
    this.#events = events;
  }

  get remoteEnded(): boolean {
    return this.#remoteEnded;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** False: hold back, `writable` will be called. */
  get writable(): boolean {
    return this.#waitingBytes === 0 && !this.#host.output.congested;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  headers(block: Buffer): void {
    if (!this.#localEnded) this.#writeHeaders(block, Flag.END_HEADERS);
  }

  /** The pieces are sent one behind the other; large ones must not be changed until they have left. */
  data(head: Uint8Array, body: Uint8Array | undefined): void {
    if (this.#localEnded || this.#trailers) return;
    const host = this.#host;
    const size = head.length + (body?.length ?? 0);
    if (this.#waitingBytes === 0 && size <= Math.min(this.#sendWindow, host.sendWindow, host.peerMaxFrame)) {
      host.output.frame(size, FrameType.DATA, Flag.NONE, this.id);
      host.output.bytes(head);
      if (body) host.output.bytes(body);
      this.#sendWindow -= size;
      host.sendWindow -= size;
      host.output.schedule();
      return;
    }
    this.#waiting.push(head);
    if (body) this.#waiting.push(body);
    this.#waitingBytes += size;
    this.sendWaiting();
  }

  /** Ends our side, behind everything that waits. */
  end(trailers: Buffer): void {
    if (this.#localEnded) return;
    if (this.#waitingBytes > 0) {
      this.#trailers = trailers;
      return;
    }
    this.#writeHeaders(trailers, Flag.END_HEADERS | Flag.END_STREAM);
    this.#localEnded = true;
    if (this.#remoteEnded) this.#close();
  }

  /** Ends both sides at once: drops what waits, tells why, and asks the peer to stop sending. */
  abort(trailers: Buffer): void {
    this.#dropWaiting();
    this.#trailers = undefined;
    this.end(trailers);
    if (!this.#closed) this.reset(ErrorCode.NO_ERROR);
  }

  reset(code: ErrorCode): void {
    if (this.#closed) return;
    this.#host.output.frame(4, FrameType.RST_STREAM, Flag.NONE, this.id);
    this.#host.output.uint32(code);
    this.#host.output.schedule();
    this.#close();
  }

  /** The peer broke a rule. */
  fail(code: ErrorCode): void {
    this.reset(code);
    this.#events.reset();
  }

  /** So many received bytes need no more room; lets the peer send as many again. */
  consumed(bytes: number): void {
    this.#consumed += bytes;
    if (this.#closed || this.#remoteEnded || this.#consumed * 2 < this.#window) return;
    this.#host.output.windowUpdate(this.id, this.#consumed);
    this.#host.output.schedule();
    this.#receiveWindow += this.#consumed;
    this.#consumed = 0;
  }

  /** False: the peer sends more than it was allowed to. */
  received(bytes: number): boolean {
    this.#receiveWindow -= bytes;
    return this.#receiveWindow >= 0;
  }

  receivedEnd(): void {
    this.#remoteEnded = true;
    this.#events.end();
    if (this.#localEnded) this.#close();
  }

  /** The peer reset the stream, or the connection is gone. */
  lost(): void {
    if (this.#closed) return;
    this.#close();
    this.#events.reset();
  }

  /** The window after a change by the peer. */
  widen(bytes: number): number {
    this.#sendWindow += bytes;
    return this.#sendWindow;
  }

  sendWaiting(): void {
    const host = this.#host;
    while (this.#waitingBytes > 0) {
      const size = Math.min(this.#sendWindow, host.sendWindow, host.peerMaxFrame, this.#waitingBytes);
      if (size <= 0) {
        host.block(this);
        break;
      }
      host.output.frame(size, FrameType.DATA, Flag.NONE, this.id);
      this.#takeWaiting(size);
      this.#sendWindow -= size;
      host.sendWindow -= size;
    }
    host.output.schedule();
    if (this.#waitingBytes === 0 && this.#trailers) this.end(this.#trailers);
  }

  #takeWaiting(size: number): void {
    this.#waitingBytes -= size;
    let left = size;
    let whole = 0;
    for (const piece of this.#waiting) {
      const taken = Math.min(left, piece.length);
      this.#host.output.bytes(piece.subarray(0, taken));
      left -= taken;
      if (taken < piece.length) {
        this.#waiting[whole] = piece.subarray(taken);
        break;
      }
      whole++;
      if (left === 0) break;
    }
    this.#waiting.splice(0, whole);
  }

  #writeHeaders(block: Buffer, flags: number): void {
    const prefix = this.#host.headersPrefix();
    const size = block.length + (prefix?.length ?? 0);
    if (size > DEFAULT_MAX_FRAME) throw new RangeError("header block too large for one frame");
    this.#host.output.frame(size, FrameType.HEADERS, flags, this.id);
    if (prefix) this.#host.output.bytes(prefix);
    this.#host.output.bytes(block);
    this.#host.output.schedule();
  }

  #dropWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#localEnded = true;
    this.#dropWaiting();
    this.#host.closed(this);
  }
}
