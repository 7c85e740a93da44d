/**
 * A client's JSON Schema as Gemini's JSON Schema fields (`parametersJsonSchema`, `responseJsonSchema`) read it. These take the
 * schema as a plain value and ignore keywords they do not know, while the older `parameters` and `responseSchema` answer each unknown
 * keyword with an error: so nothing is cut away here. Rewritten is only what these fields refuse, or would read as less than it says:
 * references (must point into the root's `$defs`, nothing may stand beside them), `const`, exclusive bounds of integers, OpenAPI's
 * `nullable`, tuples in the old style, `allOf` around a single schema.
 */
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { isObject } from "../../core/read-json";

/** Far beyond what Gemini accepts itself; they bound our own work on hostile schemas. */
const MAX_DEPTH = 64;
const MAX_NODES = 20_000;

const ONE = new Set([
  "items",
  "additionalItems",
  "additionalProperties",
  "not",
  "contains",
  "if",
  "then",
  "else",
  "propertyNames",
]);
const LIST = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAP = new Set(["properties", "patternProperties", "dependentSchemas"]);
/** `$defs` are rebuilt from the references that need them; the others carry no meaning for a model. */
const LEFT_OUT = new Set(["$defs", "definitions", "$schema", "$comment"]);

/** Kept as they are; the rest is numbered, `schema_0`, so numbers are never kept. */
const PLAIN_NAME = /^(?!schema_\d)[A-Za-z_][\w.-]{0,63}$/;

export interface AdaptedSchema {
  readonly schema: JsonObject;
  /** Some of it could not be kept: a reference that leads nowhere in this document, or nesting beyond the bound. */
  readonly lossy: boolean;
}

/** @throws GraftError `bad_request` when the schema is too large. */
export function adaptSchema(root: JsonObject, param: string): AdaptedSchema {
  return new Adapter(root, param).adapt();
}

type Entry = readonly [string, unknown];

class Adapter {
  readonly #root: JsonObject;
  readonly #param: string;
  /** Reference → name of its definition, and the definitions to write. */
  readonly #names = new Map<string, string>();
  readonly #targets = new Map<string, unknown>();
  #nodes = 0;
  #lossy = false;

  constructor(root: JsonObject, param: string) {
    this.#root = root;
    this.#param = param;
  }

  adapt(): AdaptedSchema {
    const schema = this.#object(this.#root, 0);
    const defs: Entry[] = [];
    // Adapting a definition may add further ones behind it.
    for (const [name, node] of this.#targets) defs.push([name, this.#node(node, 1)]);
    return { schema: defs.length === 0 ? schema : { ...schema, $defs: Object.fromEntries(defs) }, lossy: this.#lossy };
  }

  /** Booleans are schemas too; `true` is spelled out, `false` is only understood as `additionalProperties`. */
  #node(node: unknown, depth: number): unknown {
    if (isObject(node)) return this.#object(node, depth);
    return node === true ? {} : node;
  }

  #object(node: JsonObject, depth: number): JsonObject {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new GraftError("bad_request", "The JSON schema is too large.", { param: this.#param });
    if (depth > MAX_DEPTH) {
      this.#lossy = true;
      return {};
    }
    const entries: Entry[] = [];
    for (const [key, value] of Object.entries(node)) {
      if (!LEFT_OUT.has(key) && key !== "$ref") entries.push([key, this.#keyword(key, value, depth + 1)]);
    }
    return this.#withReference(rewritten(entries), node["$ref"]);
  }

  #keyword(key: string, value: unknown, depth: number): unknown {
    if (key === "additionalProperties" && typeof value === "boolean") return value;
    if ((LIST.has(key) || key === "items") && Array.isArray(value)) return value.map((item) => this.#node(item, depth));
    if (ONE.has(key)) return this.#node(value, depth);
    if (MAP.has(key) && isObject(value))
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#node(item, depth)]));
    return value;
  }

  #withReference(schema: JsonObject, reference: unknown): JsonObject {
    if (typeof reference !== "string") return schema;
    const name = this.#nameOf(reference);
    if (name === undefined) {
      this.#lossy = true;
      return schema;
    }
    const only = { $ref: `#/$defs/${name}` };
    if (Object.keys(schema).length === 0) return only;
    // Siblings of a reference are refused; one alternative says the same.
    return Object.hasOwn(schema, "anyOf") ? { ...schema, allOf: [only] } : { ...schema, anyOf: [only] };
  }

  #nameOf(reference: string): string | undefined {
    const known = this.#names.get(reference);
    if (known !== undefined) return known;
    const node = resolve(this.#root, reference);
    if (node === undefined) return undefined;
    const last = reference.slice(reference.lastIndexOf("/") + 1);
    const name = PLAIN_NAME.test(last) && !this.#targets.has(last) ? last : `schema_${this.#targets.size}`;
    this.#names.set(reference, name);
    this.#targets.set(name, node);
    return name;
  }
}

/** JSON pointer within the document (RFC 6901 in a URI fragment). */
function resolve(root: JsonObject, reference: string): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let node: unknown = root;
  for (const raw of reference.slice(2).split("/")) {
    const key = decoded(raw).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(node)) node = /^\d{1,6}$/.test(key) ? node[Number(key)] : undefined;
    else node = isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return isObject(node) || typeof node === "boolean" ? node : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function rewritten(entries: readonly Entry[]): JsonObject {
  const node = new Map<string, unknown>(entries);
  const constant = node.get("const");
  const all = node.get("allOf");
  const items = node.get("items");
  if (typeof constant === "string" || typeof constant === "number") {
    replace(node, "const", "enum", [constant]);
    if (!node.has("type")) node.set("type", typeof constant);
  }
  if (Array.isArray(all) && all.length === 1 && !node.has("anyOf")) replace(node, "allOf", "anyOf", all);
  if (Array.isArray(items)) {
    replace(node, "items", "prefixItems", items);
    if (node.has("additionalItems")) replace(node, "additionalItems", "items", node.get("additionalItems"));
  }
  if (node.get("nullable") === true) allowNull(node);
  if (node.get("type") === "integer") inclusive(node);
  return Object.fromEntries(node);
}

function replace(node: Map<string, unknown>, old: string, key: string, value: unknown): void {
  node.delete(old);
  node.set(key, value);
}

/** OpenAPI 3.0's spelling, which the JSON Schema fields ignore. */
function allowNull(node: Map<string, unknown>): void {
  const type = node.get("type");
  const any = node.get("anyOf");
  if (typeof type === "string") node.set("type", type === "null" ? type : [type, "null"]);
  else if (Array.isArray(any)) node.set("anyOf", [...any, { type: "null" }]);
  else return;
  node.delete("nullable");
}

/** For whole numbers an exclusive bound is the next inclusive one. */
function inclusive(node: Map<string, unknown>): void {
  const above = node.get("exclusiveMinimum");
  const below = node.get("exclusiveMaximum");
  const least = node.get("minimum");
  const most = node.get("maximum");
  if (typeof above === "number") {
    const next = Math.floor(above) + 1;
    replace(node, "exclusiveMinimum", "minimum", typeof least === "number" ? Math.max(least, next) : next);
  }
  if (typeof below === "number") {
    const next = Math.ceil(below) - 1;
    replace(node, "exclusiveMaximum", "maximum", typeof most === "number" ? Math.min(most, next) : next);
  }
}
