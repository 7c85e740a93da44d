/** The few kinds of leaf the schema is made of. Each maps to one Kong field: no unions, transforms or refinements here. */
import { z } from "zod";

const DAY_MS = 86_400_000;
/** Fits every integer it may be written into, Envoy's 32-bit ones included. */
const MAX_BYTES = 2_147_483_647;

export function text(description: string) {
  return z.string().min(1).max(4096).describe(description);
}

/** A value that must not be shown: masked in issues, `writeOnly` in the JSON Schema, referenceable in Kong. */
export function secret(description: string) {
  return z.string().min(1).max(65_536).meta({ secret: true, description });
}

export function durationMs(description: string) {
  return z.int().min(1).max(DAY_MS).describe(`${description} Milliseconds.`);
}

export function sizeBytes(description: string) {
  return z.int().min(1024).max(MAX_BYTES).describe(`${description} Bytes.`);
}

export function flag(description: string, value: boolean) {
  return z.boolean().default(value).describe(description);
}

export function names(description: string) {
  return z.array(z.string().min(1).max(256)).default([]).describe(description);
}
