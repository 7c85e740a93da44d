import fc from "fast-check";
import { adaptSchema } from "../../../plugins/providers/anthropic/json-schema";
import { checkGrammar } from "./messages-api";

const object = (properties: object, more: object = {}): { [key: string]: unknown } => ({ type: "object", properties, ...more });

it.each<[string, { [key: string]: unknown }, object, { weakened?: boolean; optional?: number; unions?: number }]>([
  [
    "closes objects",
    object({ a: { type: "string" } }),
    object({ a: { type: "string" } }, { additionalProperties: false }),
    { optional: 1 },
  ],
  [
    "keeps what the grammar knows",
    object(
      {
        a: { type: "string", format: "date", default: "x", title: "T" },
        b: { type: "array", items: { enum: ["x", 1, null] }, minItems: 1 },
      },
      { required: ["a", "b"] },
    ),
    object(
      {
        a: { type: "string", format: "date", default: "x", title: "T" },
        b: { type: "array", items: { enum: ["x", 1, null] }, minItems: 1 },
      },
      { required: ["a", "b"], additionalProperties: false },
    ),
    {},
  ],
  [
    "moves constraints into the description",
    object(
      {
        a: { type: "integer", minimum: 1, maximum: 9, description: "A." },
        b: { type: "string", format: "regex", pattern: "^x" },
      },
      { required: ["a", "b"] },
    ),
    object(
      {
        a: { type: "integer", description: "A.\n\n{minimum: 1, maximum: 9}" },
        b: { type: "string", description: '{format: "regex", pattern: "^x"}' },
      },
      { required: ["a", "b"], additionalProperties: false },
    ),
    { weakened: true },
  ],
  [
    "drops what means nothing",
    object({}, { $schema: "x", $id: "y", $comment: "z", additionalProperties: false }),
    object({}, { additionalProperties: false }),
    {},
  ],
  [
    "reads oneOf as anyOf",
    object({ a: { oneOf: [{ type: "string" }, { type: "null" }] } }, { required: ["a"] }),
    object({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }, { required: ["a"], additionalProperties: false }),
    { unions: 1 },
  ],
  [
    "follows definitions",
    object({ a: { $ref: "#/$defs/A" } }, { $defs: { A: object({ b: { type: ["string", "null"] } }) } }),
    object(
      { a: { $ref: "#/$defs/A" } },
      { $defs: { A: object({ b: { type: ["string", "null"] } }, { additionalProperties: false }) }, additionalProperties: false },
    ),
    { optional: 2, unions: 1 },
  ],
  [
    "takes __proto__ as a name",
    JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}') as {
      [key: string]: unknown;
    },
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"],"additionalProperties":false}',
    ) as object,
    {},
  ],
])("%s", (_, schema, expected, counts) => {
  const adapted = adaptSchema(schema);
  expect(JSON.stringify(sorted(adapted?.schema))).toBe(JSON.stringify(sorted(expected)));
  expect(adapted).toMatchObject({ weakened: false, optional: 0, unions: 0, ...counts });
});

it.each<[string, { [key: string]: unknown }]>([
  ["anything goes", {}],
  ["a property that allows anything", object({ a: true })],
  ["a map", object({}, { additionalProperties: { type: "string" } })],
  ["an open object", object({ a: { type: "string" } }, { additionalProperties: true })],
  ["an object without properties", { type: "object" }],
  ["properties by pattern", object({}, { patternProperties: { "^x": { type: "string" } } })],
  ["a reference to itself", object({ a: { $ref: "#" } })],
  [
    "definitions in a circle",
    object(
      { a: { $ref: "#/$defs/A" } },
      { $defs: { A: object({ b: { $ref: "#/$defs/B" } }), B: object({ a: { $ref: "#/$defs/A" } }) } },
    ),
  ],
  ["a reference elsewhere", object({ a: { $ref: "https://x/y.json" } })],
  ["a reference into the tree", object({ a: { type: "string" }, b: { $ref: "#/properties/a" } })],
  ["objects in an enum", object({ a: { enum: [{ b: 1 }] } })],
  ["an object as constant", object({ a: { const: { b: 1 } } })],
  ["allOf with a reference", object({ a: { allOf: [{ $ref: "#/$defs/A" }] } }, { $defs: { A: object({}) } })],
  ["tuples", object({ a: { type: "array", items: [{ type: "string" }] } })],
  ["oneOf beside anyOf", object({ a: { anyOf: [{ type: "string" }], oneOf: [{ type: "null" }] } })],
])("has no grammar for %s", (_, schema) => {
  expect(adaptSchema(schema)).toBeUndefined();
});

it("gives up on depth instead of the stack", () => {
  let deep: { [key: string]: unknown } = { type: "string" };
  for (let at = 0; at < 10_000; at++) deep = { type: "array", items: deep };
  expect(adaptSchema(deep)).toBeUndefined();
});

it("gives up on size", () => {
  const properties = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`p${at}`, { type: "string" }]));
  expect(adaptSchema(object(properties))).toBeUndefined();
});

it("looks through many definitions once each", () => {
  const names = Array.from({ length: 60 }, (_, at) => `D${at}`);
  const next = (at: number): object => object({ a: { $ref: `#/$defs/D${at + 1}` }, b: { $ref: `#/$defs/D${at + 1}` } });
  const $defs = Object.fromEntries(names.map((name, at) => [name, at === 59 ? { type: "string" } : next(at)]));
  expect(adaptSchema(object({ a: { $ref: "#/$defs/D0" } }, { $defs }))).toBeDefined();
});

it("only ever makes schemas that the grammar takes", () => {
  type Schema = { [key: string]: unknown };
  const { schema } = fc.letrec<{ schema: Schema; leaf: Schema; node: Schema }>((tie) => ({
    schema: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("node")),
    leaf: fc.record(
      {
        type: fc.constantFrom<unknown>("string", "integer", ["string", "null"]),
        enum: fc.constantFrom<unknown>(["a", 1], [{}], "a"),
        minItems: fc.integer({ min: 0, max: 3 }),
        pattern: fc.constant("x"),
        $ref: fc.constantFrom("#/$defs/a", "#"),
      },
      { requiredKeys: ["type"] },
    ),
    node: fc.record(
      {
        type: fc.constantFrom<unknown>("object", "array", ["object", "null"]),
        properties: fc.dictionary(fc.constantFrom("a", "b", "__proto__", "type"), tie("schema"), { maxKeys: 3 }),
        required: fc.constant(["a"]),
        items: tie("schema"),
        anyOf: fc.array(tie("schema"), { maxLength: 2 }),
        $defs: fc.dictionary(fc.constant("a"), tie("schema"), { maxKeys: 1 }),
        additionalProperties: fc.constantFrom<unknown>(false, true, {}),
        not: tie("schema"),
      },
      { requiredKeys: ["type", "properties"] },
    ),
  }));
  let adapted = 0;
  fc.assert(
    fc.property(schema, (value) => {
      const found = adaptSchema(value);
      if (found === undefined) return;
      adapted += 1;
      checkGrammar(found.schema, (holds, message) => expect(holds ? "" : message).toBe(""));
    }),
    { numRuns: 2000, seed: 5 },
  );
  expect(adapted).toBeGreaterThan(100);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
