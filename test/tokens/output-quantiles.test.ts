import fc from "fast-check";
import { OutputQuantiles } from "../../plugins/tokens";

function seen(lengths: readonly number[]): OutputQuantiles {
  const outputs = new OutputQuantiles();
  for (const length of lengths) outputs.observe("m", length);
  return outputs;
}

test("nothing is said before twenty answers were seen", () => {
  expect(seen(new Array<number>(19).fill(100)).quantile("m", 0.95)).toBeUndefined();
  expect(seen(new Array<number>(20).fill(100)).quantile("m", 0.95)).toBeGreaterThanOrEqual(100);
  expect(seen(new Array<number>(20).fill(100)).quantile("other", 0.95)).toBeUndefined();
});

test("never too low, and a sixth too high at most", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 900_000 })), {
        minLength: 20,
        maxLength: 300,
      }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (lengths, share) => {
        const sorted = [...lengths].sort((one, other) => one - other);
        const truth = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
        const quantile = seen(lengths).quantile("m", share);
        expect(quantile).toBeGreaterThanOrEqual(truth);
        expect(quantile).toBeLessThanOrEqual(1.16 * truth + 1);
      },
    ),
    { seed: 1, numRuns: 1000 },
  );
});

test("the model's limit caps it", () => {
  expect(seen(new Array<number>(20).fill(5000)).quantile("m", 0.95, 4096)).toBe(4096);
});

test("answers longer than a million count as a million", () => {
  const quantile = seen(new Array<number>(20).fill(1e9)).quantile("m", 0.95);
  expect(quantile).toBeGreaterThan(1e6);
  expect(quantile).toBeLessThan(1.2e6);
});

test("nonsense is ignored", () => {
  const outputs = seen([-1, Number.NaN, Number.NEGATIVE_INFINITY]);
  expect(outputs.snapshot().counts).toEqual([]);
});

test("what answers were like fades", () => {
  const outputs = seen(new Array<number>(1000).fill(5000));
  for (let at = 0; at < 12_000; at++) outputs.observe("m", 10);
  expect(outputs.quantile("m", 0.95)).toBeLessThan(20);
});

test("what was kept is taken up as it was, what is not sound left out", () => {
  const outputs = seen(Array.from({ length: 3000 }, (_, at) => (at * 37) % 2000));
  const kept: unknown = JSON.parse(JSON.stringify(outputs.snapshot()));
  const other = new OutputQuantiles();
  other.restore(kept);
  for (const share of [0.5, 0.9, 0.99]) expect(other.quantile("m", share)).toBe(outputs.quantile("m", share));

  const empty = new OutputQuantiles();
  const buckets = [[3, 50]];
  for (const nonsense of [undefined, null, "x", [], { version: 2, counts: [{ key: "m", buckets }] }, { version: 1, counts: 5 }])
    empty.restore(nonsense);
  const spoilt = [[["x", 1]], [[-1, 1]], [[100, 1]], [[1.5, 1]], [[1, -1]], [[1, 1e9]], [[1, null]], [5]];
  const counts = [...spoilt.map((bad) => ({ key: "m", buckets: bad })), { key: 5, buckets }, null];
  empty.restore({ version: 1, counts });
  expect(empty.snapshot().counts).toEqual([]);
  empty.restore({ version: 1, counts: [...counts, { key: "m", buckets }] });
  expect(empty.snapshot().counts).toEqual([{ key: "m", buckets }]);
});

test("the keys used last are remembered, so many and no more", () => {
  const outputs = new OutputQuantiles(2);
  for (const key of ["a", "b", "c"]) outputs.observe(key, 1);
  expect(outputs.snapshot().counts.map(({ key }) => key)).toEqual(["b", "c"]);
});
