import type { ConnectionOptions } from "./connection-options";
import { ConnectionError, DEFAULT_WINDOW, ErrorCode, Flag, FrameType, MAX_STREAM_ID, MAX_WINDOW } from "./constants";
import type { HeaderBlock } from "./header-assembler";
import { EMPTY_TABLE } from "./hpack-encoder";
import type { Output } from "./output";
import { PeerSettings } from "./peer-settings";
import { RequestHeaderReader } from "./request-headers";
import { Http2Stream, type StreamHost } from "./stream";

/** The streams of one connection, and the windows they share. */
export class StreamTable implements StreamHost {
  readonly output: Output;
  sendWindow = DEFAULT_WINDOW;
  readonly #options: ConnectionOptions;
  readonly #peer = new PeerSettings();
  readonly #headers = new RequestHeaderReader();
  readonly #streams = new Map<number, Http2Stream>();
  readonly #blocked = new Set<Http2Stream>();
  readonly #idle: () => void;
  #receiveWindow: number;
  #lastStream = 0;
  /** Streams above it came after the peer had been told. */
  #lastAccepted = MAX_STREAM_ID;

  constructor(output: Output, options: ConnectionOptions, idle: () => void) {
    this.output = output;
    this.#options = options;
    this.#receiveWindow = options.connectionWindow;
    this.#idle = idle;
  }

  get size(): number {
    return this.#streams.size;
  }

  get peerMaxFrame(): number {
    return this.#peer.maxFrame;
  }

  get lastAccepted(): number {
    return Math.min(this.#lastStream, this.#lastAccepted);
  }

  /** Streams that arrive from now on are too late; `idle` is called when the others are done. */
  acceptNoMore(): void {
    this.#lastAccepted = this.lastAccepted;
    this.#reportIdle();
  }

  /** A complete header block: a new stream, or trailers of one. */
  headers({ streamId, endOfStream, block }: HeaderBlock): void {
    if (streamId % 2 === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a client's streams have odd numbers");
    if (streamId <= this.#lastStream) {
      this.#trailers(streamId, endOfStream, block);
      return;
    }
    const headers = this.#headers.read(block);
    this.#lastStream = streamId;
    if (streamId > this.#lastAccepted) return;
    const stream = new Http2Stream(this, streamId, this.#peer.initialWindow, this.#options.streamWindow);
    if (headers === undefined) stream.reset(ErrorCode.PROTOCOL_ERROR);
    else if (this.#streams.size >= this.#options.maxConcurrentStreams) stream.reset(ErrorCode.REFUSED_STREAM);
    else {
      this.#streams.set(streamId, stream);
      stream.events = this.#options.accept(stream, headers);
      if (endOfStream && !stream.closed) stream.receivedEnd();
    }
  }

  #trailers(streamId: number, endOfStream: boolean, block: Buffer): void {
    this.#headers.skip(block);
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    if (stream.remoteEnded) stream.fail(ErrorCode.STREAM_CLOSED);
    else if (endOfStream) stream.receivedEnd();
    else stream.fail(ErrorCode.PROTOCOL_ERROR);
  }

  /** The stream that DATA of this length belongs to, unless it is gone or broke its window. */
  receiving(streamId: number, length: number): Http2Stream | undefined {
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "more data than allowed");
    this.#replenish();
    const stream = this.#streams.get(streamId);
    // Data may have been on its way while we reset the stream; of a stream never opened it cannot.
    if (stream === undefined) this.#expectOpened(streamId);
    else if (stream.remoteEnded) stream.fail(ErrorCode.STREAM_CLOSED);
    else if (!stream.received(length)) stream.fail(ErrorCode.FLOW_CONTROL_ERROR);
    return stream;
  }

  reset(streamId: number): void {
    this.#expectOpened(streamId);
    this.#streams.get(streamId)?.lost();
  }

  settings(payload: Buffer): void {
    const change = this.#peer.apply(payload);
    for (const stream of this.#streams.values()) {
      if (stream.widen(change) > MAX_WINDOW) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "window too large");
    }
    this.output.frame(0, FrameType.SETTINGS, Flag.ACK, 0);
    this.#unblock();
  }

  windowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "window widened by nothing");
      this.sendWindow += increment;
      if (this.sendWindow > MAX_WINDOW) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "window too large");
    } else {
      this.#expectOpened(streamId);
      const stream = this.#streams.get(streamId);
      if (stream === undefined) return;
      if (increment === 0) stream.fail(ErrorCode.PROTOCOL_ERROR);
      else if (stream.widen(increment) > MAX_WINDOW) stream.fail(ErrorCode.FLOW_CONTROL_ERROR);
    }
    this.#unblock();
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.#replenish();
    for (const stream of [...this.#streams.values()]) if (stream.writable) stream.events.writable();
  }

  lost(): void {
    for (const stream of [...this.#streams.values()]) stream.lost();
  }

  headersPrefix(): Buffer | undefined {
    if (!this.#peer.tableShrunk) return undefined;
    this.#peer.tableShrunk = false;
    return EMPTY_TABLE;
  }

  block(stream: Http2Stream): void {
    this.#blocked.add(stream);
  }

  closed(stream: Http2Stream): void {
    this.#blocked.delete(stream);
    if (this.#streams.delete(stream.id)) this.#reportIdle();
  }

  /**
   * A peer that does not read its answers gets no more room. The socket is still read: a peer that stops reading while
   * it cannot write, as Node's own HTTP/2 does, would otherwise wait for us for ever.
   */
  #replenish(): void {
    const { connectionWindow } = this.#options;
    if (this.#receiveWindow * 2 > connectionWindow || this.output.congested) return;
    this.output.windowUpdate(0, connectionWindow - this.#receiveWindow);
    this.output.schedule();
    this.#receiveWindow = connectionWindow;
  }

  #unblock(): void {
    if (this.#blocked.size === 0 || this.sendWindow <= 0) return;
    const waiting = [...this.#blocked];
    this.#blocked.clear();
    for (const stream of waiting) {
      stream.sendWaiting();
      if (stream.writable && !stream.closed) stream.events.writable();
    }
  }

  #expectOpened(streamId: number): void {
    if (streamId === 0 || streamId > this.#lastStream) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a frame of a stream not opened");
    }
  }

  #reportIdle(): void {
    if (this.#lastAccepted !== MAX_STREAM_ID && this.#streams.size === 0) this.#idle();
  }
}
