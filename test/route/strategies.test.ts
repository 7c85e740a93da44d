import fc from "fast-check";
import type { Target } from "../../plugins/core/target";
import { fallback } from "../../plugins/route/strategies/fallback";
import { weighted } from "../../plugins/route/strategies/weighted";

const targets = (...weights: number[]) => weights.map((weight, index) => ({ model: String(index), weight })) as Target[];
const names = (ordered: readonly Target[]) => ordered.map(({ model }) => model);

/** A small linear generator, so that shares can be asserted. */
const seeded = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

test("fallback keeps the order", () => {
  expect(names(fallback.order(targets(1, 9, 5), Math.random))).toEqual(["0", "1", "2"]);
});

describe("weighted", () => {
  test("is always a permutation, whatever the weights and the dice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }),
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (weights, dice) => {
          let at = 0;
          const ordered = weighted.order(targets(...weights), () => dice[at++] ?? 0);
          expect([...names(ordered)].sort()).toEqual(weights.map((_, index) => String(index)).sort());
        },
      ),
    );
  });

  test("the first follows the weights", () => {
    const random = seeded(7);
    const first = [0, 0, 0];
    for (let i = 0; i < 20_000; i += 1) first[Number(names(weighted.order(targets(70, 20, 10), random))[0])]! += 1;
    expect(first.map((count) => Math.round(count / 200))).toEqual([
      expect.closeTo(70, -1),
      expect.closeTo(20, -1),
      expect.closeTo(10, -1),
    ]);
    expect(first[0]).toBeGreaterThan(first[1]! * 3);
  });

  test("a weight of 0 is only asked after all others", () => {
    const random = seeded(3);
    for (let i = 0; i < 500; i += 1) expect(names(weighted.order(targets(0, 1, 1), random)).at(-1)).toBe("0");
  });

  test("all zero: in the order they stand", () => {
    expect(names(weighted.order(targets(0, 0, 0), seeded(1)))).toEqual(["0", "1", "2"]);
  });
});
