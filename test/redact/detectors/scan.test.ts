import fc from "fast-check";
import { Scan } from "../../../plugins/redact/detectors/scan";

function matched(text: string, pattern: RegExp): string[] {
  const scan = new Scan(text);
  return [...scan.matches([{ start: 0, end: text.length }], pattern)].map(({ match }) => match[0]);
}

test("digits and what is around them", () => {
  const scan = new Scan(`ab 12 c${" ".repeat(100)}345`);
  expect(scan.digits.map(({ start, end }) => scan.text.slice(start, end))).toEqual(["12", "345"]);
  expect(scan.numeric).toEqual([
    { start: 0, end: 45 },
    { start: 67, end: 110 },
  ]);
  expect(new Scan("none").numeric).toEqual([]);
});

test("tokens are unbroken runs, none longer than a secret", () => {
  const scan = new Scan(`short ${"a".repeat(16)} ${"b".repeat(5000)} ${"c".repeat(20)}`);
  expect(scan.tokens.map(({ start, end }) => scan.text.charAt(start) + (end - start))).toEqual(["a16", "c20"]);
});

test("tokens are the runs that a pattern finds", () => {
  const text = fc.array(fc.tuple(fc.constantFrom("a", "Z", "-", " ", "é", "=", "\n", "漢"), fc.nat(40)), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const joined = parts.map(([character, count]) => character.repeat(count)).join("");
      expect(new Scan(joined).tokens).toEqual(
        [...joined.matchAll(/[\w.~+/=-]{16,}/g)].map(({ index, 0: run }) => ({ start: index, end: index + run.length })),
      );
    }),
  );
});

test.each([
  ["12 345", ["12"]],
  ["x12 12x 12_ 12", ["12"]],
  ["1212 12", ["12"]],
  ["12\\n12", ["12", "12"]],
  ["漢12字", ["12"]],
  ["nº12", ["12"]],
])("matches stand alone: %s", (text, expected) => {
  expect(matched(text, /12/g)).toEqual(expected);
});

test("a match that is part of a word hides none behind it", () => {
  expect(matched("a-b-c1 b-c", /[a-z](?:-[a-z])?/g)).toEqual(["a-b", "b-c"]);
});

test("words near by", () => {
  const scan = new Scan("The CODE is 1234, a pin");
  const at = { start: 12, end: 16 };
  expect([scan.near(at, /code/), scan.near(at, /pin/), scan.near(at, /code/, 5), scan.near(at, /pin/, 60, 4)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("windows around a part, those that touch as one", () => {
  expect(new Scan("..@..@.........@").around("@", 2, 2)).toEqual([
    { start: 0, end: 8 },
    { start: 13, end: 16 },
  ]);
});

test("lower case is as long as the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("İ", "A", "ß", "Σ", "a"), maxLength: 20 }),
      (text) => new Scan(text).lower.length === text.length,
    ),
  );
});
