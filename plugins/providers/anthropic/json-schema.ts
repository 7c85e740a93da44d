/**
 * JSON Schema → the part of it that Anthropic compiles into a grammar (`output_config.format`, strict tools). Constraints outside of
 * that part go into the description, where the model still reads them.
 */
import type { JsonObject } from "../../core/chat";
import { isObject } from "../../core/read-json";

export interface AdaptedSchema {
  readonly schema: JsonObject;
  /** A constraint is only a description now. */
  readonly weakened: boolean;
  /** What the documented limits count: properties that are not required, and values of several types. */
  readonly optional: number;
  readonly unions: number;
}

const MAX_DEPTH = 40;
/** A grammar of more parts than this is refused as too complex anyway; also bounds the walk along the references. */
const MAX_SCHEMAS = 1000;
const FORMATS = ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];
const COPIED = ["type", "title", "description", "default"];
/** Without meaning for the answer, or looked at when the object is closed. */
const IGNORED = ["$schema", "$id", "$comment", "$anchor", "additionalProperties", "patternProperties"];

/** @returns `undefined` where the grammar would refuse the schema (recursion, foreign references) or lose data (open objects). */
export function adaptSchema(schema: JsonObject): AdaptedSchema | undefined {
  const adapter = new Adapter();
  try {
    const adapted = adapter.schema(schema, 0);
    return adapter.isRecursive()
      ? undefined
      : { schema: adapted, weakened: adapter.weakened, optional: adapter.optional, unions: adapter.unions };
  } catch (thrown) {
    if (thrown instanceof NotExpressible) return undefined;
    throw thrown;
  }
}

class NotExpressible extends Error {}

class Adapter {
  weakened = false;
  optional = 0;
  unions = 0;
  /** Definition → the definitions it refers to; the root schema is "". */
  readonly #references = new Map<string, Set<string>>([["", new Set()]]);
  #inside = "";
  #schemas = 0;

  schema(value: unknown, depth: number): JsonObject {
    // `true` and `{}` allow anything, which a closed grammar cannot say.
    this.#schemas += 1;
    if (!isObject(value) || depth > MAX_DEPTH || this.#schemas > MAX_SCHEMAS) throw new NotExpressible();
    const out: Record<string, unknown> = {};
    const moved: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (COPIED.includes(key)) out[key] = item;
      else if (!IGNORED.includes(key)) this.#keyword(out, moved, value, key, item, depth);
    }
    if (isObjectSchema(value)) this.#close(out, value);
    if (out["type"] === undefined && !["$ref", "enum", "const", "anyOf", "allOf"].some((key) => key in out))
      throw new NotExpressible();
    if (Array.isArray(out["type"]) || out["anyOf"] !== undefined) this.unions += 1;
    if (moved.length > 0) {
      this.weakened = true;
      const said = `{${moved.map(([key, item]) => `${key}: ${JSON.stringify(item)}`).join(", ")}}`;
      out["description"] = typeof out["description"] === "string" ? `${out["description"]}\n\n${said}` : said;
    }
    return out;
  }

  isRecursive(): boolean {
    const open = new Set<string>();
    const done = new Set<string>();
    const visit = (name: string): boolean => {
      if (open.has(name)) return true;
      if (done.has(name)) return false;
      open.add(name);
      const recursive = [...(this.#references.get(name) ?? [])].some(visit);
      open.delete(name);
      done.add(name);
      return recursive;
    };
    return visit("");
  }

  #keyword(
    out: Record<string, unknown>,
    moved: [string, unknown][],
    all: JsonObject,
    key: string,
    item: unknown,
    depth: number,
  ): void {
    switch (key) {
      case "$ref":
        out[key] = this.#reference(item);
        return;
      case "$defs":
      case "definitions":
        out[key] = this.#definitions(item, key, depth);
        return;
      case "properties":
        out[key] = mapObject(item, (property) => this.schema(property, depth + 1));
        return;
      case "required":
        out[key] = item;
        return;
      case "items":
        out[key] = this.schema(item, depth + 1);
        return;
      case "anyOf":
      case "allOf":
        out[key] = this.#list(item, key, depth);
        return;
      case "oneOf":
        // "Exactly one of" cannot be checked while the model writes; "one of" can.
        if (all["anyOf"] !== undefined) throw new NotExpressible();
        out["anyOf"] = this.#list(item, key, depth);
        return;
      case "enum":
        if (Array.isArray(item) && item.every(isPrimitive)) out[key] = item;
        else throw new NotExpressible();
        return;
      case "const":
        if (isPrimitive(item)) out[key] = item;
        else throw new NotExpressible();
        return;
      case "format":
        if (typeof item === "string" && FORMATS.includes(item)) out[key] = item;
        else moved.push([key, item]);
        return;
      case "minItems":
        if (item === 0 || item === 1) out[key] = item;
        else moved.push([key, item]);
        return;
      default:
        moved.push([key, item]);
    }
  }

  #close(out: Record<string, unknown>, schema: JsonObject): void {
    const extra = schema["additionalProperties"];
    const patterns = schema["patternProperties"];
    // A map: closing the object would leave the model nothing to write but {}.
    if (extra === true || isObject(extra) || (isObject(patterns) && Object.keys(patterns).length > 0)) throw new NotExpressible();
    if (!isObject(schema["properties"]) && extra !== false) throw new NotExpressible();
    out["additionalProperties"] = false;
    const required = new Set<unknown>(Array.isArray(schema["required"]) ? schema["required"] : []);
    const names = isObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
    this.optional += names.filter((name) => !required.has(name)).length;
  }

  #list(item: unknown, key: string, depth: number): JsonObject[] {
    if (!Array.isArray(item) || item.length === 0) throw new NotExpressible();
    // Documented: `allOf` with `$ref` is not supported.
    if (key === "allOf" && item.some((it) => isObject(it) && it["$ref"] !== undefined)) throw new NotExpressible();
    return item.map((it) => this.schema(it, depth + 1));
  }

  #reference(item: unknown): string {
    if (typeof item !== "string" || !/^#\/(?:\$defs|definitions)\/[^/]+$/.test(item)) throw new NotExpressible();
    this.#references.get(this.#inside)?.add(item);
    return item;
  }

  #definitions(item: unknown, key: string, depth: number): JsonObject {
    return mapObject(item, (definition, name) => {
      const outer = this.#inside;
      this.#inside = `#/${key}/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`;
      this.#references.set(this.#inside, new Set());
      const adapted = this.schema(definition, depth + 1);
      this.#inside = outer;
      return adapted;
    });
  }
}

function isObjectSchema(schema: JsonObject): boolean {
  const type = schema["type"];
  return type === "object" || (Array.isArray(type) && type.includes("object")) || isObject(schema["properties"]);
}

function isPrimitive(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function mapObject(value: unknown, map: (item: unknown, key: string) => JsonObject): JsonObject {
  if (!isObject(value)) throw new NotExpressible();
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) define(out, key, map(item, key));
  return out;
}

/** Property names are the client's: a plain assignment of `__proto__` would set the prototype. */
function define(out: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
}
