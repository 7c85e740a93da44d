import type { JsonObject, Tool } from "../../plugins/core/chat";
import { renderProperties } from "../../plugins/tokens/render-schema";
import { renderFormat, renderTools } from "../../plugins/tokens/render-tools";

const object = (properties: JsonObject, ...required: readonly string[]): JsonObject => ({ type: "object", properties, required });

describe("a schema as the model sees it", () => {
  test.each<[string, JsonObject, string]>([
    ["a required string", object({ a: { type: "string" } }, "a"), "a: string,\n"],
    ["an optional integer", object({ a: { type: "integer" } }), "a?: number,\n"],
    ["a description", object({ a: { type: "string", description: "one\ntwo" } }, "a"), "// one\n// two\na: string,\n"],
    ["an enum", object({ a: { enum: ["x", 1, null] } }, "a"), 'a: "x" | 1 | null,\n'],
    ["a default", object({ a: { type: "string", default: "x" } }, "a"), "a: string, // default: x\n"],
    ["a list", object({ a: { type: "array", items: { type: "boolean" } } }, "a"), "a: boolean[],\n"],
    ["a list of anything", object({ a: { type: "array" } }, "a"), "a: any[],\n"],
    ["one of several types", object({ a: { type: ["string", "null"] } }, "a"), "a: string | null,\n"],
    ["a choice", object({ a: { anyOf: [{ type: "string" }, { type: "number" }] } }, "a"), "a: string | number,\n"],
    ["a reference", object({ a: { $ref: "#/$defs/City" } }, "a"), "a: City,\n"],
    ["an object", object({ a: object({ b: { type: "null" } }, "b") }, "a"), "a: {\n  b: null,\n},\n"],
    ["nonsense", object({ a: { type: 7 }, b: 3, c: { type: "array", items: 5 } }, "a", "c"), "a: any,\nc: any[],\n"],
    ["names of JavaScript's own", object(JSON.parse('{"__proto__": {"type": "string"}}'), "__proto__"), "__proto__: string,\n"],
    ["nothing", {}, ""],
  ])("%s", (_, schema, text) => {
    expect(renderProperties(schema)).toBe(text);
  });

  test("each member once, however often and deep a list of types repeats itself", () => {
    let schema: JsonObject = { type: "string", description: "end" };
    for (let depth = 0; depth < 30; depth++)
      schema = { type: ["object", "object", "map", "array", "x", "y"], properties: { p: schema } };
    const text = renderProperties(schema);
    expect(text).toContain("// end");
    expect(text.length).toBeLessThan(10_000);
  });

  test("as deep as bodies may nest, and deeper", () => {
    let schema: JsonObject = { type: "string" };
    for (let depth = 0; depth < 5000; depth++) schema = { type: "array", items: schema };
    expect(renderProperties(object({ a: schema }))).toContain("any[]");
  });
});

describe("tools", () => {
  const weather: Tool = {
    kind: "function",
    name: "weather",
    description: "Of a city.",
    parameters: object({ city: { type: "string" } }, "city"),
  };
  const search: Tool = { kind: "server", value: { type: "web_search" } };

  test("as OpenAI's models see them", () => {
    expect(renderTools([weather, { kind: "function", name: "now" }], "typescript")).toBe(
      "# Tools\n\n## functions\n\nnamespace functions {\n\n// Of a city.\ntype weather = (_: {\ncity: string,\n}) => any;\n\n" +
        "type now = () => any;\n\n} // namespace functions",
    );
  });

  test("as JSON", () => {
    expect(
      renderTools([weather, search], "json")
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([{ name: "weather", description: "Of a city.", parameters: weather.parameters }, { type: "web_search" }]);
  });

  test("line breaks of a deep description do not multiply in large definitions", () => {
    let schema: JsonObject = { type: "string", description: "\n".repeat(2_000_000) };
    for (let depth = 0; depth < 30; depth++) schema = object({ a: schema });
    const text = renderTools([{ kind: "function", name: "f", parameters: schema }], "typescript");
    expect(text.length).toBeLessThan(5_000_000);
    expect(text.length).toBeGreaterThan(2_000_000);
  });
});

test("a response schema without what is not shown, but with properties of those names", () => {
  const schema = object({ required: { type: "string" }, additionalProperties: { type: "number" } }, "required");
  const text = renderFormat({ kind: "json-schema", name: "answer", schema: { ...schema, additionalProperties: false } });
  expect(text).toBe(
    '# Response Formats\n\n## answer\n\n{"type":"object","properties":{"required":{"type":"string"},"additionalProperties":{"type":"number"}}}',
  );
});
