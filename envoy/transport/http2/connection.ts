import type { Socket } from "node:net";
import type { ConnectionOptions } from "./connection-options";
import { ConnectionError, DEFAULT_WINDOW, ErrorCode, Flag, FrameType, MAX_STREAM_ID, MAX_WINDOW, Setting } from "./constants";
import { FrameReader, type FrameSink } from "./frame-reader";
import { HeaderAssembler } from "./header-assembler";
import { Output } from "./output";
import { MAX_HEADER_BYTES } from "./request-headers";
import type { Http2Stream } from "./stream";
import { StreamTable } from "./stream-table";

const FIRST_BYTES_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 1_000;
const DRAIN_PING = Buffer.from("draining");

/**
 * The server's side of HTTP/2 as far as gRPC uses it: no push, no priorities, no upgrade. It stands on a plain socket
 * because Node's own HTTP/2 costs about three times the CPU per stream, gives a connection up after a thousand streams
 * that the peer reset (Envoy ends every stream so, unless told otherwise), and cannot announce a shutdown before it
 * refuses streams.
 */
export class Http2Connection implements FrameSink {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #output: Output;
  readonly #reader = new FrameReader(this);
  readonly #assembler = new HeaderAssembler();
  readonly #streams: StreamTable;
  #receiving: Http2Stream | undefined;
  #greeted = false;
  #closing = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#output = new Output(socket, () => this.#streams.drained());
    this.#streams = new StreamTable(this.#output, options, () => this.#close());
    socket.setTimeout(FIRST_BYTES_WITHIN_MS, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    // A close always follows an error.
    socket.on("error", () => {});
    socket.on("close", () => this.#lost());
    this.#greet();
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /**
   * Lets the running streams end, then closes. The peer hears of it first, and streams it opens before it does are
   * still accepted: the answer to a ping says when it has heard.
   */
  shutdown(): void {
    if (this.#closing) return;
    this.#goAway(MAX_STREAM_ID, ErrorCode.NO_ERROR);
    this.#output.frame(DRAIN_PING.length, FrameType.PING, Flag.NONE, 0);
    this.#output.bytes(DRAIN_PING);
    this.#output.schedule();
  }

  /** Without waiting for anybody; what was written still leaves. */
  destroy(): void {
    this.#output.flush();
    this.#socket.destroySoon();
    this.#closeAnyway();
  }

  dataStart(streamId: number, length: number): void {
    this.#expectGreeted();
    if (this.#assembler.midBlock) throw interrupted();
    this.#receiving = this.#streams.receiving(streamId, length);
  }

  dataBytes(chunk: Buffer, start: number, end: number): void {
    const stream = this.#receiving;
    if (stream && !stream.closed && end > start) stream.events.data(chunk, start, end);
  }

  dataEnd(endOfStream: boolean): void {
    const stream = this.#receiving;
    if (stream && !stream.closed && endOfStream) stream.receivedEnd();
    this.#receiving = undefined;
  }

  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    if (type !== FrameType.SETTINGS) this.#expectGreeted();
    if (type !== FrameType.CONTINUATION && this.#assembler.midBlock) throw interrupted();
    switch (type) {
      case FrameType.HEADERS:
      case FrameType.CONTINUATION: {
        const block = this.#assembler.add(type, flags, streamId, payload);
        if (block) this.#streams.headers(block);
        return;
      }
      case FrameType.SETTINGS:
        this.#settings(flags, streamId, payload);
        return;
      case FrameType.WINDOW_UPDATE:
        expectLength(payload, 4);
        this.#streams.windowUpdate(streamId, payload.readUInt32BE(0) & MAX_WINDOW);
        return;
      case FrameType.RST_STREAM:
        expectLength(payload, 4);
        this.#streams.reset(streamId);
        return;
      case FrameType.PING:
        this.#ping(flags, streamId, payload);
        return;
      case FrameType.PUSH_PROMISE:
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a client cannot push");
      case FrameType.PRIORITY:
        expectStream(streamId);
        expectLength(payload, 5);
        return;
      case FrameType.GOAWAY:
        // The peer opens no more streams; it closes when it has its answers.
        expectNoStream(streamId);
        return;
      default:
    }
  }

  #greet(): void {
    const { maxConcurrentStreams, streamWindow, connectionWindow } = this.#options;
    const settings = [
      [Setting.MAX_CONCURRENT_STREAMS, maxConcurrentStreams],
      [Setting.INITIAL_WINDOW_SIZE, streamWindow],
      [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_BYTES],
    ] as const;
    const payload = Buffer.alloc(settings.length * 6);
    settings.forEach(([setting, value], index) => {
      payload.writeUInt16BE(setting, index * 6);
      payload.writeUInt32BE(value, index * 6 + 2);
    });
    this.#output.frame(payload.length, FrameType.SETTINGS, Flag.NONE, 0);
    this.#output.bytes(payload);
    this.#output.windowUpdate(0, connectionWindow - DEFAULT_WINDOW);
    this.#output.schedule();
  }

  #receive(chunk: Buffer): void {
    if (this.#closing) return;
    this.#output.hold();
    try {
      this.#reader.feed(chunk);
      if (this.#output.flooded) throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "the peer does not read its answers");
    } catch (error) {
      this.#fail(error);
    }
    this.#output.release();
  }

  #settings(flags: number, streamId: number, payload: Buffer): void {
    expectNoStream(streamId);
    if (flags & Flag.ACK) {
      expectLength(payload, 0);
      return;
    }
    if (!this.#greeted) this.#socket.setTimeout(0);
    this.#greeted = true;
    this.#streams.settings(payload);
  }

  #ping(flags: number, streamId: number, payload: Buffer): void {
    expectNoStream(streamId);
    expectLength(payload, 8);
    if ((flags & Flag.ACK) === 0) {
      this.#output.frame(payload.length, FrameType.PING, Flag.ACK, 0);
      this.#output.bytes(payload);
    } else if (payload.equals(DRAIN_PING)) {
      this.#goAway(this.#streams.lastAccepted, ErrorCode.NO_ERROR);
      this.#streams.acceptNoMore();
    }
  }

  #goAway(lastStream: number, code: ErrorCode): void {
    this.#output.frame(8, FrameType.GOAWAY, Flag.NONE, 0);
    this.#output.uint32(lastStream);
    this.#output.uint32(code);
    this.#output.schedule();
  }

  #fail(error: unknown): void {
    this.#options.failed(error);
    this.#goAway(this.#streams.lastAccepted, error instanceof ConnectionError ? error.code : ErrorCode.INTERNAL_ERROR);
    this.#close();
  }

  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#output.flush();
    this.#socket.end();
    this.#closeAnyway();
  }

  /** A peer that neither reads nor closes. */
  #closeAnyway(): void {
    setTimeout(() => this.#socket.destroy(), CLOSE_WITHIN_MS).unref();
  }

  #lost(): void {
    this.#closing = true;
    this.#streams.lost();
  }

  #expectGreeted(): void {
    if (!this.#greeted) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "no SETTINGS first");
  }
}

function interrupted(): ConnectionError {
  return new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a header block was interrupted");
}

function expectLength(payload: Buffer, length: number): void {
  if (payload.length !== length) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `a frame of ${payload.length} bytes`);
}

function expectStream(streamId: number): void {
  if (streamId === 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a frame needs a stream");
}

function expectNoStream(streamId: number): void {
  if (streamId !== 0) throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "a frame of the connection names a stream");
}
