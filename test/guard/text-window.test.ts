import fc from "fast-check";
import type { Finder } from "../../plugins/guard/finder";
import { KeywordFinder } from "../../plugins/guard/keyword-finder";
import { longestMatch } from "../../plugins/guard/longest-match";
import { compilePattern, PatternFinder } from "../../plugins/guard/pattern-finder";
import { holdFor, TextWindow, type WatchedFinder } from "../../plugins/guard/text-window";

class Stopped extends Error {}

const pattern = (source: string, longest?: number) => new PatternFinder(source, { caseSensitive: false, longest });

function redacting(finder: Finder, label: string): WatchedFinder {
  return {
    finder,
    redacts: true,
    label,
    fired: () => true,
    overran: () => {
      throw new Stopped();
    },
  };
}

function blocking(finder: Finder): WatchedFinder {
  const stop = () => {
    throw new Stopped();
  };
  return { finder, redacts: false, label: "", fired: stop, overran: stop };
}

interface Run {
  readonly out: string;
  readonly stopped: boolean;
  readonly mostHeld: number;
}

function run(finders: readonly WatchedFinder[], pieces: readonly string[], step: number, json = false): Run {
  const window = new TextWindow(finders, { hold: holdFor(finders.map(({ finder }) => finder)), step, json });
  let out = "";
  let mostHeld = 0;
  try {
    for (const piece of pieces) {
      out += window.push(piece);
      mostHeld = Math.max(mostHeld, window.taken - window.passed);
    }
    return { out: out + window.end(), stopped: false, mostHeld };
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    return { out, stopped: true, mostHeld };
  }
}

/** Small alphabets, so that matches, near misses and overlaps are many; pairs, and letters that case changes. */
const letters = fc.array(fc.constantFrom("a", "b", "B", "c", " ", ".", "1", "2", "é", "😀", "\n"), { maxLength: 60 });
const text = letters.map((all) => all.join(""));

/** Cut anywhere, in the middle of a pair as well. */
function cut(whole: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(whole.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
const steps = fc.integer({ min: 1, max: 30 });

const FINDERS: readonly (readonly [string, () => Finder])[] = [
  ["letters", () => pattern("ab")],
  ["a word", () => pattern("\\bab\\b")],
  ["a repetition", () => pattern("a{1,3}b?")],
  ["two ways", () => pattern("a|ab|abc|b.c")],
  ["a class", () => pattern("[^a]{2}b")],
  ["a pair", () => pattern("😀.")],
  ["a start", () => pattern("^ab?")],
  ["an end of line", () => pattern("(?m)b$")],
  ["keywords", () => new KeywordFinder(["ab", "ab ba", "b c", "é"])],
];

describe.each(FINDERS)("%s", (_, make) => {
  test("redacted text is the same however it was cut", () => {
    fc.assert(
      fc.property(text, sizes, steps, (whole, pieces, step) => {
        const finders = [redacting(make(), "[x]")];
        expect(run(finders, cut(whole, pieces), step).out).toBe(run(finders, [whole], 1e9).out);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test("nothing of a match is let through before it stops, and without one all of it is, in time", () => {
    fc.assert(
      fc.property(text, sizes, steps, (whole, pieces, step) => {
        const finder = make();
        const first = [...finder.find(whole, 0)][0];
        const cuts = cut(whole, pieces);
        const { out, stopped, mostHeld } = run([blocking(finder)], cuts, step);
        expect(stopped).toBe(first !== undefined);
        if (first === undefined) expect(out).toBe(whole);
        else expect(whole.slice(0, first.start).startsWith(out)).toBe(true);
        expect(mostHeld).toBeLessThanOrEqual(holdFor([finder]) + step);
      }),
      { seed: 2, numRuns: 400 },
    );
  });
});

test("overlapping matches of several finders become one gap, however the text was cut", () => {
  fc.assert(
    fc.property(text, sizes, steps, (whole, pieces, step) => {
      const finders = [
        redacting(pattern("a.b"), "[one]"),
        redacting(pattern("b{1,4}"), "[two]"),
        redacting(new KeywordFinder(["c", "b c"]), "[three]"),
      ];
      const streamed = run(finders, cut(whole, pieces), step).out;
      expect(streamed).toBe(run(finders, [whole], 1e9).out);
      expect(streamed.replace(/\[\w+\]/g, "")).not.toMatch(/b/i);
    }),
    { seed: 3, numRuns: 400 },
  );
});

describe("JSON text", () => {
  const spelt = fc.array(
    fc.tuple(fc.constantFrom("s", "e", "c", "r", "t", " ", '"', "\n", "😀"), fc.boolean()).map(([letter, escaped]) => {
      if (escaped)
        return [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
      return JSON.stringify(letter).slice(1, -1);
    }),
    { maxLength: 40 },
  );

  test("escapes hide nothing, and what is let through says the same", () => {
    fc.assert(
      fc.property(spelt, sizes, steps, (parts, pieces, step) => {
        const json = `"${parts.join("")}"`;
        const finders = [redacting(pattern("se|c[er]|t{2}"), "[x]")];
        const { out, stopped } = run(finders, cut(json, pieces), step, true);
        expect(stopped).toBe(false);
        expect(JSON.parse(out)).toBe(run(finders, [JSON.parse(json) as string], 1e9).out);
        expect(out).toBe(run(finders, [json], 1e9, true).out);
      }),
      { seed: 4, numRuns: 400 },
    );
  });

  test("without a match it is the same text, byte for byte", () => {
    fc.assert(
      fc.property(spelt, sizes, steps, (parts, pieces, step) => {
        const json = `{"a":"${parts.join("")}\\`;
        expect(run([blocking(pattern("password"))], cut(json, pieces), step, true).out).toBe(json);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe("a pattern without an end", () => {
  test("stops where more would have to be replaced than is held", () => {
    const endless = [redacting(pattern("sk-\\w+"), "[key]")];
    expect(run(endless, [`key sk-${"a".repeat(100)} end`], 10)).toMatchObject({ out: "key [key] end" });
    const long = cut(`key sk-${"a".repeat(400)} end`, [7]);
    const { out, stopped } = run(endless, long, 10);
    expect(stopped).toBe(true);
    expect("key ".startsWith(out)).toBe(true);
  });
});

test("linear: a megabyte in pieces of a few letters", () => {
  const finders = [redacting(pattern("x{3}y"), "[x]"), redacting(new KeywordFinder(["aaa b"]), "[y]")];
  const whole = "a".repeat(500_000) + "x".repeat(500_000);
  expect(run(finders, cut(whole, [4]), 200).out).toBe(whole);
});

test.each([
  ["abc", 3],
  ["a|bcd?", 3],
  ["a{2,5}", 5],
  ["(?:ab){3}c?", 7],
  ["\\bword\\b", 4],
  [".", 2],
  ["[a-z]{4}", 4],
  ["[^a]{4}", 8],
  ["😀", 2],
  ["(a)(b|(cd))", 3],
  ["a*", Number.POSITIVE_INFINITY],
  ["ab+c", Number.POSITIVE_INFINITY],
  ["(?:a|b{2,})", Number.POSITIVE_INFINITY],
  ["a.{0,50}b", 102],
])("the longest match of %s", (source, longest) => {
  expect(longestMatch(compilePattern(source, true))).toBe(longest);
});
