import fc from "fast-check";
import { compileSchema } from "../../plugins/guard/json-schema";
import { chat } from "../support/exchange";
import { answerOf, guarded, type RuleInput, stream, whole } from "./support";

const PERSON = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1 },
    age: { type: "integer", minimum: 0 },
    tags: { type: "array", items: { enum: ["a", "b"] }, uniqueItems: true },
  },
  required: ["name"],
  additionalProperties: false,
};
const TREE = {
  $defs: {
    node: {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } },
      required: ["children"],
    },
  },
  $ref: "#/$defs/node",
};

test.each<[unknown, unknown, boolean]>([
  [true, 1, true],
  [false, 1, false],
  [{}, null, true],
  [PERSON, { name: "A" }, true],
  [PERSON, { name: "A", age: 3, tags: ["a", "b"] }, true],
  [PERSON, { name: "" }, false],
  [PERSON, { age: 3 }, false],
  [PERSON, { name: "A", age: 3.5 }, false],
  [PERSON, { name: "A", age: -1 }, false],
  [PERSON, { name: "A", other: 1 }, false],
  [PERSON, { name: "A", tags: ["a", "a"] }, false],
  [PERSON, { name: "A", tags: ["c"] }, false],
  [PERSON, [], false],
  [PERSON, JSON.parse('{"name":"A","__proto__":1}'), false],
  [
    { properties: JSON.parse('{"__proto__":{"type":"string"}}') as object, additionalProperties: false },
    JSON.parse('{"__proto__":1}'),
    false,
  ],
  [{ required: ["toString"] }, {}, false],
  [{ type: ["string", "null"] }, null, true],
  [{ type: "number" }, 1, true],
  [{ type: "integer" }, 1.0, true],
  [{ const: { a: [1, { b: null }] } }, { a: [1, { b: null }] }, true],
  [{ const: { a: 1, b: 2 } }, { b: 2, a: 1 }, true],
  [{ const: { a: 1 } }, { a: 1, b: 2 }, false],
  [{ enum: [1, "x", null] }, null, true],
  [{ minLength: 2 }, "😀", false],
  [{ maxLength: 1 }, "😀", true],
  [{ pattern: "^a+$" }, "aaa", true],
  [{ pattern: "^a+$" }, "aab", false],
  [{ exclusiveMinimum: 1 }, 1, false],
  [{ exclusiveMaximum: 1 }, 0.5, true],
  [{ multipleOf: 0.1 }, 0.3, true],
  [{ multipleOf: 0.1 }, 0.35, false],
  [{ format: "date" }, "2024-02-29", true],
  [{ format: "date" }, "2023-02-29", false],
  [{ format: "date-time" }, "2024-02-29T12:00:00Z", true],
  [{ format: "date-time" }, "2024-02-29", false],
  [{ format: "email" }, "a@b.example", true],
  [{ format: "email" }, "ab.example", false],
  [{ format: "uuid" }, "123e4567-e89b-12d3-a456-426614174000", true],
  [{ format: "ipv4" }, "1.2.3.256", false],
  [{ format: "uri" }, "https://a.example/", true],
  [{ prefixItems: [{ type: "string" }], items: { type: "number" } }, ["a", 1, 2], true],
  [{ prefixItems: [{ type: "string" }], items: { type: "number" } }, ["a", "b"], false],
  [{ minItems: 1, maxItems: 2 }, [], false],
  [{ minItems: 1, maxItems: 2 }, [1, 2, 3], false],
  [
    { uniqueItems: true },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    false,
  ],
  [{ minProperties: 1 }, {}, false],
  [{ propertyNames: { pattern: "^x" } }, { xa: 1, ya: 1 }, false],
  [{ additionalProperties: { type: "number" } }, { a: "1" }, false],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, 1, false],
  [{ oneOf: [{ type: "number" }, { type: "integer" }] }, 1, false],
  [{ oneOf: [{ type: "number" }, { type: "integer" }] }, 1.5, true],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 3, false],
  [{ not: { type: "string" } }, "a", false],
  [TREE, { children: [{ children: [] }] }, true],
  [TREE, { children: [{ children: [{}] }] }, false],
  [{ $ref: "#" }, 1, false],
])("%j takes %j: %s", (schema, value, fits) => {
  expect(compileSchema(schema)(value)).toBe(fits);
});

