import { parse, parseAllDocuments } from "yaml";
import { envoyConfig, envoyFragments, printBootstrap, printFragments, printYaml } from "../../../envoy/config";
import { because } from "../../../envoy/config/because";
import { removeDirectories } from "../../config/support";
import { configOf } from "./support";

afterAll(removeDirectories);

test("reasons stand above what they explain, once", () => {
  const shared = () => because({ b: "Why b." }, { a: 1, b: 2 });
  const items = ["one", "two"].map((name) => because({ name: `About ${name}.` }, { name, long: "x".repeat(100) }));
  expect(printYaml({ first: shared(), second: shared(), items }, "Heading.\n\nMore.")).toBe(`# Heading.

# More.

first:
  a: 1
  # Why b.
  b: 2
second:
  a: 1
  b: 2
items:
  # About one.
  - name: one
    long: ${"x".repeat(100)}
  # About two.
  - name: two
    long: ${"x".repeat(100)}
`);
});

test("long reasons are wrapped", () => {
  const text = printYaml(because({ a: "word ".repeat(60).trim() }, { a: 1 }), "H");
  const lines = text.split("\n").filter((line) => line.includes("word"));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.length).toBeLessThan(125);
});

test("texts that YAML could take for something else stay texts", () => {
  const value = { a: "*", b: "1", c: "null", d: "a: b # c", e: "%DYNAMIC_METADATA(graft:cl)%", f: "yes", g: "", h: "@x" };
  expect(parse(printYaml(value, "H"))).toEqual(value);
});

test("what is printed is what was made, without anchors", async () => {
  const config = await configOf({ envoy: "  routes: [{ prefix: /a, hosts: [a.test] }, { prefix: /b }]" });
  const bootstrap = envoyConfig(config, { version: "1" });
  const text = printBootstrap(config, { version: "1" });
  expect(parse(text)).toEqual(bootstrap);
  expect(text).not.toMatch(/[&*][a-z]\d/);
  expect(text).toContain("# Closed: without Graft");
  expect(text).toContain("# Level 2: ");
});

test("fragments are one document each and say where they go", async () => {
  const fragments = envoyFragments(await configOf(), { version: "1" });
  const text = printFragments(fragments);
  const documents = parseAllDocuments(text);
  expect(documents.map((it) => ("toJS" in it ? it.toJS() : undefined))).toEqual(fragments.map(({ value }) => value));
  for (const [index, { name, where }] of fragments.entries()) {
    expect(text).toContain(`# ${index + 1} of ${fragments.length}: ${name}\n`);
    expect(text.replaceAll(/\s*#?\s+/g, " ")).toContain(where.replaceAll(/\s+/g, " "));
  }
});
