import { Buffer } from "node:buffer";
import type { HeaderMap, HeaderValueOption } from "./ext-proc";

const OVERWRITE_IF_EXISTS_OR_ADD = 2;
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/**
 * Headers by name, as Envoy sends them (lower case, pseudo headers included); repeated ones joined as HTTP defines.
 * Latin-1, so that two different byte strings never become the same value.
 */
export function readHeaders(map: HeaderMap | null | undefined): Record<string, string> {
  // No prototype: a header named `__proto__` is a header like any other.
  const out: Record<string, string> = Object.create(null);
  for (const { key, value, rawValue } of map?.headers ?? []) {
    if (!key) continue;
    const text = rawValue?.length ? latin1(rawValue) : (value ?? "");
    const before = out[key];
    out[key] = before === undefined ? text : before + (key === "cookie" ? "; " : ", ") + text;
  }
  return out;
}

function latin1(bytes: Uint8Array): string {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString("latin1");
}

/** Envoy's own default action appends, which is never what a gateway wants. */
export function setHeader(key: string, value: string): HeaderValueOption {
  return { header: { key, rawValue: headerBytes(value) }, appendAction: OVERWRITE_IF_EXISTS_OR_ADD };
}

/** Latin-1 keeps only the low byte of a wider character, which could be a line break, so those go out as UTF-8. */
function headerBytes(value: string): Buffer {
  return Buffer.from(value, BEYOND_LATIN1.test(value) ? "utf8" : "latin1");
}
