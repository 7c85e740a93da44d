/**
 * JSON Schema as OpenAI shows it to its models: TypeScript-like. The format is not documented; it follows what models repeat and what
 * usage reports add up to. Keywords that it has no words for (`pattern`, `minimum`, `additionalProperties` …) cost nothing.
 */
import type { JsonObject } from "../core/chat";
import { arrayAt, isObject, objectAt, stringAt } from "../core/read-json";

/** Deeper schemas are rendered as `any`: request bodies may nest 128 deep, real tools four or five. */
const DEEPEST = 32;

/** The properties of an object schema, one a line. */
export function renderProperties(schema: JsonObject, depth = 0): string {
  const properties = objectAt(schema, "properties");
  if (properties === undefined) return "";
  const required = new Set(arrayAt(schema, "required"));
  const indent = depth === 0 ? "" : "  ".repeat(depth);
  let text = "";
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const description = stringAt(property, "description");
    if (description !== undefined && description !== "")
      text += `${indent}// ${description.replaceAll("\n", `\n${indent}// `)}\n`;
    text += `${indent}${name}${required.has(name) ? "" : "?"}: ${renderType(property, depth)},${renderDefault(property)}\n`;
  }
  return text;
}

function renderDefault(property: JsonObject): string {
  const value = Object.hasOwn(property, "default") ? property["default"] : undefined;
  return value === undefined || value === null ? "" : ` // default: ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function renderType(schema: JsonObject, depth: number): string {
  if (depth >= DEEPEST) return "any";
  const values = arrayAt(schema, "enum");
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(" | ");
  const choices = [...arrayAt(schema, "anyOf"), ...arrayAt(schema, "oneOf")];
  if (choices.length > 0) return choices.map((choice) => (isObject(choice) ? renderType(choice, depth + 1) : "any")).join(" | ");
  // Each member of the schema is rendered once, however often `type` names it: else nested lists of types multiply.
  const types = Object.hasOwn(schema, "type") ? schema["type"] : undefined;
  const names = new Set((Array.isArray(types) ? types : [types]).map((name: unknown) => plainName(name)));
  const texts = [...names].filter((name) => name !== undefined);
  if (names.has(undefined)) texts.push(renderContainer(schema, depth));
  return texts.join(" | ");
}

function plainName(name: unknown): string | undefined {
  if (name === "integer") return "number";
  return name === "string" || name === "boolean" || name === "null" || name === "number" ? name : undefined;
}

function renderContainer(schema: JsonObject, depth: number): string {
  const items = objectAt(schema, "items");
  if (items !== undefined) return `${renderType(items, depth + 1)}[]`;
  if (objectAt(schema, "properties") !== undefined) return `{\n${renderProperties(schema, depth + 1)}${"  ".repeat(depth)}}`;
  const reference = stringAt(schema, "$ref");
  if (reference !== undefined) return reference.slice(reference.lastIndexOf("/") + 1);
  return schema["type"] === "array" ? "any[]" : schema["type"] === "object" ? "{\n}" : "any";
}
