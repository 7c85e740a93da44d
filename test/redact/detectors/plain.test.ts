import fc from "fast-check";
import { isWord, plainOf } from "../../../plugins/redact/detectors/plain";

test.each([
  ["a\u00a0b\u202fc\u3000d", "a b c d"],
  ["1\u20102\u20133\u22124", "1-2-3-4"],
  ["＋４９（１２３）．／：＠ａＺ＿", "+49(123)./:@aZ_"],
  ["٠١٢٣٩ ۰۹ ०९ ০৯ ๐๙", "01239 09 09 09 09"],
  ["a\\nb\\tc", "a  b  c"],
  ["\\u003cx\\u0040y\\u003E", "     <x     @y     >"],
  ["\\\\n \\x \\u00g", "\\   \\x \\u00g"],
  ["é ß 𝟙 漢 😀", "é ß 𝟙 漢 😀"],
])("%s", (text, expected) => {
  expect(plainOf(text)).toBe(expected);
});

test("every place stays where it is", () => {
  const text = fc.string({ unit: fc.constantFrom(..."aé漢１\u00a0\u2013\\nu0040٣😀@."), maxLength: 60 });
  fc.assert(fc.property(text, (any) => plainOf(any).length === any.length));
});

test("words", () => {
  const is = (text: string) => isWord(text, 0);
  expect([..."aZ09_éжΩ"].map(is)).not.toContain(false);
  expect([..."-. @漢あ한ไº№"].map(is)).not.toContain(true);
  expect([isWord("a", -1), isWord("a", 1)]).toEqual([false, false]);
});
