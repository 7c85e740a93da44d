/** From a zod schema to Kong's, by way of JSON Schema. What Kong cannot say is refused, not left out. */
import { z } from "zod";
import { compact } from "../../plugins/core/compact";
import { kongDescription } from "./description";
import type { KongField, KongFields } from "./field";

type Node = z.core.JSONSchema.BaseSchema;

/** @throws Error that names the place of what Kong's schema language cannot say */
export function kongFields(schema: z.ZodType): KongFields {
  return recordFields(z.toJSONSchema(schema, { io: "input", target: "draft-07" }), "");
}

const UNDERSTOOD = new Set([
  "$schema",
  "type",
  "description",
  "default",
  "secret",
  "enum",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "minLength",
  "maxLength",
  "items",
  "minItems",
  "maxItems",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
]);

function recordFields(node: Node, path: string): KongFields {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).map(([name, property]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const inner = nodeAt(property, at);
    return { [name]: { ...valueField(inner, at), ...presence(inner, required.has(name)) } };
  });
}

/** Required or not, and what stands for a field that is not written. */
function presence(node: Node, required: boolean): Pick<KongField, "required" | "default"> {
  if (required) return { required: true };
  if (node.default === undefined) {
    // Kong makes every record required that does not say otherwise.
    return isRecord(node) ? { required: false } : {};
  }
  // Kong fills a required record with its fields' defaults by itself.
  if (isRecord(node) && isEmpty(node.default)) return { required: true };
  return { required: true, default: node.default };
}

function valueField(node: Node, path: string): KongField {
  const stranger = Object.keys(node).find((key) => !UNDERSTOOD.has(key));
  if (stranger !== undefined) throw new Error(`${path}: Kong's schema language has no word for ${stranger}`);
  const description = node.description === undefined ? undefined : kongDescription(node.description);
  return compact({ ...shape(node, path), description, referenceable: node["secret"] === true ? (true as const) : undefined });
}

function shape(node: Node, path: string): KongField {
  switch (node.type) {
    case "boolean":
      return { type: "boolean" };
    case "integer":
    case "number":
      return { type: node.type, ...range(node) };
    case "string":
      if (node.enum !== undefined) return { type: "string", one_of: node.enum.map(String) };
      // Without a word Kong takes no empty string.
      return { type: "string", ...compact({ len_min: node.minLength ?? 0, len_max: node.maxLength }) };
    case "array":
      return {
        type: "array",
        elements: valueField(nodeAt(node.items, `${path}[]`), `${path}[]`),
        ...compact({ len_min: node.minItems, len_max: node.maxItems }),
      };
    case "object":
      if (isRecord(node)) return { type: "record", fields: recordFields(node, path) };
      return {
        type: "map",
        // Empty names are of no use anywhere: Kong may refuse them.
        keys: { type: "string" },
        values: valueField(nodeAt(node.additionalProperties, `${path}.*`), `${path}.*`),
      };
    default:
      throw new Error(`${path}: Kong's schema language has no type for ${JSON.stringify(node.type)}`);
  }
}

/** Kong has a word for "more than" and one for a range with both its ends. */
function range(node: Node): Pick<KongField, "between" | "gt"> {
  const { exclusiveMinimum } = node;
  const least = bound(node.minimum);
  const most = bound(node.maximum);
  if (least === undefined && most === undefined) return typeof exclusiveMinimum === "number" ? { gt: exclusiveMinimum } : {};
  if (least !== undefined && most === undefined && node.type === "integer") return { gt: least - 1 };
  const between = [least ?? Number.MIN_SAFE_INTEGER, most ?? Number.MAX_SAFE_INTEGER] as const;
  return typeof exclusiveMinimum === "number" ? { gt: exclusiveMinimum, between } : { between };
}

/** `z.int()` says that it keeps to the safe integers: no bound to speak of. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

/** An object with known keys; others are maps. */
function isRecord(node: Node): boolean {
  return node.additionalProperties === false;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function nodeAt(value: Node["items"], path: string): Node {
  if (typeof value !== "object" || Array.isArray(value)) throw new Error(`${path}: no schema is given`);
  return value;
}
