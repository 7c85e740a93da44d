/** Which headers an operator may add or let through: never those that frame a message or belong to a gateway. */

/** RFC 9110 §5.6.2, lower case. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

const FRAMING = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What is wrong with this name as an extra header, if anything. */
export function headerNameFault(name: string): string | undefined {
  if (!TOKEN.test(name)) return TOKEN.test(name.toLowerCase()) ? "write header names in lower case" : "not a header name";
  if (FRAMING.has(name)) return "this header belongs to the connection, not to the request";
  if (name.startsWith("x-envoy-") || name.startsWith("x-graft-")) return "x-envoy-* and x-graft-* are for the gateway alone";
  return undefined;
}

/** Visible ASCII, blanks and obs-text (RFC 9110 §5.5), no line breaks. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** An API key goes into a header as it is. */
export function isKeyText(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}
