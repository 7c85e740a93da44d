import { Decoder, Encoder } from "@msgpack/msgpack";
import { BadMessageError } from "./value-scanner";

const REQUEST = 0;
const RESPONSE = 1;
const NOTIFICATION = 2;

/** What a plugin or kong-pdk throws may be of any length and reaches Kong's log and ours. */
const MAX_ERROR_LENGTH = 1024;

export interface RpcRequest {
  readonly id: number;
  readonly method: unknown;
  readonly args: unknown;
}

// One of each for all connections: neither keeps anything between calls but its buffer, which a large message makes grow.
const decoder = new Decoder();
const encoder = new Encoder();

/**
 * `[0, id, method, args]`; undefined for a notification, which gets no answer.
 * @throws Error when there is nothing to answer to
 */
export function decodeRequest(bytes: Buffer): RpcRequest | undefined {
  const message = decoder.decode(bytes);
  if (!Array.isArray(message)) throw new BadMessageError("not a MessagePack-RPC message");
  const [type, id, method, args]: unknown[] = message;
  if (type === NOTIFICATION) return undefined;
  if (type !== REQUEST || !Number.isInteger(id)) throw new BadMessageError("not a MessagePack-RPC request");
  return { id: id as number, method, args };
}

/** @throws Error for what MessagePack cannot hold: functions, symbols, bigints, more than 100 levels */
export function encodeResult(id: number, result: unknown): Uint8Array {
  return encoder.encode([RESPONSE, id, null, result]);
}

export function encodeError(id: number, text: string): Uint8Array {
  return encoder.encode([RESPONSE, id, text, null]);
}

/**
 * Follows, in the same write, the last answer on a connection. Kong reads 4 KiB at a time and takes notifications; nginx does not keep
 * a connection that has something left to read. If we just closed it, Kong could send its next call meanwhile, and lose it.
 */
export const GOODBYE: Uint8Array = encoder.encode([NOTIFICATION, "leaving", " ".repeat(8192)]);

export function errorText(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "unknown error";
  return text.slice(0, MAX_ERROR_LENGTH);
}
