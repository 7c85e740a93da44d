/**
 * Takes back what Kong has done to a configuration on its way here, so that what remains is what somebody wrote: defaults are
 * filled in, what is absent is null, and an empty list and an empty mapping are the same to Lua.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Container, isContainer } from "../plugins/config/config-tree";
import type { Finding, Path } from "../plugins/config/issue";
import { isSecret, unwrap } from "../plugins/config/schema-walk";

export interface AsWritten {
  readonly value: unknown;
  readonly faults: readonly Finding[];
}

/** Which plugin this is and where it stands: Kong writes it into every configuration, beside what the schema knows. */
const KONGS_OWN = new Set(["route_id", "service_id", "consumer_id", "consumer_group_id", "plugin_instance_name", "ordering"]);

/** References to vaults, as they were before Kong put the secrets in: beside them, in every record. */
const REFERENCES = "$refs";

/** @param schema of the whole configuration */
export function asWritten(schema: z.ZodType, received: unknown): AsWritten {
  const faults: Finding[] = [];
  return { value: written(schema, withoutKongsOwn(received), [], faults), faults };
}

function withoutKongsOwn(received: unknown): unknown {
  if (!isContainer(received) || Array.isArray(received)) return received;
  return Object.fromEntries(Object.entries(received).filter(([key]) => !KONGS_OWN.has(key) && !key.startsWith("__")));
}

function written(schema: z.ZodType, value: unknown, path: Path, faults: Finding[]): unknown {
  const it = unwrap(schema);
  if (it instanceof z.ZodObject) return isRecordLike(value) ? record(it, value, path, faults) : value;
  if (it instanceof z.ZodRecord) return isRecordLike(value) ? map(it, value, path, faults) : value;
  if (it instanceof z.ZodArray) return isListLike(value) ? list(it, value, path, faults) : value;
  if (value === "" && isSecret(it) && !it.safeParse("").success) faults.push(fault(path, "value", UNRESOLVED));
  return value;
}

const UNRESOLVED = "is empty: Kong found no secret where its vault reference points";

function fault(path: Path, at: Finding["at"], message: string): Finding {
  return { severity: "error", path, at, message };
}

function record(schema: z.ZodObject, value: Container, path: Path, faults: Finding[]): Container {
  const kept = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (key === REFERENCES || inner === null) return [];
    const field: unknown = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (!(field instanceof z.ZodType)) return [[key, inner]];
    const now = written(field, inner, [...path, key], faults);
    return isDefault(field, now) ? [] : [[key, now]];
  });
  return Object.fromEntries(kept);
}

function map(schema: z.ZodRecord, value: Container, path: Path, faults: Finding[]): Container {
  const kept = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const at = [...path, key];
    // zod would pass over it in silence.
    if (key === "__proto__") faults.push(fault(at, "key", "a key must not be called __proto__"));
    return key === "__proto__" ? [] : [[key, inside(schema.valueType, inner, at, faults)]];
  });
  return Object.fromEntries(kept);
}

function list(schema: z.ZodArray, value: Container, path: Path, faults: Finding[]): unknown[] {
  const items = Array.isArray(value) ? value : [];
  return items.map((item, index) => inside(schema.element, item, [...path, index], faults));
}

function inside(schema: unknown, value: unknown, path: Path, faults: Finding[]): unknown {
  return schema instanceof z.ZodType ? written(schema, value, path, faults) : value;
}

/** Nobody can tell whether it was written; it makes no difference. */
function isDefault(schema: z.ZodType, value: unknown): boolean {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return false;
  const parsed = schema.safeParse(value);
  return parsed.success && isDeepStrictEqual(parsed.data, schema.parse(undefined));
}

function isRecordLike(value: unknown): value is Container {
  return isContainer(value) && (!Array.isArray(value) || value.length === 0);
}

function isListLike(value: unknown): value is Container {
  return isContainer(value) && (Array.isArray(value) || Object.keys(value).length === 0);
}
