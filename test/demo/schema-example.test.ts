import fc from "fast-check";
import { z } from "zod";
import { exampleOf, wantsPlace } from "../../demo/schema-example";
import type { JsonObject } from "../../plugins/core/chat";

const string = { type: "string" };

test.each<[string, JsonObject, unknown]>([
  ["a place by its name", { type: "object", properties: { city: string } }, { city: "Rome" }],
  ["other strings say what they are", { type: "object", properties: { query: string } }, { query: "demo query" }],
  [
    "Google's upper-case types",
    { type: "OBJECT", properties: { a: { type: "INTEGER" }, b: { type: "BOOLEAN" } } },
    { a: 1, b: true },
  ],
  ["const, default, example", { type: "array", prefixItems: [{ const: 7 }, { default: 0 }, { example: "x" }] }, [7, 0, "x"]],
  ["the first of an enum", { enum: [null, 1] }, null],
  ["nullable types", { type: ["null", "number"] }, 1],
  ["anyOf passes over null", { anyOf: [{ type: "null" }, { type: "boolean" }] }, true],
  ["allOf is merged", { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
  ["allOf beside a type", { type: "string", allOf: [{ minLength: 1 }] }, "demo"],
  ["references", { $defs: { "a/b": { const: 5 } }, properties: { x: { $ref: "#/$defs/a~1b" } } }, { x: 5 }],
  ["lengths, also written as strings", { type: "string", minLength: "6", maxLength: 8 }, "demo.."],
  ["numbers in their bounds", { type: "number", exclusiveMinimum: 4, multipleOf: 3 }, 6],
  ["a number with a top only", { type: "integer", maximum: -4 }, -4],
  ["minItems", { type: "array", items: { type: "null" }, minItems: 3 }, [null, null, null]],
  ["no items wanted", { type: "array", items: string, maxItems: 0 }, []],
  ["formats", { type: "string", format: "email" }, "demo@example.com"],
  ["nothing said", {}, "demo"],
])("%s", (_name, schema, example) => {
  expect(exampleOf(schema, "Rome")).toEqual(example);
});

test("a property named __proto__ is a property", () => {
  const made = exampleOf(JSON.parse('{"type":"object","properties":{"__proto__":{"const":1}}}'));
  expect(JSON.stringify(made)).toBe('{"__proto__":1}');
});

test("recursive and explosive schemas end", () => {
  const properties = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`p${at}`, { $ref: "#" }]));
  const made = exampleOf({ type: "object", properties, required: Object.keys(properties) });
  expect(JSON.stringify(made).length).toBeLessThan(100_000);
  expect(exampleOf({ $ref: "#" })).toBeNull();
  expect(exampleOf({ $ref: "https://example.com/schema" })).toBeNull();
});

test("a tool wants a place when a property is named so", () => {
  expect(wantsPlace({ properties: { location: string } })).toBe(true);
  expect(wantsPlace({ properties: { query: string } })).toBe(false);
});

test("what is made fits the schema it is made from", () => {
  const leaf = fc.oneof(
    fc.record({ type: fc.constant("string"), minLength: fc.nat(20) }),
    fc.nat(1000).map((least) => ({ type: "integer", minimum: least })),
    fc.nat(1000).map((most) => ({ type: "number", maximum: -most })),
    fc.constantFrom<JsonObject>(
      { type: "boolean" },
      { type: "null" },
      { type: "string", enum: ["a", "b"] },
      { type: "string", format: "uuid" },
    ),
  );
  const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.record({ type: fc.constant("array"), items: tie("schema"), minItems: fc.nat(3) }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie("schema"), { maxKeys: 4 }).map((properties) => ({
        type: "object",
        properties,
        required: Object.keys(properties),
        additionalProperties: false,
      })),
    ),
  }));
  fc.assert(
    fc.property(schema, (each) => {
      const { success, error } = z.fromJSONSchema({ ...each }).safeParse(exampleOf(each));
      if (!success) throw new Error(`${JSON.stringify(each)}: ${error.message}`);
    }),
    { seed: 1, numRuns: 300 },
  );
});
