import { createHash } from "node:crypto";
import { bytesOf } from "../added-event";

/** Commands to one Redis; texts in answers are buffers. `RedisLink` is one. */
export interface RedisCommands {
  /** @throws GraftError `unavailable`, with what Redis said in its cause */
  call(command: string, ...args: readonly (string | Buffer)[]): Promise<unknown>;
}

/** Partitions and ids may hold anything, and names in queries may not. */
export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** As both kinds of index take vectors: 32-bit floats, little-endian. */
export function blob(vector: Float32Array): Buffer {
  return bytesOf(vector);
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString("utf8") : undefined;
}

/** What Redis sends for numbers with fractions. */
export function numberOf(value: unknown): number | undefined {
  const number = Number(textOf(value) ?? value);
  return Number.isFinite(number) ? number : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A list of keys and values in turn, as RESP2 has maps, and the client those of RESP3. */
export function pairsOf(value: unknown): ReadonlyMap<string | undefined, unknown> {
  const list = listOf(value);
  const pairs = new Map<string | undefined, unknown>();
  for (let at = 0; at + 1 < list.length; at += 2) pairs.set(textOf(list[at]), list[at + 1]);
  return pairs;
}
