/**
 * JSON.parse makes a card number of 19 digits another one: it has 53 bits. What such a number was is in the request's bytes.
 */
import type { JsonSource } from "../core/json-source";
import { jsonTokens } from "./json-text";

/** As they were parsed → as they were written; of two that became one, the first. */
export type ExactNumbers = ReadonlyMap<number, string>;

export function exactNumbers({ bytes }: JsonSource): ExactNumbers {
  const text = bytes.toString("utf8");
  const found = new Map<number, string>();
  for (const { kind, start, end } of jsonTokens(text) ?? []) {
    if (kind !== "number") continue;
    const written = text.slice(start, end);
    const value = Number(written);
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER && !found.has(value)) found.set(value, written);
  }
  return found;
}

/** JSON with its numbers as they were written. */
export function spellExactly(json: string, exact: ExactNumbers): string {
  if (exact.size === 0) return json;
  let out = "";
  let done = 0;
  for (const { kind, start, end } of jsonTokens(json) ?? []) {
    const written = kind === "number" ? exact.get(Number(json.slice(start, end))) : undefined;
    if (written === undefined) continue;
    out += json.slice(done, start) + written;
    done = end;
  }
  return out + json.slice(done);
}
