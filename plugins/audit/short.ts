/** As models may have, and issuers with their subjects. */
const LONGEST = 1024;

/** A name that somebody else has made, no longer than names are, and without halves of characters. */
export function short(text: string): string;
export function short(text: string | undefined): string | undefined;
export function short(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST).replace(/[\0\ud800-\udfff]/gu, "\ufffd");
}

/** The first bytes of a text, without half a character at the end. */
export function firstText(bytes: Buffer, most: number): string {
  if (bytes.length <= most) return bytes.toString("utf8");
  let end = most;
  // UTF-8: bytes 10xxxxxx continue a character (RFC 3629 §3).
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
