import { HpackDecoder } from "./hpack-decoder";
import type { HeaderField } from "./hpack-table";

/** Lower-case names, pseudo headers included; repeated ones joined. Shared between streams: never changed. */
export type RequestHeaders = ReadonlyMap<string, string>;

export const MAX_HEADER_BYTES = 65_536;
const REMEMBERED_BLOCKS = 4;

const PSEUDO = new Set([":method", ":path", ":scheme", ":authority"]);
const REQUIRED = [":method", ":path", ":scheme"];
const CONNECTION_SPECIFIC = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

interface Remembered {
  readonly version: number;
  readonly block: Buffer;
  readonly headers: RequestHeaders;
}

/**
 * One proxy asks for the same thing over and over: after its first requests a block is a few table references, equal to
 * the last one byte for byte. Such blocks are looked up instead of decoded.
 */
export class RequestHeaderReader {
  readonly #decoder = new HpackDecoder();
  readonly #remembered: Remembered[] = [];

  /** Undefined: malformed, which concerns the one stream only. */
  read(block: Buffer): RequestHeaders | undefined {
    const version = this.#decoder.version;
    for (const known of this.#remembered) {
      if (known.version === version && known.block.equals(block)) return known.headers;
    }
    const headers = toRequestHeaders(this.#decoder.decode(block));
    if (headers && this.#decoder.version === version) {
      this.#remembered.unshift({ version, block: Buffer.from(block), headers });
      if (this.#remembered.length > REMEMBERED_BLOCKS) this.#remembered.pop();
    }
    return headers;
  }

  /** Trailers say nothing Graft needs, but the table must see them. */
  skip(block: Buffer): void {
    this.#decoder.decode(block);
  }
}

function toRequestHeaders(fields: readonly HeaderField[]): RequestHeaders | undefined {
  const headers = new Map<string, string>();
  let bytes = 0;
  let regular = false;
  for (const { name, value } of fields) {
    bytes += name.length + value.length;
    if (name.startsWith(":")) {
      if (regular || headers.has(name) || !PSEUDO.has(name)) return undefined;
    } else {
      regular = true;
      if (!isRegularHeader(name, value)) return undefined;
    }
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`);
  }
  if (bytes > MAX_HEADER_BYTES || !REQUIRED.every((name) => headers.get(name))) return undefined;
  return headers;
}

function isRegularHeader(name: string, value: string): boolean {
  if (name === "" || name !== name.toLowerCase() || CONNECTION_SPECIFIC.has(name)) return false;
  return name !== "te" || value === "trailers";
}
