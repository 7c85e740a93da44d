import fc from "fast-check";
import { compiledPattern } from "../../../plugins/redact/custom/compile-pattern";
import { PatternSearch } from "../../../plugins/redact/custom/pattern-search";
import { findings, found } from "./support";

test.each([
  ["EMP-\\d{6}", "Ask EMP-123456 or EMP-654321.", ["EMP-123456", "EMP-654321"]],
  ["(?i)emp-\\d{6}", "ask eMp-123456", ["eMp-123456"]],
  ["EMP-\\d{6}", "ask emp-123456", []],
  ["\\b[A-Z]{2}\\d{4}\\b", "XX1234 AXX12345 (YY9876)", ["XX1234", "YY9876"]],
  ["^id: \\w+", "id: a7\nid: b8", ["id: a7"]],
  ["(?m)^id: \\w+$", "id: a7\nid: b8\nid: c9 ", ["id: a7", "id: b8"]],
  ["\\w+$", "one two", ["two"]],
  ["Projekt \\pL+", "Das Projekt Überholspur läuft", ["Projekt Überholspur"]],
  ["x*y?", "zzxxzz", ["xx"]],
  ["a|ab", "abab", ["a", "a"]],
  ["(?P<n>\\d)(?:-\\d)+", "1-2-3 4", ["1-2-3"]],
  ["😀+", "a😀😀b", ["😀😀"]],
  ["EMP-\\d{6}", "EMP\u2011123456 and EMP-１２３４５６", ["EMP\u2011123456", "EMP-１２３４５６"]],
  ["EMP\u2013\\d{3}", "EMP\u2013123", ["EMP\u2013123"]],
])("%s in %j", (pattern, text, expected) => {
  expect(found({ pattern }, text)).toEqual(expected);
});

test("context decides where one is given", () => {
  const it = { pattern: "\\d{6}", context: ["employee no.", "Mitarbeiter"] };
  expect(found(it, "Employee  no. 123456")).toEqual(["123456"]);
  expect(found(it, "123456 (Mitarbeiter)")).toEqual(["123456"]);
  expect(found(it, `Mitarbeiter ${"x ".repeat(40)}123456`)).toEqual([]);
  expect(found(it, "Mitarbeiterin 123456 and 123456")).toEqual([]);
});

test("a match that is too long is cut, not within a character, and what is behind is looked at anew", () => {
  expect(findings({ pattern: "a+", longest: 8 }, "a".repeat(20))).toEqual([
    { start: 0, end: 8 },
    { start: 8, end: 16 },
    { start: 16, end: 20 },
  ]);
  expect(findings({ pattern: "a😀+", longest: 8 }, `a${"😀".repeat(5)}a`)).toEqual([{ start: 0, end: 7 }]);
  expect(found({ pattern: "key=.*", longest: 10 }, "key=1234567890 key=1")).toEqual(["key=123456", "key=1"]);
});

/** Of patterns whose matches are short and do not depend on what is far behind, the stretches must not show. */
test("the same as in one go, wherever a match stands", () => {
  const patterns = ["EMP-\\d{1,3}", "\\b\\w{3}\\b", "(?m)^a.?b$", "a|ab|abc", "[^ ]{2,7}!", "\\Ba", "b\\z"].map(compiledPattern);
  const piece = fc.constantFrom("a", "b", "ab", "abc", " ", "\n", "!", "EMP-", "1", "23", "😀", "é");
  const text = fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, fc.constantFrom(...patterns), fc.integer({ min: 8, max: 40 }), (value, pattern, longest) => {
      const matcher = pattern.matcher(value);
      const expected: { start: number; end: number }[] = [];
      while (matcher.find()) if (matcher.end() > matcher.start()) expected.push({ start: matcher.start(), end: matcher.end() });
      expect(new PatternSearch(pattern).find(value, longest)).toEqual(expected);
    }),
    { seed: 6, numRuns: 2000 },
  );
});

// What is not linear takes minutes for this much.
test("hostile patterns on hostile texts", () => {
  const rows: string[] = [];
  const cases = [
    ["^(a+)+$", "a"],
    ["^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaa!"],
    ["(a|a)*b", "a"],
    ["(.*)*x", "a"],
    ["(.*)*x", "ax"],
    ["(a|aa)+$", "a!"],
    ["(\\w+\\s?)*:", "a b "],
    ["key[^;]*;|password", "key password "],
    ["a[^!]*!|a", "a"],
    ["\\b[A-Z]+-\\d+\\b", "A"],
    ["(?i)(x|y|z)*foo", "xyz"],
    ["[^@]+@[^@]+", "a@"],
  ] as const;
  for (const [pattern, unit] of cases) {
    const search = new PatternSearch(compiledPattern(pattern));
    const times = [16, 64, 256].map((kibibytes) => {
      const text = unit.repeat(Math.ceil((kibibytes * 1024) / unit.length));
      const start = process.hrtime.bigint();
      let before = 0;
      for (const { start: from, end } of search.find(text, 256)) {
        if (from < before || end - from > 256) throw new Error(`${pattern}: [${from}, ${end}) behind ${before}`);
        before = end;
      }
      return `${(Number(process.hrtime.bigint() - start) / 1e6).toFixed(1)} ms`;
    });
    rows.push(`${pattern} on ${JSON.stringify(unit)}: ${times.join(", ")}`);
  }
  console.info(["16, 64 and 256 KiB:", ...rows].join("\n"));
}, 120_000);
