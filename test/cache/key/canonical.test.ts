import fc from "fast-check";
import { canonical } from "../../../plugins/cache/key/canonical";
import { shuffled } from "./support";

/** Values of the same text, in rows; no two rows share one. */
const ROWS: readonly (readonly unknown[])[] = [
  [{ a: 1, b: 2 }, JSON.parse('{"b":2,"a":1}'), JSON.parse('{ "b" : 2.0, "a" : 1e0 }'), { b: 2, a: 1, c: undefined }],
  [{ a: 1, b: "2" }],
  [{ a: 1, b: 2, c: null }],
  [{ properties: { a: 1, b: 2 } }],
  [{ properties: { b: 2, a: 1 } }],
  [{ properties: [{ a: 1, b: 2 }] }, { properties: [{ b: 2, a: 1 }] }],
  [{ properties: { x: { a: 1, b: 2 } } }, { properties: { x: { b: 2, a: 1 } } }],
  [["a", "b"]],
  [["a,b"]],
  [['a","b']],
  [["b", "a"]],
  [[["a"], "b"]],
  [[["a", "b"]]],
  [[]],
  [{}],
  [{ "": {} }],
  [[[]]],
  [""],
  ["\ud800"],
  ["\udfff"],
  ["\ufffd"],
  ["é"],
  ["e\u0301"],
  [null, Number.NaN],
  [0, -0, JSON.parse("0.0")],
  [false],
  ["false"],
  [1],
  ["1"],
  [JSON.parse('{"__proto__":1}')],
  [JSON.parse('{"__proto__":{"a":1}}')],
  [JSON.parse('{"constructor":1}')],
  [{ a: { b: 1 }, c: 2 }],
  [{ a: { b: 1, c: 2 } }],
];

it("same text within a row, another in each row", () => {
  const texts = ROWS.map((row) => new Set(row.map((value) => canonical(value))));
  for (const [at, row] of texts.entries()) expect({ at, texts: row.size }).toEqual({ at, texts: 1 });
  expect(new Set(texts.flatMap((row) => [...row])).size).toBe(ROWS.length);
});

it("is JSON that says the value, so that no two values can share it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      // Compared as text: for `toEqual`, a member named `__proto__` is none.
      const again: unknown = JSON.parse(canonical(value));
      expect(canonical(again)).toBe(canonical(value));
      expect(again).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 5, numRuns: 500 },
  );
});

it("does not mind the order of members", () => {
  const random = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.jsonValue(), random, (value, numbers) => {
      expect(canonical(shuffled(value, () => numbers.next().value))).toBe(canonical(value));
    }),
    { seed: 6, numRuns: 300 },
  );
});

it("takes what is nested 1,000 levels deep", () => {
  const deep = (text: string, open: string, close: string): unknown => JSON.parse(open.repeat(1000) + text + close.repeat(1000));
  expect(canonical(deep("1", "[", "]"))).not.toBe(canonical(deep("2", "[", "]")));
  expect(canonical(deep("1", '{"a":', "}"))).not.toBe(canonical(deep("2", '{"a":', "}")));
});
