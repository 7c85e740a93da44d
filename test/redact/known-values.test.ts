import fc from "fast-check";
import { KnownValues } from "../../plugins/redact/known-values";
import { merge, outside } from "../../plugins/redact/regions";

const found = (values: readonly string[], text: string): readonly string[] =>
  merge(new KnownValues(new Map(values.map((value) => [value, "x"]))).find(text)).map(({ start, end }) => text.slice(start, end));

test.each([
  [["X1234567"], "X1234567, (X1234567) xX1234567 X12345678", ["X1234567", "X1234567"]],
  [["abcd", "abcd efgh", "abcd efgh ijkl"], "abcd efgh ijklm abcd", ["abcd efgh", "abcd"]],
  [["+1 22", "a@b.c"], "call +1 22 or a@b.c!", ["+1 22", "a@b.c"]],
  [["abc"], "abc", []],
  [["Zoë😀"], "Zoë😀 Zoë", ["Zoë😀"]],
  [["Zoë Q"], '{"a":"\\nZo\\u00eb Q"}', ["Zo\\u00eb Q"]],
])("%j in %s", (values, text, expected) => {
  expect(found(values, text)).toEqual(expected);
});

test("as plain search would find them", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 4, maxLength: 8 });
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 6 }), fc.array(word, { maxLength: 12 }), (values, words) => {
      const text = words.join(" ");
      const hits = new Set(found(values, text).flatMap((hit) => hit.split(" ")));
      for (const value of values) if (words.includes(value)) expect([...hits].some((hit) => hit.includes(value))).toBe(true);
    }),
    { numRuns: 500, seed: 1 },
  );
});

const at = (start: number, end: number, entity = "x") => ({ start, end, entity });

test("findings that overlap become one that covers all of them, called as the longest", () => {
  expect(merge([at(5, 9, "b"), at(0, 6, "a"), at(8, 20, "c"), at(20, 22, "d"), at(30, 31)])).toEqual([
    at(0, 20, "c"),
    at(20, 22, "d"),
    at(30, 31),
  ]);
  expect(merge([at(0, 4, "first"), at(0, 4, "second")])).toEqual([at(0, 4, "first")]);
});

test("what touches others is left out", () => {
  expect(outside([at(0, 2), at(3, 5), at(5, 6), at(9, 12)], [at(2, 3), at(4, 5), at(8, 10)])).toEqual([at(0, 2), at(5, 6)]);
});
