/**
 * JSON objects with a signature as their last member: `{…,"mac":"…"}`. It covers the bytes in front of it as they are, so that nobody
 * has to agree on what canonical JSON is.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { JsonObject } from "../../core/chat";
import { isObject, parseJson } from "../../core/read-json";

/** Base64url of 32 bytes. */
const MAC_LENGTH = 43;
const BEFORE = ',"mac":"';
const BEHIND = '"}';
const TAIL_LENGTH = BEFORE.length + MAC_LENGTH + BEHIND.length;

export interface Sealed {
  readonly text: string;
  readonly mac: string;
}

/** @param json of an object that is not empty, without line breaks */
export function seal(key: Buffer, json: string): Sealed {
  const signed = json.slice(0, -1);
  const mac = macOf(key, signed);
  return { text: signed + BEFORE + mac + BEHIND, mac };
}

/** `undefined` = not signed with this key, or changed since. */
export function unseal(key: Buffer, bytes: Buffer): { readonly value: JsonObject; readonly mac: string } | undefined {
  const signed = bytes.subarray(0, -TAIL_LENGTH);
  const tail = bytes.subarray(signed.length);
  const mac = macOf(key, signed);
  // As text: other texts can stand for the same 32 bytes.
  const expected = Buffer.from(BEFORE + mac + BEHIND);
  if (tail.length !== expected.length || !timingSafeEqual(tail, expected)) return undefined;
  const value = parseJson(`${signed.toString("utf8")}}`);
  return isObject(value) ? { value, mac } : undefined;
}

function macOf(key: Buffer, signed: string | Buffer): string {
  return createHmac("sha256", key).update(signed).digest("base64url");
}
