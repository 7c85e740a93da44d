/** Strict reading of client JSON: wrong types are errors in OpenAI's words that name the field. `null` reads as absent. */
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { isObject } from "../../core/read-json";

/** The own value of a field, `undefined` for null as well: clients send null for every optional they leave out. */
export function field(value: JsonObject, key: string): unknown {
  return Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
}

export function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

export function optionalString(value: JsonObject, key: string, path = ""): string | undefined {
  const found = field(value, key);
  if (found === undefined || typeof found === "string") return found;
  throw wrongType(below(path, key), "a string", found);
}

export function requiredString(value: JsonObject, key: string, path = ""): string {
  const found = optionalString(value, key, path);
  if (found === undefined) throw missing(below(path, key));
  return found;
}

export function optionalNumber(value: JsonObject, key: string, path = ""): number | undefined {
  const found = field(value, key);
  // JSON can spell numbers that are infinite here ("1e999"); they would be re-serialised as null.
  if (found === undefined || (typeof found === "number" && Number.isFinite(found))) return found;
  throw wrongType(below(path, key), "a number", found);
}

export function optionalInteger(value: JsonObject, key: string, min = Number.NEGATIVE_INFINITY, path = ""): number | undefined {
  const found = field(value, key);
  if (found === undefined) return undefined;
  const name = below(path, key);
  if (typeof found !== "number" || !Number.isInteger(found)) throw wrongType(name, "an integer", found);
  if (found >= min) return found;
  throw bad(
    name,
    `Invalid '${name}': integer below minimum value. Expected a value >= ${min}, but got ${found} instead.`,
    "integer_below_min_value",
  );
}

export function optionalBoolean(value: JsonObject, key: string, path = ""): boolean | undefined {
  const found = field(value, key);
  if (found === undefined || typeof found === "boolean") return found;
  throw wrongType(below(path, key), "a boolean", found);
}

export function optionalObject(value: JsonObject, key: string, path = ""): JsonObject | undefined {
  const found = field(value, key);
  if (found === undefined || isObject(found)) return found;
  throw wrongType(below(path, key), "an object", found);
}

export function requiredObject(value: JsonObject, key: string, path = ""): JsonObject {
  const found = optionalObject(value, key, path);
  if (found === undefined) throw missing(below(path, key));
  return found;
}

/** The items of a list of objects with their paths; an absent list is empty. */
export function objectList(value: JsonObject, key: string, path = ""): (readonly [item: JsonObject, path: string])[] {
  const found = field(value, key);
  if (found === undefined) return [];
  const name = below(path, key);
  if (!Array.isArray(found)) throw wrongType(name, "an array of objects", found);
  return found.map((item: unknown, at) => {
    if (!isObject(item)) throw wrongType(`${name}[${at}]`, "an object", item);
    return [item, `${name}[${at}]`] as const;
  });
}

/**
 * The members that `known` does not name; `undefined` when there are none. Keeps `__proto__` as a key like any other.
 * @throws GraftError as `refuseLookalikes`
 */
export function unknownMembers(value: JsonObject, known: ReadonlySet<string>, path = ""): JsonObject | undefined {
  refuseLookalikes(value, known, path);
  const entries = Object.entries(value).filter(([key]) => !known.has(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The members unknown beside `type` and the object `inner`, and below its name those unknown inside it. */
export function unknownAround(
  value: JsonObject,
  inner: string,
  known: ReadonlySet<string>,
  path: string,
  beside: readonly string[] = [],
): JsonObject | undefined {
  const outside = unknownMembers(value, new Set(["type", inner, ...beside]), path);
  const object = optionalObject(value, inner, path);
  const inside = object === undefined ? undefined : unknownMembers(object, known, below(path, inner));
  return inside === undefined ? outside : { ...outside, [inner]: inside };
}

/**
 * Servers in Go match names without regard to case, the last one winning: beside `model`, a `Model` that nobody here reads would be
 * what they read. The same goes for letters that fold to ASCII ones (`meſſages`).
 * @throws GraftError `bad_request` for a name that is one of `known` but for its case
 */
export function refuseLookalikes(value: JsonObject, known: ReadonlySet<string>, path = ""): void {
  for (const key in value) {
    if (known.has(key) || !known.has(foldCase(key))) continue;
    const name = below(path, key);
    throw bad(name, `Unknown parameter: '${name}'. Names are case-sensitive.`, "unknown_parameter");
  }
}

/** Both ways: only so do `ſ` and the Kelvin sign become `s` and `k`. */
export function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}

export function missing(param: string): GraftError {
  return bad(param, `Missing required parameter: '${param}'.`, "missing_required_parameter");
}

export function wrongType(param: string, expected: string, found: unknown): GraftError {
  return bad(param, `Invalid type for '${param}': expected ${expected}, but got ${typeName(found)} instead.`, "invalid_type");
}

export function wrongValue(param: string, found: string, supported: readonly string[]): GraftError {
  const quoted = supported.map((value) => `'${value}'`);
  const list = quoted.length === 1 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")}, and ${quoted.at(-1)}`;
  return bad(param, `Invalid value: '${found.slice(0, 100)}'. Supported values are: ${list}.`, "invalid_value");
}

export function conflicting(param: string, other: string): GraftError {
  return bad(param, `Setting '${other}' and '${param}' at the same time is not supported.`, "invalid_parameter_combination");
}

export function emptyArray(param: string): GraftError {
  const message = `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
  return bad(param, message, "empty_array");
}

function bad(param: string, message: string, code: string): GraftError {
  return new GraftError("bad_request", message, { param, code });
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal number";
  return typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}
