/** Finds one's way in a zod schema by the path of a value. */
import { z } from "zod";
import type { Path } from "./issue";

/** Without the wrappers that only say "may be absent". */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = schema.unwrap();
    if (inner instanceof z.ZodType) return unwrap(inner);
  }
  return schema;
}

function step(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const it = unwrap(schema);
  let next: unknown;
  if (it instanceof z.ZodObject) next = Object.hasOwn(it.shape, key) ? Reflect.get(it.shape, key) : undefined;
  else if (it instanceof z.ZodArray) next = it.element;
  else if (it instanceof z.ZodRecord) next = it.valueType;
  return next instanceof z.ZodType ? next : undefined;
}

export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const key of path) at = at === undefined ? undefined : step(at, key);
  return at;
}

/** The keys a mapping may have; empty where any key may stand. */
export function knownKeys(schema: z.ZodType | undefined): readonly string[] {
  const it = schema === undefined ? undefined : unwrap(schema);
  return it instanceof z.ZodObject ? Object.keys(it.shape) : [];
}

export function isSecret(schema: z.ZodType | undefined): boolean {
  return schema !== undefined && unwrap(schema).meta()?.["secret"] === true;
}

/** A copy with every secret replaced by `***`. */
export function mask(schema: z.ZodType, value: unknown): unknown {
  if (isSecret(schema)) return "***";
  if (Array.isArray(value)) return value.map((item, index) => maskAt(schema, index, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskAt(schema, key, item)]));
}

function maskAt(schema: z.ZodType, key: string | number, value: unknown): unknown {
  const inner = step(schema, key);
  return inner === undefined ? value : mask(inner, value);
}
