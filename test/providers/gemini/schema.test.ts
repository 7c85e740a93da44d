import fc from "fast-check";
import type { JsonObject } from "../../../plugins/core/chat";
import { adaptSchema } from "../../../plugins/providers/gemini/schema";
import { schemaViolations } from "./generate-content";

function adapt(schema: JsonObject): JsonObject {
  const adapted = adaptSchema(schema, "tools");
  expect(schemaViolations(adapted.schema)).toEqual([]);
  expect(adapted.lossy).toBe(false);
  return adapted.schema;
}

it.each<[string, JsonObject, JsonObject]>([
  [
    "what it knows stays, in order",
    {
      type: "object",
      properties: { b: { type: "string", enum: ["x"], default: "x", pattern: "^x$" }, a: true },
      required: ["b"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { b: { type: "string", enum: ["x"], default: "x", pattern: "^x$" }, a: {} },
      required: ["b"],
      additionalProperties: false,
    },
  ],
  ["$schema and comments go", { $schema: "x", $comment: "y", type: "object", $id: "z" }, { type: "object", $id: "z" }],
  ["a constant", { const: "a" }, { enum: ["a"], type: "string" }],
  ["a constant with type", { type: "integer", const: 3 }, { type: "integer", enum: [3] }],
  ["a constant that no enum takes", { const: null }, { const: null }],
  ["nullable", { type: "string", nullable: true }, { type: ["string", "null"] }],
  ["nullable alternatives", { anyOf: [{ type: "string" }], nullable: true }, { anyOf: [{ type: "string" }, { type: "null" }] }],
  ["not nullable", { type: "string", nullable: false }, { type: "string", nullable: false }],
  [
    "exclusive bounds of integers",
    { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 9.5 },
    { type: "integer", minimum: 1, maximum: 9 },
  ],
  [
    "beside inclusive ones",
    { type: "integer", minimum: 3, exclusiveMinimum: 0, maximum: 3, exclusiveMaximum: 9 },
    { type: "integer", minimum: 3, maximum: 3 },
  ],
  ["of other numbers stay", { type: "number", exclusiveMinimum: 0 }, { type: "number", exclusiveMinimum: 0 }],
  [
    "draft 4's as well",
    { type: "integer", minimum: 1, exclusiveMinimum: true },
    { type: "integer", minimum: 1, exclusiveMinimum: true },
  ],
  [
    "old tuples",
    { items: [{ const: 1 }, true], additionalItems: { nullable: true, type: "string" } },
    { prefixItems: [{ enum: [1], type: "number" }, {}], items: { type: ["string", "null"] } },
  ],
  ["allOf of one", { allOf: [{ type: "string" }], description: "d" }, { anyOf: [{ type: "string" }], description: "d" }],
  [
    "allOf of two stays",
    { allOf: [{ type: "string" }, { const: "a" }] },
    { allOf: [{ type: "string" }, { enum: ["a"], type: "string" }] },
  ],
  [
    "deep down",
    { not: { if: { const: "a" }, else: { patternProperties: { "^a": { const: "b" } } } } },
    { not: { if: { enum: ["a"], type: "string" }, else: { patternProperties: { "^a": { enum: ["b"], type: "string" } } } } },
  ],
  [
    "properties named like keywords",
    { properties: { const: { type: "string" }, $ref: { type: "string" }, definitions: { type: "string" } } },
    { properties: { const: { type: "string" }, $ref: { type: "string" }, definitions: { type: "string" } } },
  ],
  [
    "values named like keywords",
    { default: { const: "a" }, enum: [{ $ref: "#" }] },
    { default: { const: "a" }, enum: [{ $ref: "#" }] },
  ],
])("%s", (_what, schema, expected) => {
  expect(adapt(schema)).toEqual(expected);
});

it.each<[string, JsonObject, JsonObject]>([
  [
    "definitions by either name",
    {
      definitions: { A: { const: "a" }, B: {} },
      $defs: { C: { type: "integer" } },
      properties: { a: { $ref: "#/definitions/A" }, c: { $ref: "#/$defs/C" } },
    },
    {
      properties: { a: { $ref: "#/$defs/A" }, c: { $ref: "#/$defs/C" } },
      $defs: { A: { enum: ["a"], type: "string" }, C: { type: "integer" } },
    },
  ],
  [
    "siblings",
    {
      properties: { a: { $ref: "#/$defs/A", description: "d", default: 1 }, b: { $ref: "#/$defs/A", anyOf: [{}] } },
      $defs: { A: {} },
    },
    {
      properties: {
        a: { description: "d", default: 1, anyOf: [{ $ref: "#/$defs/A" }] },
        b: { anyOf: [{}], allOf: [{ $ref: "#/$defs/A" }] },
      },
      $defs: { A: {} },
    },
  ],
  [
    "recursion",
    { $ref: "#/$defs/Node", $defs: { Node: { properties: { next: { $ref: "#/$defs/Node" } } } } },
    { $ref: "#/$defs/Node", $defs: { Node: { properties: { next: { $ref: "#/$defs/Node" } } } } },
  ],
  [
    "the root itself",
    { type: "object", properties: { child: { $ref: "#" } } },
    {
      type: "object",
      properties: { child: { $ref: "#/$defs/schema_0" } },
      $defs: { schema_0: { type: "object", properties: { child: { $ref: "#/$defs/schema_0" } } } },
    },
  ],
  [
    "elsewhere in the document",
    {
      properties: {
        a: { $defs: { "x y": { type: "string" } }, type: "object" },
        b: { items: { $ref: "#/properties/a/$defs/x%20y" } },
        c: { $ref: "#/properties/a" },
      },
    },
    {
      properties: { a: { type: "object" }, b: { items: { $ref: "#/$defs/schema_0" } }, c: { $ref: "#/$defs/a" } },
      $defs: { schema_0: { type: "string" }, a: { type: "object" } },
    },
  ],
  [
    "two of one name, and names that look like ours",
    {
      properties: {
        a: { $ref: "#/$defs/A" },
        b: { $ref: "#/definitions/A" },
        c: { $ref: "#/$defs/schema_1" },
        d: { $ref: "#/oneOf/0" },
      },
      oneOf: [{ title: "one" }],
      $defs: { A: { title: "new" }, schema_1: { title: "s" } },
      definitions: { A: { title: "old" } },
    },
    {
      properties: {
        a: { $ref: "#/$defs/A" },
        b: { $ref: "#/$defs/schema_1" },
        c: { $ref: "#/$defs/schema_2" },
        d: { $ref: "#/$defs/schema_3" },
      },
      oneOf: [{ title: "one" }],
      $defs: { A: { title: "new" }, schema_1: { title: "old" }, schema_2: { title: "s" }, schema_3: { title: "one" } },
    },
  ],
])("references: %s", (_what, schema, expected) => {
  expect(adapt(schema)).toEqual(expected);
});

it.each<[string, JsonObject, JsonObject]>([
  ["to nowhere", { properties: { a: { $ref: "#/$defs/No", title: "t" } } }, { properties: { a: { title: "t" } } }],
  ["to another document", { $ref: "https://a.example/s.json" }, {}],
  ["to an anchor", { items: { $ref: "#here" } }, { items: {} }],
  ["to a prototype", { $ref: "#/constructor" }, {}],
  ["to no schema", { title: "t", $ref: "#/title" }, { title: "t" }],
  ["with a broken escape", { $ref: "#/%E0%A4%A" }, {}],
])("references %s are reported", (_what, schema, expected) => {
  expect(adaptSchema(schema, "tools")).toEqual({ schema: expected, lossy: true });
});

it("keys named __proto__ stay keys", () => {
  const schema = JSON.parse(
    '{"properties":{"__proto__":{"const":"a"}},"$defs":{"__proto__":{}},"items":{"$ref":"#/$defs/__proto__"}}',
  ) as JsonObject;
  expect(JSON.stringify(adapt(schema))).toBe(
    '{"properties":{"__proto__":{"enum":["a"],"type":"string"}},"items":{"$ref":"#/$defs/__proto__"},"$defs":{"__proto__":{}}}',
  );
});

it("depth and size are bounded", () => {
  let deep: JsonObject = {};
  for (let level = 0; level < 5000; level += 1) deep = { items: deep };
  expect(adaptSchema(deep, "tools").lossy).toBe(true);
  const wide = { anyOf: Array.from({ length: 30_000 }, () => ({})) };
  expect(() => adaptSchema(wide, "tools")).toThrow(
    expect.objectContaining({ kind: "bad_request", options: { param: "tools" } }) as Error,
  );
  // Each reference names a larger part of the same chain: written out, that would be quadratic.
  let chain: JsonObject = {};
  for (let level = 0; level < 60; level += 1)
    chain = { properties: { a: chain, b: { anyOf: Array.from({ length: 10 }, () => ({})) } } };
  const pointers = Array.from({ length: 55 }, (_, level) => ({ $ref: `#/properties/chain${"/properties/a".repeat(level)}` }));
  const many = { properties: { chain, refs: { anyOf: pointers } } };
  expect(() => adaptSchema(many, "tools")).toThrow(expect.objectContaining({ kind: "bad_request" }) as Error);
});

const keyword = fc.constantFrom(
  "$ref",
  "type",
  "const",
  "nullable",
  "exclusiveMinimum",
  "items",
  "allOf",
  "anyOf",
  "properties",
  "$defs",
  "definitions",
  "not",
  "enum",
  "description",
);
const value = fc.letrec((tie) => ({
  schema: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom({}, true, { type: "integer" }),
    fc.dictionary(keyword, tie("any"), { maxKeys: 5 }),
  ),
  any: fc.oneof(
    { depthSize: "small" },
    tie("schema"),
    fc.array(tie("schema"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("schema")),
    fc.constantFrom<unknown>(
      "#",
      "#/$defs/a",
      "#/definitions/b",
      "#/properties/a",
      "#/anyOf/0",
      "integer",
      "string",
      true,
      null,
      3,
    ),
  ),
}));

it("whatever comes in, what goes out is in order, and adapting it again changes nothing", () => {
  fc.assert(
    fc.property(value.schema, (schema) => {
      if (typeof schema !== "object" || schema === null) return;
      const { schema: once } = adaptSchema(schema as JsonObject, "tools");
      expect(schemaViolations(once)).toEqual([]);
      expect(adaptSchema(once, "tools")).toEqual({ schema: once, lossy: false });
    }),
    { seed: 7, numRuns: 500 },
  );
});
