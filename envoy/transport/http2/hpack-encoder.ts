/**
 * Without compression and without touching the peer's table: a handful of short headers, most of them the same for
 * every stream and therefore encoded once.
 */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    parts.push(LITERAL_NOT_INDEXED, encodeString(name), encodeString(value));
  }
  return Buffer.concat(parts);
}

/** Must open the next header block when the peer made its table smaller than the default. */
export const EMPTY_TABLE = Buffer.of(0x20);

const LITERAL_NOT_INDEXED = Buffer.of(0x00);

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([encodeLength(bytes.length), bytes]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x7f) return Buffer.of(length);
  const out = [0x7f];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}
