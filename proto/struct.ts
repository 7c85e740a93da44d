import type { google } from "./generated/messages";

export type StructMessage = google.protobuf.Struct.$Properties;
type ValueMessage = google.protobuf.Value.$Properties;

export type StructValue = null | boolean | number | string | StructValue[] | { [key: string]: StructValue };
export type StructObject = { [key: string]: StructValue };

/** The codec stops at 100 nested messages and one JSON level takes two; metadata is flat in practice. */
const MAX_DEPTH = 32;

/** Objects without a prototype: a key named `__proto__` is a key like any other. */
export function fromStruct(message: StructMessage | null | undefined): StructObject {
  const out: StructObject = Object.create(null);
  const fields = message?.fields;
  if (!fields) return out;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value) out[key] = fromValue(value);
  }
  return out;
}

function fromValue(value: ValueMessage): StructValue {
  if (value.stringValue != null) return value.stringValue;
  if (value.numberValue != null) return value.numberValue;
  if (value.boolValue != null) return value.boolValue;
  if (value.structValue != null) return fromStruct(value.structValue);
  if (value.listValue != null) return (value.listValue.values ?? []).map(fromValue);
  return null;
}

/** Leaves out undefined members; throws on what a Struct cannot hold. */
export function toStruct(value: Readonly<Record<string, unknown>>): StructMessage {
  return structAt(value, 0);
}

function structAt(value: object, depth: number): StructMessage {
  if (depth > MAX_DEPTH) throw new RangeError(`metadata is nested deeper than ${MAX_DEPTH} levels`);
  const fields: Record<string, ValueMessage> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) fields[key] = valueAt(member, depth + 1);
  }
  return { fields };
}

function valueAt(value: unknown, depth: number): ValueMessage {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "number":
      return { numberValue: value };
    case "boolean":
      return { boolValue: value };
    case "object":
      if (value === null) return { nullValue: 0 };
      if (depth > MAX_DEPTH) throw new RangeError(`metadata is nested deeper than ${MAX_DEPTH} levels`);
      if (Array.isArray(value)) return { listValue: { values: value.map((item) => valueAt(item, depth + 1)) } };
      return { structValue: structAt(value, depth) };
    default:
      throw new TypeError(`metadata cannot hold a ${typeof value}`);
  }
}
