import type { ByteBudget } from "./byte-budget";
import { GrpcCode, GrpcError } from "./status";

/** A flag byte and the length, before every message. */
export const MESSAGE_PREFIX = 5;

/** Memory follows what arrives, not what a peer says will arrive. */
const FIRST_ALLOCATION = 1 << 20;

/**
 * Cuts the bytes of a stream into messages, however they are split. A message that arrived in one piece is a view of
 * that piece; others are put together with one copy.
 */
export class MessageDecoder {
  readonly #maxBytes: number;
  readonly #budget: ByteBudget;
  #piece: Buffer = EMPTY;
  #at = 0;
  #end = 0;
  /** Pieces that came while `#piece` was still in use. */
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  readonly #prefix = Buffer.alloc(MESSAGE_PREFIX);
  #prefixLength = 0;
  #message: Buffer | undefined;
  #wanted = 0;
  #filled = 0;

  constructor(maxBytes: number, budget: ByteBudget) {
    this.#maxBytes = maxBytes;
    this.#budget = budget;
  }

  /** Bytes pushed and not yet taken out or put into a message. */
  get unread(): number {
    return this.#end - this.#at + this.#backlogBytes;
  }

  /** The stream must not end here. */
  get midMessage(): boolean {
    return this.#message !== undefined || this.#prefixLength > 0 || this.unread > 0;
  }

  push(chunk: Buffer, start: number, end: number): void {
    if (this.unread === 0) {
      this.#piece = chunk;
      this.#at = start;
      this.#end = end;
      return;
    }
    // A copy, because a small piece would keep the whole network buffer alive for as long as it waits.
    this.#backlog.push(Buffer.from(chunk.subarray(start, end)));
    this.#backlogBytes += end - start;
  }

  /** The next whole message, if it is here. */
  next(): Buffer | undefined {
    while (this.#at < this.#end || this.#nextPiece()) {
      if (this.#message === undefined) {
        const whole = this.#start();
        if (whole) return whole;
      } else if (this.#fill()) return this.#take();
    }
    return this.#message !== undefined && this.#filled === this.#wanted ? this.#take() : undefined;
  }

  discard(): void {
    if (this.#message) this.#budget.give(this.#message.length);
    this.#message = undefined;
    this.#prefixLength = 0;
    this.#piece = EMPTY;
    this.#at = 0;
    this.#end = 0;
    this.#backlog = [];
    this.#backlogBytes = 0;
  }

  #nextPiece(): boolean {
    const piece = this.#backlog.shift();
    this.#piece = piece ?? EMPTY;
    this.#at = 0;
    this.#end = this.#piece.length;
    this.#backlogBytes -= this.#end;
    return piece !== undefined;
  }

  #start(): Buffer | undefined {
    if (this.#prefixLength === 0 && this.#end - this.#at >= MESSAGE_PREFIX) {
      const length = this.#check(this.#piece, this.#at);
      const start = this.#at + MESSAGE_PREFIX;
      this.#at = start;
      if (this.#end - start < length) {
        this.#allocate(length);
        return undefined;
      }
      this.#at = start + length;
      return this.#piece.subarray(start, start + length);
    }
    const taken = Math.min(MESSAGE_PREFIX - this.#prefixLength, this.#end - this.#at);
    this.#piece.copy(this.#prefix, this.#prefixLength, this.#at, this.#at + taken);
    this.#prefixLength += taken;
    this.#at += taken;
    if (this.#prefixLength === MESSAGE_PREFIX) {
      this.#prefixLength = 0;
      this.#allocate(this.#check(this.#prefix, 0));
    }
    return undefined;
  }

  #check(bytes: Buffer, at: number): number {
    const flag = bytes[at];
    if (flag === 1) throw new GrpcError(GrpcCode.UNIMPLEMENTED, "compressed messages are not supported");
    if (flag !== 0) throw new GrpcError(GrpcCode.INTERNAL, "bad message prefix");
    const length = bytes.readUInt32BE(at + 1);
    if (length > this.#maxBytes) {
      throw new GrpcError(GrpcCode.RESOURCE_EXHAUSTED, `message of ${length} bytes; at most ${this.#maxBytes} are accepted`);
    }
    return length;
  }

  #allocate(length: number): void {
    this.#wanted = length;
    this.#filled = 0;
    this.#message = this.#reserve(Math.min(length, FIRST_ALLOCATION));
  }

  #fill(): boolean {
    let message = this.#message as Buffer;
    const taken = Math.min(this.#wanted - this.#filled, this.#end - this.#at);
    if (this.#filled + taken > message.length) {
      const larger = this.#reserve(Math.min(this.#wanted, Math.max(message.length * 2, this.#filled + taken)));
      message.copy(larger, 0, 0, this.#filled);
      this.#budget.give(message.length);
      this.#message = larger;
      message = larger;
    }
    this.#piece.copy(message, this.#filled, this.#at, this.#at + taken);
    this.#filled += taken;
    this.#at += taken;
    return this.#filled === this.#wanted;
  }

  #reserve(bytes: number): Buffer {
    if (!this.#budget.take(bytes)) throw new GrpcError(GrpcCode.RESOURCE_EXHAUSTED, "too many message bytes in flight");
    return Buffer.allocUnsafe(bytes);
  }

  #take(): Buffer {
    const message = this.#message as Buffer;
    this.#budget.give(message.length);
    this.#message = undefined;
    return message;
  }
}

const EMPTY = Buffer.alloc(0);
