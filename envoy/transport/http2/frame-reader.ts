import { ConnectionError, DEFAULT_MAX_FRAME, ErrorCode, Flag, FRAME_HEADER, FrameType } from "./constants";

/** Told of one frame after the other. The bytes of a DATA frame come as they arrive, without waiting for all of it. */
export interface FrameSink {
  dataStart(streamId: number, length: number): void;
  dataBytes(chunk: Buffer, start: number, end: number): void;
  dataEnd(endOfStream: boolean): void;
  frame(type: number, flags: number, streamId: number, payload: Buffer): void;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Cuts what a socket delivers into frames, however the bytes are split. */
export class FrameReader {
  readonly #sink: FrameSink;
  #prefaceSeen = 0;
  /** The part of a frame header, or of a frame that must be whole, that has arrived. */
  #partial: Buffer = Buffer.alloc(FRAME_HEADER);
  #partialLength = 0;
  /** Set while the rest of a frame is awaited. */
  #inFrame = false;
  #streamsData = false;
  #left = 0;
  #type = 0;
  #flags = 0;
  #streamId = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  feed(chunk: Buffer): void {
    let at = this.#prefaceSeen < PREFACE.length ? this.#preface(chunk) : 0;
    while (at < chunk.length) {
      if (!this.#inFrame) at = this.#header(chunk, at);
      else if (this.#streamsData) at = this.#data(chunk, at);
      else at = this.#payload(chunk, at);
    }
  }

  #preface(chunk: Buffer): number {
    const wanted = PREFACE.subarray(this.#prefaceSeen, this.#prefaceSeen + chunk.length);
    if (!wanted.equals(chunk.subarray(0, wanted.length))) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "the peer does not speak HTTP/2 with prior knowledge");
    }
    this.#prefaceSeen += wanted.length;
    return wanted.length;
  }

  #header(chunk: Buffer, at: number): number {
    if (this.#partialLength === 0 && chunk.length - at >= FRAME_HEADER) {
      this.#begin(chunk, at);
      return at + FRAME_HEADER;
    }
    const next = this.#collect(chunk, at, FRAME_HEADER);
    if (this.#partialLength === FRAME_HEADER) {
      this.#partialLength = 0;
      this.#begin(this.#partial, 0);
    }
    return next;
  }

  #begin(bytes: Buffer, at: number): void {
    const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (length > DEFAULT_MAX_FRAME) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "frame larger than allowed");
    this.#type = bytes[at + 3] as number;
    this.#flags = bytes[at + 4] as number;
    this.#streamId = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    this.#left = length;
    if (this.#type === FrameType.DATA) this.#sink.dataStart(this.#streamId, length);
    this.#streamsData = this.#type === FrameType.DATA && (this.#flags & Flag.PADDED) === 0;
    if (length > 0) {
      this.#inFrame = true;
      if (!this.#streamsData && this.#partial.length < length) this.#partial = Buffer.alloc(length);
    } else if (this.#streamsData) this.#sink.dataEnd((this.#flags & Flag.END_STREAM) !== 0);
    else this.#whole(EMPTY);
  }

  #data(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    this.#sink.dataBytes(chunk, at, end);
    if (this.#left === 0) {
      this.#inFrame = false;
      this.#sink.dataEnd((this.#flags & Flag.END_STREAM) !== 0);
    }
    return end;
  }

  #payload(chunk: Buffer, at: number): number {
    if (this.#partialLength === 0 && chunk.length - at >= this.#left) {
      this.#inFrame = false;
      this.#whole(chunk.subarray(at, at + this.#left));
      return at + this.#left;
    }
    const next = this.#collect(chunk, at, this.#left);
    if (this.#partialLength === this.#left) {
      this.#partialLength = 0;
      this.#inFrame = false;
      this.#whole(this.#partial.subarray(0, this.#left));
    }
    return next;
  }

  #whole(payload: Buffer): void {
    if (this.#type !== FrameType.DATA) {
      this.#sink.frame(this.#type, this.#flags, this.#streamId, payload);
      return;
    }
    const padding = payload[0];
    if (padding === undefined || padding >= payload.length) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "more padding than frame");
    }
    this.#sink.dataBytes(payload, 1, payload.length - padding);
    this.#sink.dataEnd((this.#flags & Flag.END_STREAM) !== 0);
  }

  #collect(chunk: Buffer, at: number, wanted: number): number {
    const end = Math.min(chunk.length, at + wanted - this.#partialLength);
    chunk.copy(this.#partial, this.#partialLength, at, end);
    this.#partialLength += end - at;
    return end;
  }
}

const EMPTY = Buffer.alloc(0);
