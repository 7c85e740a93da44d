/** Bytes kept for later. Grows by doubling from the second piece on, so that many small ones cost linear time and memory. */
const NONE = Buffer.alloc(0);

export class HeldBytes {
  #buffer = NONE;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies: the host may reuse the memory of its chunk. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(this.#length === 0 ? length : 2 * length);
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  /** All of it; the memory is the caller's from here on. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = NONE;
    this.#length = 0;
    return taken;
  }
}