test.each<[unknown, string]>([
  [{ if: {} }, 'the keyword "if" is not known'],
  [{ properties: { a: { patternProperties: {} } } }, 'the keyword "patternProperties" is not known'],
  [{ anyOf: [{ nullable: true }] }, 'the keyword "nullable" is not known'],
  [{ format: "iri" }, "`format` is known for"],
  [{ $ref: "https://a.example/schema" }, "`$ref` must lead to a place within the schema"],
  [{ $ref: "#/$defs/x" }, "leads nowhere"],
  [{ type: "text" }, "`type` must be one of"],
  [{ type: "constructor" }, "`type` must be one of"],
  [{ pattern: "(?=a)" }, "`pattern` is no regular expression"],
  [{ minLength: -1 }, "`minLength` must be a whole number"],
  [{ required: [1] }, "`required` must be a list of names"],
  ["x", "a schema must be a JSON object"],
  [undefined, "a schema must be a JSON object"],
])("%j is refused: %s", (schema, message) => {
  expect(() => compileSchema(schema)).toThrow(message);
});

test("a schema that multiplies itself ends", () => {
  const $defs: Record<string, object> = { a40: { type: "string" } };
  for (let at = 0; at < 40; at++) $defs[`a${at}`] = { allOf: [{ $ref: `#/$defs/a${at + 1}` }, { $ref: `#/$defs/a${at + 1}` }] };
  expect(compileSchema({ $defs, $ref: "#/$defs/a0" })("x")).toBe(false);
});

test("one that is nested without end is refused", () => {
  const deep = Array.from({ length: 1000 }).reduce<object>((inner) => ({ not: inner }), {});
  expect(() => compileSchema(deep)).toThrow("nested deeper");
});

test("values never make it throw", () => {
  const validator = compileSchema({
    $defs: TREE.$defs,
    anyOf: [PERSON, { $ref: TREE.$ref }, { uniqueItems: true, items: { format: "date" } }],
  });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(typeof validator(value)).toBe("boolean");
    }),
    { seed: 1, numRuns: 300 },
  );
});

describe("the rule", () => {
  const fixed: RuleInput = { name: "form", kind: "schema", schema: { json_schema: JSON.stringify(PERSON) } };
  const asked: RuleInput = { name: "form", kind: "schema" };
  const wants = (schema: object) => ({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });

  test.each([
    ['{"name":"A"}', 200],
    ['{"name":1}', 400],
    ["Sure! {}", 400],
    ["", 200],
  ])("%s: %s", async (text, status) => {
    expect((await whole(guarded([fixed]).open(), chat(), answerOf(text))).status).toBe(status);
    expect((await whole(guarded([asked]).open(), chat(wants(PERSON)), answerOf(text))).status).toBe(status);
  });

  test("requests that ask for no form pass", async () => {
    expect((await whole(guarded([asked]).open(), chat(), answerOf("Sure!"))).status).toBe(200);
  });

  test("a form that cannot be checked is refused before anything is sent", async () => {
    const step = await guarded([asked])
      .open()
      .request(chat(wants({ if: {} })));
    expect(step.kind === "reply" && JSON.parse(step.reply.body.toString())).toMatchObject({
      error: { code: "unsupported_parameter", param: "response_format", message: expect.stringContaining('"if"') },
    });
  });

  test("nothing of a stream is sent before it fits", async () => {
    const { text, error } = await stream(guarded([fixed]).open(), chat({ stream: true }), ['{"na', 'me":1}']);
    expect({ text, code: error?.code }).toEqual({ text: "", code: "content_policy_violation" });
    expect(await stream(guarded([fixed]).open(), chat({ stream: true }), ['{"na', 'me":"A"}'])).toMatchObject({
      text: '{"name":"A"}',
      done: true,
    });
  });
});
