import { BadMessageError, ValueScanner } from "./value-scanner";

const LEAST_ALLOCATION = 256;

/**
 * Cuts the bytes of a connection into messages, however they were split or joined. A message that arrived in one piece is
 * a view of that piece; others are collected with, over all, two copies of each byte. No buffer is used again, so a
 * message may be kept.
 */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #scanner: ValueScanner;
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#scanner = new ValueScanner(maxBytes);
  }

  /** @throws BadMessageError when more waits to be taken out than one message may have */
  push(chunk: Buffer): void {
    const unread = this.#end - this.#start;
    if (unread === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#scanner.restart(0);
      return;
    }
    if (unread > this.#maxBytes) throw new BadMessageError(`more than ${this.#maxBytes} bytes sent ahead`);
    if (this.#bytes.length - this.#end < chunk.length) this.#grow(unread, chunk.length);
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next whole message, if it is here.
   * @throws BadMessageError when it is not MessagePack or too large
   */
  next(): Buffer | undefined {
    if (this.#start === this.#end || !this.#scanner.advance(this.#bytes, this.#end)) return undefined;
    const message = this.#bytes.subarray(this.#start, this.#scanner.end);
    this.#start = this.#scanner.end;
    this.#scanner.restart(this.#start);
    if (this.#start === this.#end) this.#bytes = EMPTY;
    return message;
  }

  #grow(unread: number, more: number): void {
    const larger = Buffer.allocUnsafe(Math.max(LEAST_ALLOCATION, 2 * unread, unread + more));
    this.#bytes.copy(larger, 0, this.#start, this.#end);
    this.#scanner.rebase();
    this.#bytes = larger;
    this.#start = 0;
    this.#end = unread;
  }
}

const EMPTY = Buffer.alloc(0);
