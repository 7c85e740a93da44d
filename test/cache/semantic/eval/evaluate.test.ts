import { evaluate } from "../../../../plugins/cache/semantic/eval/evaluate";
import type { Pair } from "../../../../plugins/cache/semantic/eval/pairs";
import { showEval } from "../../../../plugins/cache/semantic/eval/show-eval";

/** Texts end in the angle, in degrees, that their vector has. */
const embed = (texts: string[]): Promise<Float32Array[]> =>
  Promise.resolve(
    texts.map((text) => {
      const angle = (Number(/(\d+)$/.exec(text)?.[1]) * Math.PI) / 180;
      return Float32Array.of(2 * Math.cos(angle), 2 * Math.sin(angle));
    }),
  );
const apart = (same: boolean, angle: number, word = "rice"): Pair => ({
  a: "how to cook rice? @x0",
  b: `how to cook ${word}? @x${angle}`,
  same,
});
const bySpelling = (texts: string[]): Promise<Float32Array[]> =>
  Promise.resolve(texts.map((text) => Float32Array.of(text.length, 1)));

test("counts what is at least as similar, with and without the second check", async () => {
  const pairs: Pair[] = [
    { a: "how to cook rice", b: "How do I cook rice?", same: true },
    { a: "how to cook rice", b: "How do I cook rice", same: true },
    { a: "how to cook rice", b: "how to boil some grains", same: true },
    { a: "how to cook rice", b: "how to cook beef", same: false },
  ];
  const vectors = new Map([
    ["how to cook rice", 0],
    ["How do I cook rice?", 10],
    ["How do I cook rice", 30],
    ["how to boil some grains", 0],
    ["how to cook beef", 5],
  ]);
  const table = await evaluate(pairs, (texts) => embed(texts.map((text) => `@${vectors.get(text)}`)), [0.99, 0.8, 0.95]);
  expect(table).toEqual({
    same: 3,
    different: 1,
    rows: [
      { threshold: 0.8, hits: 3, falseHits: 1, checkedHits: 2, checkedFalseHits: 0 },
      { threshold: 0.95, hits: 2, falseHits: 1, checkedHits: 1, checkedFalseHits: 0 },
      { threshold: 0.99, hits: 1, falseHits: 1, checkedHits: 0, checkedFalseHits: 0 },
    ],
    recommended: 0.8,
  });
  expect(showEval(table)).toBe(`3 pairs of one meaning, 1 of two

threshold     hits  false hits  hits, checked  false hits, checked
     0.80  100.0 %     100.0 %         66.7 %                0.0 %
     0.95   66.7 %     100.0 %         33.3 %                0.0 %
     0.99   33.3 %     100.0 %          0.0 %                0.0 %

Recommended: 0.80, the most hits with at most 2 % of false hits, with the second check (what the cache serves).`);
});

test("of thresholds with equal hits the highest is recommended, and none that hits falsely", async () => {
  // The check takes these two for the same, the author does not.
  const wrong: Pair = { a: "how to cook rice", b: "how do I cook rice", same: false };
  const right: Pair = { a: "how to boil eggs", b: "how do I boil eggs", same: true };
  const angles = new Map([
    [wrong.a, 0],
    [wrong.b, 30],
    [right.a, 0],
    [right.b, 5],
  ]);
  const by = (texts: string[]): Promise<Float32Array[]> => embed(texts.map((text) => `@${angles.get(text)}`));
  expect((await evaluate([wrong, right], by, [0.8, 0.9, 0.95, 0.999])).recommended).toBe(0.95);
  const none = await evaluate([wrong, right], by, [0.8]);
  expect(none.recommended).toBeUndefined();
  expect(showEval(none)).toContain("No threshold recommended");
});

test("nothing is recommended without pairs that must not hit", async () => {
  const table = await evaluate([apart(true, 0)], embed);
  expect(table.recommended).toBeUndefined();
  expect(showEval(table)).toContain('add some with "same": false');
  expect(showEval(table)).toMatch(/0\.80 +100\.0 % +- /);
});

test("each text is embedded once, in batches", async () => {
  const sizes: number[] = [];
  const seen = new Set<string>();
  const pairs = Array.from(
    { length: 100 },
    (_, at): Pair => ({ a: "what is it", b: `what is ${"x".repeat(at + 1)}`, same: false }),
  );
  await evaluate(pairs, (texts) => {
    sizes.push(texts.length);
    for (const text of texts) {
      expect(seen.has(text)).toBe(false);
      seen.add(text);
    }
    return bySpelling(texts);
  });
  expect(sizes).toEqual([32, 32, 32, 5]);
});

test("equal vectors are similar by 1, texts without a vector by 0", async () => {
  const pairs: Pair[] = [{ a: "how to cook rice", b: "how do I cook rice", same: true }];
  const rows = async (...values: number[]): Promise<number | undefined> =>
    (await evaluate(pairs, (texts) => Promise.resolve(texts.map(() => Float32Array.from(values))), [1])).rows[0]?.hits;
  expect(await rows(0.1, 0.2, 0.7)).toBe(1);
  expect(await rows(0, 0, 0)).toBe(0);
});

test.each([
  [(): Float32Array[] => [Float32Array.of(1)], "gave 1 vectors for 2 texts"],
  [(): Float32Array[] => [Float32Array.of(1), Float32Array.of(1, 2)], "different lengths"],
])("a model that gives other vectors is a fault", async (give, message) => {
  await expect(evaluate([apart(true, 1)], () => Promise.resolve(give()))).rejects.toThrow(message);
});
