/** Bytes → entry. What is stored may be of another version, cut off, or not ours at all: then it is no entry. */
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { isObject, parseJson } from "../../core/read-json";
import type { Entry } from "../entry";
import { DEFLATED, ENTRY_VERSION, PLAIN } from "./encode-entry";
import { isComplete } from "./is-complete";
import { isEvent, isSoundUsage } from "./is-event";

const inflate = promisify(inflateRaw);

/** @param maxBytes of the JSON: beyond it, it is not even unpacked. @returns never rejects */
export async function decodeEntry(bytes: Uint8Array, maxBytes: number): Promise<Entry | undefined> {
  const [version, form] = bytes;
  if (version !== ENTRY_VERSION) return undefined;
  const { buffer, byteOffset, length } = bytes.subarray(2);
  const json = await unpacked(form, Buffer.from(buffer, byteOffset, length), maxBytes);
  const value = json === undefined ? undefined : parseJson(json.toString("utf8"));
  return isEntry(value) && isComplete(value.events) ? value : undefined;
}

async function unpacked(form: number | undefined, body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  if (form === PLAIN) return body.length <= maxBytes ? body : undefined;
  if (form !== DEFLATED) return undefined;
  try {
    return await inflate(body, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { events, storedAt, target, usage, nanos, dropped, question } = value;
  return (
    Array.isArray(events) &&
    events.every(isEvent) &&
    typeof storedAt === "number" &&
    Number.isFinite(storedAt) &&
    typeof target === "string" &&
    (usage === undefined || isSoundUsage(usage)) &&
    (nanos === undefined || (typeof nanos === "number" && nanos >= 0 && Number.isFinite(nanos))) &&
    Array.isArray(dropped) &&
    dropped.every((name) => typeof name === "string") &&
    (question === undefined || typeof question === "string")
  );
}
