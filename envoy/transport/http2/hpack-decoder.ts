import { ConnectionError, ErrorCode } from "./constants";
import { type HeaderField, HpackTable, TABLE_SIZE } from "./hpack-table";
import { decodeHuffman } from "./huffman";

const MAX_INTEGER = 0x0fffffff;

/** One per connection: blocks must be decoded in the order they arrived, those of refused streams too. */
export class HpackDecoder {
  /** Grows when a block changed the table, so that equal blocks between two changes mean equal headers. */
  version = 0;
  readonly #table = new HpackTable();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  decode(block: Buffer): HeaderField[] {
    this.#bytes = block;
    this.#at = 0;
    this.#end = block.length;
    const fields: HeaderField[] = [];
    while (this.#at < this.#end) {
      const first = block[this.#at] as number;
      if (first & 0x80) fields.push(this.#indexed(this.#integer(0x7f)));
      else if (first & 0x40) fields.push(this.#insert(this.#literal(0x3f)));
      else if (first & 0x20) this.#resize(this.#integer(0x1f), fields.length);
      else fields.push(this.#literal(0x0f));
    }
    return fields;
  }

  #indexed(index: number): HeaderField {
    const field = this.#table.get(index);
    if (field === undefined) throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "header index out of range");
    return field;
  }

  #literal(mask: number): HeaderField {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#indexed(index).name;
    return { name, value: this.#string() };
  }

  #insert(field: HeaderField): HeaderField {
    this.version++;
    this.#table.add(field);
    return field;
  }

  #resize(limit: number, fieldsBefore: number): void {
    if (fieldsBefore > 0) throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "table size change inside a header block");
    if (limit > TABLE_SIZE) throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "table size above the limit");
    this.version++;
    this.#table.resize(limit);
  }

  #string(): string {
    const compressed = ((this.#bytes[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw truncated();
    this.#at = end;
    return compressed ? decodeHuffman(this.#bytes, start, end) : this.#bytes.toString("latin1", start, end);
  }

  /** A prefix of some low bits, then seven bits a byte, lowest first. */
  #integer(mask: number): number {
    if (this.#at >= this.#end) throw truncated();
    let value = (this.#bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let scale = 1; ; scale *= 128) {
      if (this.#at >= this.#end) throw truncated();
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (value > MAX_INTEGER || scale > MAX_INTEGER) {
        throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, "integer too large in a header block");
      }
      if (byte < 0x80) return value;
    }
  }
}

function truncated(): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, "header block ends too early");
}
