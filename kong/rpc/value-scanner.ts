/** The peer does not speak MessagePack-RPC, or too much of it: nothing further on its connection can be understood. */
export class BadMessageError extends Error {
  override readonly name = "BadMessageError";
}

/** By type byte: the head and what follows where its size is fixed, in bytes; 0 = no such type. */
const SIZE = new Uint8Array(256).fill(1);
/** Bytes of the length that follows the type byte. They are counted in `SIZE` as well. */
const LENGTH_FIELD = new Uint8Array(256);
/** Values inside a container without a length field. */
const CHILDREN = new Uint8Array(256);
/** Values for each unit of the length field; 0 = it counts bytes. */
const CHILDREN_PER_UNIT = new Uint8Array(256);

for (let n = 0; n < 16; n += 1) {
  CHILDREN[0x80 + n] = 2 * n;
  CHILDREN[0x90 + n] = n;
}
for (let n = 0; n < 32; n += 1) SIZE[0xa0 + n] = 1 + n;
SIZE[0xc1] = 0;
// float 32, 64; uint 8 to 64; int 8 to 64; fixext 1 to 16
SIZE.set([5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 3, 4, 6, 10, 18], 0xca);
// bin 8 to 32; ext 8 to 32, which have a byte for the kind
SIZE.set([2, 3, 5, 3, 4, 6], 0xc4);
LENGTH_FIELD.set([1, 2, 4, 1, 2, 4], 0xc4);
// str 8 to 32; array 16, 32; map 16, 32
SIZE.set([2, 3, 5, 3, 5, 3, 5], 0xd9);
LENGTH_FIELD.set([1, 2, 4, 2, 4, 2, 4], 0xd9);
CHILDREN_PER_UNIT.set([1, 1, 2, 2], 0xdc);

/**
 * Finds the end of a MessagePack value without building it. Containers need no stack: it is enough to count the values
 * still to come. It goes on where it stopped, so no byte is looked at twice however the value is cut.
 */
export class ValueScanner {
  readonly #maxBytes: number;
  #start = 0;
  #at = 0;
  #missing = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Where the value ends, once `advance` has found out. */
  get end(): number {
    return this.#at;
  }

  restart(at: number): void {
    this.#start = at;
    this.#at = at;
    this.#missing = 1;
  }

  /** The bytes have moved: what was at the start of the value is at 0. */
  rebase(): void {
    this.#at -= this.#start;
    this.#start = 0;
  }

  /**
   * True once the value lies wholly before `end`.
   * @throws BadMessageError for a type byte that does not exist, and for a value that is or must become too large
   */
  advance(bytes: Buffer, end: number): boolean {
    let at = this.#at;
    let missing = this.#missing;
    while (missing > 0 && at < end) {
      const type = bytes[at] as number;
      const size = SIZE[type] as number;
      const field = LENGTH_FIELD[type] as number;
      if (size === 0) throw new BadMessageError("not MessagePack");
      if (at + 1 + field > end) break;
      const length = field === 0 ? 0 : bytes.readUIntBE(at + 1, field);
      const perUnit = CHILDREN_PER_UNIT[type] as number;
      at += perUnit === 0 ? size + length : size;
      missing += (CHILDREN[type] as number) + perUnit * length - 1;
    }
    this.#at = at;
    this.#missing = missing;
    // Each missing value is at least one byte.
    if (at + missing - this.#start > this.#maxBytes) throw new BadMessageError(`a message of more than ${this.#maxBytes} bytes`);
    return missing === 0 && at <= end;
  }
}
