/** RFC 7541, appendix A, in order; index 1 is the first. */
const STATIC: readonly (readonly [name: string, value: string])[] = [
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language", ""],
  ["accept-ranges", ""],
  ["accept", ""],
  ["access-control-allow-origin", ""],
  ["age", ""],
  ["allow", ""],
  ["authorization", ""],
  ["cache-control", ""],
  ["content-disposition", ""],
  ["content-encoding", ""],
  ["content-language", ""],
  ["content-length", ""],
  ["content-location", ""],
  ["content-range", ""],
  ["content-type", ""],
  ["cookie", ""],
  ["date", ""],
  ["etag", ""],
  ["expect", ""],
  ["expires", ""],
  ["from", ""],
  ["host", ""],
  ["if-match", ""],
  ["if-modified-since", ""],
  ["if-none-match", ""],
  ["if-range", ""],
  ["if-unmodified-since", ""],
  ["last-modified", ""],
  ["link", ""],
  ["location", ""],
  ["max-forwards", ""],
  ["proxy-authenticate", ""],
  ["proxy-authorization", ""],
  ["range", ""],
  ["referer", ""],
  ["refresh", ""],
  ["retry-after", ""],
  ["server", ""],
  ["set-cookie", ""],
  ["strict-transport-security", ""],
  ["transfer-encoding", ""],
  ["user-agent", ""],
  ["vary", ""],
  ["via", ""],
  ["www-authenticate", ""],
];

export const TABLE_SIZE = 4096;
const ENTRY_OVERHEAD = 32;

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

const STATIC_FIELDS: readonly HeaderField[] = STATIC.map(([name, value]) => ({ name, value }));

/** The decoder's side of the table that both ends of a connection keep in step. */
export class HpackTable {
  /** Oldest first; entries before `#first` are gone. */
  #entries: (HeaderField | undefined)[] = [];
  #first = 0;
  #size = 0;
  #limit = TABLE_SIZE;

  get(index: number): HeaderField | undefined {
    if (index <= STATIC_FIELDS.length) return STATIC_FIELDS[index - 1];
    const at = this.#entries.length - (index - STATIC_FIELDS.length);
    return at < this.#first ? undefined : this.#entries[at];
  }

  add(field: HeaderField): void {
    const size = sizeOf(field);
    this.#evictTo(this.#limit - size);
    if (size > this.#limit) return;
    this.#entries.push(field);
    this.#size += size;
  }

  resize(limit: number): void {
    this.#limit = limit;
    this.#evictTo(limit);
  }

  #evictTo(size: number): void {
    while (this.#size > size && this.#first < this.#entries.length) {
      this.#size -= sizeOf(this.#entries[this.#first] as HeaderField);
      this.#entries[this.#first++] = undefined;
    }
    if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** Latin-1 strings: one character is one byte. */
function sizeOf(field: HeaderField): number {
  return field.name.length + field.value.length + ENTRY_OVERHEAD;
}
