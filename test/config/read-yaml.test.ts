import { ConfigTree } from "../../plugins/config/config-tree";
import { readYaml } from "../../plugins/config/read-yaml";

function tree(text: string): ConfigTree {
  const read = readYaml(text);
  if (!(read instanceof ConfigTree)) throw new Error(read.map((fault) => fault.message).join());
  return read;
}

function faults(text: string): string[] {
  const read = readYaml(text);
  return read instanceof ConfigTree ? [] : read.map((fault) => `${fault.line}:${fault.column} ${fault.message}`);
}

test("values are plain data", () => {
  expect(tree("a: 1\nb: [x, true, 1.5, 'y']\nc: {d: e}\nf: |\n  two\n  lines\n").root).toEqual({
    a: 1,
    b: ["x", true, 1.5, "y"],
    c: { d: "e" },
    f: "two\nlines\n",
  });
});

test("JSON is accepted, with tabs, CRLF and a byte order mark", () => {
  expect(tree('\uFEFF{\r\n\t"a": {"b": [1, "x\\u0041"]}\r\n}').root).toEqual({ a: { b: [1, "xA"] } });
});

test("empty and null values count as not written", () => {
  const it = tree("a:\nb: null\nc: ~\nd: ''\n");
  expect(it.root).toEqual({ d: "" });
  expect(it.has(["a"])).toBe(false);
});

test("keys are texts, whatever they look like", () => {
  expect(tree("1: a\ntrue: b\nconstructor: c\n").root).toEqual({ 1: "a", true: "b", constructor: "c" });
});

test.each([
  [["b"], "value", "2:4"],
  [["b"], "key", "2:1"],
  [["b", "c", 1], "value", "2:12"],
  [["b", "c", 1, "nothing"], "value", "2:12"],
  [["nothing", "here"], "value", "1:1"],
] as const)("position of %j (%s)", (path, at, expected) => {
  const { line, column } = tree("a: 1\nb: {c: [x, y]}\n").position({ path, at });
  expect(`${line}:${column}`).toBe(expected);
});

test("a key without a value still has a place", () => {
  expect(tree("a: 1\nmodels:\nb: 2\n").position({ path: ["models"], at: "value" })).toEqual({ line: 2, column: 8 });
});

test("aliases are the values of the nearest anchor above them", () => {
  const it = tree("a: &x {k: 1}\nb: *x\nc: &x [2]\nd: *x\n");
  expect(it.root).toEqual({ a: { k: 1 }, b: { k: 1 }, c: [2], d: [2] });
  expect(it.position({ path: ["b"], at: "value" })).toEqual({ line: 2, column: 4 });
  // A fault inside lies where it was written.
  expect(it.position({ path: ["b", "k"], at: "value" })).toEqual({ line: 1, column: 11 });
});

test("merge keys: what is written here wins, then the earlier source", () => {
  const it = tree("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\nd: {<<: *a, x: 9}\n");
  expect(it.root).toMatchObject({ c: { x: 1, y: 1, z: 3 }, d: { x: 9, y: 1 } });
  expect(it.position({ path: ["c", "y"], at: "key" })).toEqual({ line: 1, column: 14 });
});

test("a quoted << is a key like any other", () => {
  expect(tree('"<<": {a: 1}\n').root).toEqual({ "<<": { a: 1 } });
});

test.each([
  ["duplicate key", "a: 1\na: 2\n", "2:1 this key is written twice in the same mapping"],
  ["duplicate key in a flow mapping", "x: {a: 1, a: 2}\n", "1:11 this key is written twice in the same mapping"],
  ["tab as indentation", "a:\n\tb: 1\n", "2:1 not valid YAML"],
  ["custom tag", "a: !secret b\n", "1:4 not valid YAML: Unresolved tag"],
  ["alias without anchor", "a: *nowhere\n", "1:4"],
  ["alias to itself", "a: &a [*a]\n", "nested deeper than 64 levels"],
  ["merge of a text", "a: {<<: text}\n", "1:9 << must name a mapping or a list of mappings"],
  ["__proto__", "a:\n  __proto__: {x: 1}\n", "2:3 a key must not be called __proto__"],
  ["list as key", "[a]: 1\n", "1:1 not valid YAML"],
  ["empty list item", "a:\n  - x\n  -\n", "empty list item"],
  ["two documents", "a: 1\n---\nb: 2\n", "2:1 not valid YAML"],
  ["unclosed quote", 'a: "b\n', "not valid YAML"],
  ["unquoted reference in a flow list", "keys: [${KEY}]\n", "must be quoted"],
])("%s is refused", (_what, text, expected) => {
  expect(faults(text).join("\n")).toContain(expected);
});

test("a bomb of nested aliases is refused, not expanded", () => {
  const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}, *l${level}]`);
  expect(faults(`l0: &l0 [x, x]\n${levels.join("\n")}\n`).join()).toContain("more than 100000 values, aliases expanded");
});

test("deep nesting is refused, not a crash", () => {
  expect(faults(`a: ${"[".repeat(5000)}${"]".repeat(5000)}`).length).toBeGreaterThan(0);
});

test("no message quotes the file, where a secret may stand", () => {
  const texts = [
    "a: 'sk-secret\n",
    "sk-secret\nb: 1\n",
    "a: |sk-secret\n  x\n",
    'a: "\\qsk-secret"\n',
    "a: !sk-secret x\n",
    "a: `sk-secret`\n",
    "a: [b\nsk-secret: }\n",
    "%sk-secret\n---\na: 1\n",
    "a: *sk-secret\n",
    "a: x: sk-secret\n",
    "- a\nsk-secret\n",
    "? [sk-secret]\n: b\n",
  ];
  for (const text of texts) {
    const found = faults(text).join();
    expect(found).not.toBe("");
    expect(found).not.toContain("sk-secret");
  }
});
