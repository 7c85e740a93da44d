/** An instance of a JSON Schema (Gemini's upper-case types too), so that tool arguments and structured output fit what was asked. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from "../plugins/core/read-json";

const PLACE_NAME = /city|location|place|town|region|destination/i;
const FORMATS: Readonly<Record<string, string>> = {
  date: "2025-01-31",
  "date-time": "2025-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "PT1H",
  email: "demo@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};
const MAX_DEPTH = 12;
/** Below this depth optional properties are left out, so that recursive schemas end. */
const OPTIONAL_DEPTH = 4;
const MAX_NODES = 2000;

/** Does a schema ask for a place by name at its top level? Such a tool is called once for each place of the prompt. */
export function wantsPlace(schema: JsonObject): boolean {
  return Object.keys(objectAt(schema, "properties") ?? {}).some((name) => PLACE_NAME.test(name));
}

/** `pattern` and `not` are not honoured. @param place what properties named like a place are filled with. */
export function exampleOf(schema: JsonObject, place = "Paris"): unknown {
  return new Example(schema, place).make(schema, "", 0);
}

class Example {
  readonly #root: JsonObject;
  readonly #place: string;
  #nodes = 0;

  constructor(root: JsonObject, place: string) {
    this.#root = root;
    this.#place = place;
  }

  make(schema: unknown, name: string, depth: number): unknown {
    this.#nodes += 1;
    if (!isObject(schema) || depth > MAX_DEPTH || this.#nodes > MAX_NODES) return null;
    const reference = stringAt(schema, "$ref");
    if (reference !== undefined) return this.make(this.#resolve(reference), name, depth + 1);
    for (const key of ["const", "default", "example"]) if (Object.hasOwn(schema, key)) return schema[key];
    const given = [...arrayAt(schema, "enum"), ...arrayAt(schema, "examples")];
    if (given.length > 0) return given[0];
    const variants = [...arrayAt(schema, "anyOf"), ...arrayAt(schema, "oneOf")];
    if (variants.length > 0)
      return this.make(
        variants.find((variant) => typeOf(variant) !== "null"),
        name,
        depth + 1,
      );
    const all = arrayAt(schema, "allOf");
    if (all.length > 0) return this.#merged([{ ...schema, allOf: [] }, ...all], name, depth);
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, name, depth);
      case "number":
      case "integer":
        return numberOf(schema);
      case "boolean":
        return true;
      case "null":
        return null;
      default:
        return this.#string(schema, name);
    }
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const required = arrayAt(schema, "required");
    const names = Object.entries(objectAt(schema, "properties") ?? {});
    const wanted = names.filter(([name]) => depth < OPTIONAL_DEPTH || required.includes(name));
    return Object.fromEntries(wanted.map(([name, property]) => [name, this.make(property, name, depth + 1)]));
  }

  #array(schema: JsonObject, name: string, depth: number): unknown[] {
    const first = arrayAt(schema, "prefixItems").map((item) => this.make(item, name, depth + 1));
    const least = countAt(schema, "minItems") ?? 1;
    const length = Math.min(Math.max(least, first.length), countAt(schema, "maxItems") ?? 64, 64);
    while (first.length < length) first.push(this.make(schema["items"] ?? {}, name, depth + 1));
    return first;
  }

  #string(schema: JsonObject, name: string): string {
    const text = FORMATS[stringAt(schema, "format") ?? ""] ?? (PLACE_NAME.test(name) ? this.#place : `demo ${name}`.trim());
    const least = Math.min(countAt(schema, "minLength") ?? 0, 4096);
    return text.padEnd(least, ".").slice(0, countAt(schema, "maxLength"));
  }

  #merged(schemas: readonly unknown[], name: string, depth: number): unknown {
    const made = schemas.map((schema) => this.make(schema, name, depth + 1));
    const objects = made.filter(isObject);
    return objects.length === 0 ? made[0] : Object.fromEntries(objects.flatMap((value) => Object.entries(value)));
  }

  #resolve(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    let found: unknown = this.#root;
    for (const step of reference.split("/").slice(1)) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }
}

function typeOf(schema: unknown): string {
  if (!isObject(schema)) return "";
  const type = stringAt(schema, "type") ?? arrayAt(schema, "type").find((each) => each !== "null");
  if (typeof type === "string") return type.toLowerCase();
  if (objectAt(schema, "properties") !== undefined) return "object";
  return objectAt(schema, "items") === undefined ? "string" : "array";
}

/** The number in the bounds that is nearest to 1. */
function numberOf(schema: JsonObject): number {
  const least = numberAt(schema, "minimum") ?? (numberAt(schema, "exclusiveMinimum") ?? Number.NEGATIVE_INFINITY) + 1;
  const most = numberAt(schema, "maximum") ?? (numberAt(schema, "exclusiveMaximum") ?? Number.POSITIVE_INFINITY) - 1;
  const value = Math.min(Math.max(1, least), most);
  const step = numberAt(schema, "multipleOf") ?? 0;
  return step > 0 ? Math.ceil(value / step) * step : value;
}

/** A bound on a length; Google writes these as strings. */
function countAt(schema: JsonObject, key: string): number | undefined {
  const value = numberAt(schema, key) ?? parseJson(stringAt(schema, key) ?? "");
  return typeof value === "number" && value >= 0 ? Math.floor(value) : undefined;
}
