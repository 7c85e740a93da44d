import { z } from "zod";
import { kongFields } from "../../../kong/schema/convert";
import { allowList, allowSchema, checkAllow, checkCustom, customSchema } from "../../../plugins/redact/custom";
import { config } from "./support";

const TAKEN = new Set(["email", "secret"]);
const faults = (...custom: object[]) => checkCustom(custom.map(config), TAKEN);

test.each([
  [{ pattern: "EMP-\\d{6}" }],
  [{ words: ["Falcon"] }],
  [{ words: ["Falcon"], case_sensitive: true, pattern: "a+", context: ["near"] }],
  [{ pattern: "\\(\\?=a\\) [(?=] \\++ .*[a-z]+ \\d*\\s+ (?P<name>x) \\\\1" }],
])("%j is fine", (it) => {
  expect(faults(it)).toEqual([]);
});

test.each([
  [{}, [], "`pattern` or `words`"],
  [{ name: "Emp", pattern: "a" }, ["name"], "lower-case"],
  [{ name: "1a", pattern: "a" }, ["name"], "letter first"],
  [{ name: "email", pattern: "a" }, ["name"], "built-in"],
  [{ name: "secret", pattern: "a" }, ["name"], "built-in"],
  [{ pattern: "a", case_sensitive: true }, ["case_sensitive"], "(?i)"],
  [{ pattern: "(?=a)b" }, ["pattern"], "`context`"],
  [{ pattern: "(?!a)b" }, ["pattern"], "look-around"],
  [{ pattern: "(?<=a)b" }, ["pattern"], "look-around"],
  [{ pattern: "(?<!a)b" }, ["pattern"], "look-around"],
  [{ pattern: "(a)\\1" }, ["pattern"], "back-references"],
  [{ pattern: "(?<n>a)\\k<n>" }, ["pattern"], "back-references"],
  [{ pattern: "(?>a)b" }, ["pattern"], "possessive"],
  [{ pattern: "a++b" }, ["pattern"], "possessive"],
  [{ pattern: "[a" }, ["pattern"], "missing closing ]"],
  [{ pattern: "(a" }, ["pattern"], "missing closing )"],
  [{ pattern: "a**" }, ["pattern"], "RE2's syntax"],
  [{ pattern: "x{2000}" }, ["pattern"], "repeat count"],
  [{ pattern: "(a{1,30}b{1,30}c{1,30}){1,30}" }, ["pattern"], "too large"],
  [{ pattern: "a*" }, ["pattern"], "empty"],
  [{ words: [" "] }, ["words", 0], "blank"],
  [{ words: ["a", "++"] }, ["words", 1], "letter"],
  [{ pattern: "a", context: ["\t"] }, ["context", 0], "blank"],
])("%j: %j", (it, path, message) => {
  expect(faults(it)).toEqual([{ path: [0, ...path], message: expect.stringContaining(message) }]);
});

test("a name that stands twice", () => {
  expect(faults({ pattern: "a" }, { pattern: "b" })).toEqual([{ path: [1, "name"], message: expect.stringContaining("twice") }]);
});

test("no message holds a part of a pattern or a word", () => {
  const messages = JSON.stringify(
    faults({ pattern: "(?<=Jane Doe)b" }, { name: "b", pattern: "Jane Doe[" }, { name: "c", pattern: "Jane Doe(\\q" }),
  );
  expect(messages).toContain("RE2");
  expect(messages).not.toContain("Jane");
});

const allowed = (it: object) => allowList(allowSchema().parse(it));

test("allowed values, in any case, and patterns that match all of one", () => {
  const isAllowed = allowed({ values: ["Support@example.com", "Straße 1"], patterns: [".*@example\\.org", "\\d{4}"] });
  for (const value of ["support@EXAMPLE.com", " support@example.com ", "STRASSE  1", "a@example.org", "1234"]) {
    expect([value, isAllowed(value)]).toEqual([value, true]);
  }
  for (const value of ["xsupport@example.com", "a@example.org.evil.example", "12345", "", "a@example.org\nb@c.example"]) {
    expect([value, isAllowed(value)]).toEqual([value, false]);
  }
  expect(allowed({})("a")).toBe(false);
});

test.each([
  [{ values: ["  "] }, ["values", 0], "blank"],
  [{ patterns: ["(?=a)"] }, ["patterns", 0], "look-around"],
  [{ patterns: ["a", ".*"] }, ["patterns", 1], "empty"],
  [{ patterns: [".+"] }, ["patterns", 0], "everything"],
])("allow %j", (it, path, message) => {
  expect(checkAllow(allowSchema().parse(it))).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test("Kong can say the schemas", () => {
  expect(kongFields(z.strictObject({ custom: z.array(customSchema()), allow: allowSchema() }))).toHaveLength(2);
});
