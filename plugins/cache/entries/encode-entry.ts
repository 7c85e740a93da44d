/** An entry as bytes: version, form, JSON. */
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import type { Entry } from "../entry";

/** Of what the bytes mean. Others are never read, so it goes up with every change of events that old readers would get wrong. */
export const ENTRY_VERSION = 1;
export const PLAIN = 0;
export const DEFLATED = 1;

/** Less is not worth a trip to another thread. */
const DEFLATE_FROM_BYTES = 4096;

const deflate = promisify(deflateRaw);

/** @param maxBytes of the JSON. @returns undefined: larger than that */
export async function encodeEntry(entry: Entry, maxBytes: number): Promise<Buffer | undefined> {
  const json = Buffer.from(JSON.stringify(entry));
  if (json.length > maxBytes) return undefined;
  if (json.length < DEFLATE_FROM_BYTES) return Buffer.concat([Buffer.of(ENTRY_VERSION, PLAIN), json]);
  return Buffer.concat([Buffer.of(ENTRY_VERSION, DEFLATED), await deflate(json)]);
}
