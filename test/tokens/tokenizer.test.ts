import fc from "fast-check";
import type { EncodingName } from "../../plugins/tokens";
import { MergeCounter } from "../../plugins/tokens/merge-count";
import { Tokenizer } from "../../plugins/tokens/tokenizer";
import type { Vocabulary } from "../../plugins/tokens/vocabulary";
import { NASTY, OTHERS, PROSE } from "./support/corpus";
import { randomText } from "./support/random-text";
import { referenceCount, tablesOf } from "./support/tables";

const ENCODINGS: readonly EncodingName[] = ["o200k_base", "cl100k_base"];

describe.each(ENCODINGS)("%s counts as OpenAI's own encoder", (encoding) => {
  const tokenizer = new Tokenizer(tablesOf(encoding));

  test.each(Object.entries({ ...PROSE, ...OTHERS }))("%s", (_, text) => {
    expect(tokenizer.count(text)).toBe(referenceCount(text, encoding));
  });

  test.each(["", "<|endoftext|>", "<|im_start|>system<|im_sep|>", "\ud800", "a\udc00b", "\ud83d\ude00\ud83d", "\u0000\uffff"])(
    "%j",
    (text) => {
      expect(tokenizer.count(text)).toBe(referenceCount(text, encoding));
    },
  );

  test("every two nasty pieces next to each other", () => {
    for (const one of NASTY)
      for (const other of NASTY) {
        const text = `${one}${other}`;
        expect([text, tokenizer.count(text)]).toEqual([text, referenceCount(text, encoding)]);
      }
  });

  test("random text", () => {
    fc.assert(
      fc.property(randomText, (text) => {
        expect(tokenizer.count(text)).toBe(referenceCount(text, encoding));
      }),
      { seed: 5, numRuns: 1500 },
    );
  });

  test.each([
    ["one letter", "a".repeat(3000)],
    ["blanks", " ".repeat(3000)],
    ["line breaks", "\r\n".repeat(1500)],
    ["symbols", "=-".repeat(1500)],
    ["Han", "中文".repeat(700)],
    ["emoji", "😀".repeat(700)],
    ["random letters", randomLetters(3000)],
  ])("a long run of %s", (_, text) => {
    expect(tokenizer.count(text)).toBe(referenceCount(text, encoding));
  });

  test("with a budget: the same count, or none and no more work than the budget", () => {
    fc.assert(
      fc.property(randomText, fc.nat(200), (text, budget) => {
        const before = tokenizer.mergedBytes;
        const count = tokenizer.count(text, budget);
        expect(tokenizer.mergedBytes - before).toBeLessThanOrEqual(budget);
        if (count !== undefined) expect(count).toBe(referenceCount(text, encoding));
        else expect(Buffer.byteLength(text)).toBeGreaterThan(budget);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

/** A quadratic merge of these would look tokens up some 10^10 times. */
test.each([
  ["one letter", "a".repeat(100_000)],
  ["blanks", " ".repeat(100_000)],
  ["Han", "的一是不了人我在有他".repeat(3300)],
  ["emoji", "😀👍🎉".repeat(8000)],
  ["random letters", randomLetters(100_000)],
])("merging a piece of 100 kB of %s looks up at most four pairs a byte", (_, text) => {
  const bytes = Buffer.from(text);
  let lookups = 0;
  const { vocabulary } = tablesOf("o200k_base");
  const watched: Vocabulary = {
    ...vocabulary,
    get longest() {
      lookups += 1;
      return vocabulary.longest;
    },
  };
  const count = new MergeCounter(watched).count(bytes, 0, bytes.length);
  expect(count).toBeLessThan(bytes.length);
  expect(lookups).toBeGreaterThan(bytes.length - 2);
  expect(lookups).toBeLessThan(4 * bytes.length);
});

test("a piece of many megabytes is cut: no fewer tokens, and hardly more", () => {
  const tokenizer = new Tokenizer(tablesOf("o200k_base"));
  const eight = tokenizer.count("a".repeat(8));
  const count = tokenizer.count("a".repeat(2 * 2 ** 20 + 80));
  expect(eight).toBe(1);
  expect(count).toBeGreaterThanOrEqual((2 * 2 ** 20 + 80) / 8);
  expect(count).toBeLessThanOrEqual((2 * 2 ** 20 + 80) / 8 + 2);
});

function randomLetters(length: number): string {
  let state = 7;
  const letters = Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(0x61 + ((state >>> 16) % 26));
  });
  return letters.join("");
}
