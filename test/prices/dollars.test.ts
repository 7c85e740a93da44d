import fc from "fast-check";
import { dollarText, MAX_DOLLARS, MAX_NANOS, nanoDollars, percentOf, tokenNanos } from "../../plugins/prices/dollars";
import { MAX_AMOUNT } from "../../plugins/stores/limits";

test("amounts stop where those of limits do", () => {
  expect(MAX_NANOS).toBe(MAX_AMOUNT);
});

test.each<[number | string, number | undefined]>([
  [0, 0],
  [2.5, 2_500_000_000],
  [0.1, 100_000_000],
  [0.18000000000000002, 180_000_000],
  // The double next to it is a little less: a product of floats would be 3624999.9999999995.
  [0.003625, 3_625_000],
  ["0.003625", 3_625_000],
  ["2.50", 2_500_000_000],
  [3.3, 3_300_000_000],
  [1e-7, 100],
  ["1e-7", 100],
  [1e-9, 1],
  // Finer than a nano-dollar: rounded up.
  [1e-10, 1],
  ["0.0000000011", 2],
  ["1.0000000000", 1_000_000_000],
  [1.5e3, 1_500_000_000_000],
  [MAX_DOLLARS, MAX_DOLLARS * 1e9],
  [MAX_DOLLARS + 0.01, undefined],
  [1e21, undefined],
  ["1e99", undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ["", undefined],
  ["1,5", undefined],
  ["0x10", undefined],
  [".5", undefined],
])("%p dollars are %p nano-dollars", (dollars, nanos) => {
  expect(nanoDollars(dollars)).toBe(nanos);
});

test("every decimal of nine places is read exactly, and written back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_DOLLARS * 1e9 }), (nanos) => {
      expect(nanoDollars(dollarText(nanos))).toBe(nanos);
    }),
  );
});

test.each([
  [0, "0.00"],
  [2_500_000_000, "2.50"],
  [3_625_000, "0.003625"],
  [1, "0.000000001"],
])("%p is written %p", (nanos, text) => {
  expect(dollarText(nanos)).toBe(text);
});

test("tokens cost what exact arithmetic says, rounded up", () => {
  const exact = (tokens: number, perMillion: number): bigint => (BigInt(tokens) * BigInt(perMillion) + 999_999n) / 1_000_000n;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e14 }), (tokens, perMillion) => {
      const cost = exact(tokens, perMillion);
      const most = BigInt(MAX_NANOS);
      expect(BigInt(tokenNanos(tokens, perMillion))).toBe(cost < most ? cost : most);
    }),
    {
      numRuns: 5000,
      examples: [
        [1, 1],
        [1e9, 999_999],
        [1e9, 3_625_001],
        [1e9, 600 * 1e9],
        [999_999_999, 999_999],
      ],
    },
  );
});

test("percents are exact, rounded up", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e13 }), fc.integer({ min: 0, max: 1000 }), (nanos, percent) => {
      expect(BigInt(percentOf(nanos, percent))).toBe((BigInt(nanos) * BigInt(percent) + 99n) / 100n);
    }),
  );
});
