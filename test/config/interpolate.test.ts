import fc from "fast-check";
import { ConfigTree } from "../../plugins/config/config-tree";
import { expand, FaultInTemplate, interpolate, type Sources } from "../../plugins/config/interpolate";
import { readYaml } from "../../plugins/config/read-yaml";

const SOURCES: Sources = {
  env: { A: "one", B: "two", EMPTY: "", ODD: "x: [y]\n# z ${A} $${", PORT: "80" },
  file: async (path) => {
    if (path === "missing") throw new FaultInTemplate("file missing does not exist or is not accessible");
    return `<${path}>`;
  },
};

test.each([
  ["plain", "plain"],
  ["${A}", "one"],
  ["-${A}-${B}-", "-one-two-"],
  ["${A}${A}", "oneone"],
  ["${NONE:-fallback}", "fallback"],
  ["${NONE:-}", ""],
  ["${NONE:-a:-b c}", "a:-b c"],
  ["${EMPTY:-fallback}", "fallback"],
  ["${A:-fallback}", "one"],
  ["${file:some/path}", "<some/path>"],
  ["$${A}", "${A}"],
  ["$${A} ${A}", "${A} one"],
  ["$$${A}", "$${A}"],
  ["cost: 5$", "cost: 5$"],
  ["$A {A} }", "$A {A} }"],
  ["${ODD}", "x: [y]\n# z ${A} $${"],
])("%j becomes %j", async (text, expected) => {
  await expect(expand(text, SOURCES)).resolves.toBe(expected);
});

test.each([
  ["${NONE}", "environment variable NONE is not set; set it, or write ${NONE:-} where it may be absent"],
  ["${EMPTY}", "environment variable EMPTY is not set"],
  ["${__proto__}", "environment variable __proto__ is not set"],
  ["${toString}", "environment variable toString is not set"],
  ["a ${A", '"${" is not closed'],
  ["${}", "this is not a reference"],
  ["${A-B}", "this is not a reference"],
  ["${A:fallback}", "this is not a reference"],
  ["${file:missing}", "file missing does not exist"],
])("%j is refused", async (text, expected) => {
  await expect(expand(text, SOURCES)).rejects.toThrow(expected);
});

test("what is put in never becomes structure, and only values are looked at", async () => {
  const read = readYaml('a: "${ODD}"\n"${A}": ${B}\nlist: ["${NONE:-}", "${A}", "${EMPTY:-}", x]\nempty: "${NONE:-}"\n');
  if (!(read instanceof ConfigTree)) throw new Error("not YAML");
  await expect(interpolate(read, SOURCES)).resolves.toEqual([]);
  expect(read.root).toEqual({ a: SOURCES.env["ODD"], "${A}": "two", list: ["one", "x"] });
  expect(read.template(["list", 0])).toBe("${A}");
  expect(read.position({ path: ["list", 1], at: "value" })).toEqual({ line: 3, column: 43 });
  expect(read.template(["empty"])).toBe("${NONE:-}");
});

test("every fault is reported, with its path", async () => {
  const read = readYaml("a: {b: ['${NO}', '${file:missing}']}\n");
  if (!(read instanceof ConfigTree)) throw new Error("not YAML");
  const findings = await interpolate(read, SOURCES);
  expect(findings.map((it) => it.path)).toEqual([
    ["a", "b", 0],
    ["a", "b", 1],
  ]);
});

test("any text survives escaping", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "$", "{") }), async (text) => {
      // A dollar before ${ would be taken for the escape itself.
      fc.pre(!text.includes("$${"));
      expect(
        await expand(
          text.replaceAll("${", () => "$${"),
          SOURCES,
        ),
      ).toBe(text);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("many unclosed or escaped references stay linear", async () => {
  const text = "$${".repeat(200_000);
  expect((await expand(text, SOURCES)).length).toBe(400_000);
  await expect(expand("${".repeat(200_000), SOURCES)).rejects.toThrow("not closed");
});
