/** A plugin's configuration as Kong hands it on: checked against the schema, defaults filled in, references resolved. */
import type { KongField } from "../../kong/schema/field";
import { check, fill, recordsRequired } from "./schema/kong-rules";

export interface FillOptions {
  /** Where `{vault://env/…}` looks. */
  readonly env: NodeJS.ProcessEnv;
  /** How a field nobody set is sent. */
  readonly unset: "null" | "absent";
}

type Json = Readonly<Record<string, unknown>>;

/** @throws with all that Kong would find wrong */
export function fillConfig(schema: KongField, given: Json, options: FillOptions): Json {
  const field = { ...recordsRequired(schema), required: true };
  const faults = check(field, given);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  const filled = hand(field, fill(field, given), options);
  return isRecord(filled) ? filled : {};
}

/** A value as the plugin server gets it. A record with references says, beside their values, what they were. */
function hand(field: KongField, value: unknown, options: FillOptions): unknown {
  if (Array.isArray(value)) return value.map((item) => hand(field.elements ?? field, item, options));
  if (!isRecord(value)) return field.referenceable === true ? resolve(value, options.env) : value;
  if (field.type === "map")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hand(field.values ?? field, item, options)]));
  const fields = new Map((field.fields ?? []).flatMap((entry) => Object.entries(entry)));
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const it = fields.get(name);
    if (member === null && options.unset === "absent") return [];
    return [[name, it === undefined ? member : hand(it, member, options)]];
  });
  const refs = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const it = fields.get(name);
    const found = it === undefined ? undefined : references(it, member);
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries(refs.length === 0 ? members : [...members, ["$refs", Object.fromEntries(refs)]]);
}

/** What cannot be resolved becomes an empty string. */
function resolve(value: unknown, env: NodeJS.ProcessEnv): unknown {
  const name = referenceIn(value);
  return name === undefined ? value : (env[name.toUpperCase().replaceAll("-", "_")] ?? "");
}

function referenceIn(value: unknown): string | undefined {
  return typeof value === "string" ? /^\{vault:\/\/env\/([\w-]+)\}$/.exec(value)?.[1] : undefined;
}

/** What Kong remembers of a field's references, in the shape of the field. */
function references(field: KongField, value: unknown): unknown {
  const isReference = (item: unknown): boolean => referenceIn(item) !== undefined;
  if (Array.isArray(value)) return field.elements?.referenceable === true && value.some(isReference) ? value : undefined;
  if (!isRecord(value)) return field.referenceable === true && isReference(value) ? value : undefined;
  const found = field.values?.referenceable === true ? Object.entries(value).filter(([, item]) => isReference(item)) : [];
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
