import fc from "fast-check";
import { Calibration } from "../../plugins/tokens";

/** Predictions after `times` reports of a provider that counts `offset + slope × estimated`. */
function learned(offset: number, slope: number, times: number): Calibration {
  const calibration = new Calibration();
  for (let at = 0; at < times; at++) {
    const estimated = 20 + ((at * 733) % 4000);
    calibration.observe("m", estimated, Math.round(offset + slope * estimated));
  }
  return calibration;
}

test("nothing is corrected before something was seen, and nothing is certain", () => {
  const calibration = new Calibration();
  expect(calibration.predict("m", 1000).tokens).toBe(1000);
  expect(calibration.predict("m", 1000).spread).toBeGreaterThan(300);
});

test.each([
  [0, 1.3],
  [250, 1],
  [-40, 0.9],
  [200, 1.2],
])("a provider that counts %d + %f × the estimate is met after thirty requests, of all sizes", (offset, slope) => {
  const calibration = learned(offset, slope, 30);
  for (const estimated of [100, 1000, 20_000]) {
    const { tokens, spread } = calibration.predict("m", estimated);
    const truth = offset + slope * estimated;
    expect(Math.abs(tokens - truth)).toBeLessThan(0.05 * truth + 15);
    expect(Math.abs(tokens - truth)).toBeLessThan(spread);
    expect(spread).toBeLessThan(0.3 * truth + 20);
  }
});

test("seven reports correct nothing yet", () => {
  expect(learned(500, 2, 7).predict("m", 1000).tokens).toBe(1000);
  expect(learned(500, 2, 8).predict("m", 1000).tokens).toBeGreaterThan(1500);
});

test("models do not learn from each other", () => {
  expect(learned(500, 2, 30).predict("other", 1000).tokens).toBe(1000);
});

test("it follows a model that changed", () => {
  const calibration = learned(0, 1, 200);
  for (let at = 0; at < 90; at++) calibration.observe("m", 1000 + at, Math.round(1.5 * (1000 + at)));
  expect(calibration.predict("m", 1000).tokens).toBeGreaterThan(1400);
});

test("one absurd report moves it little", () => {
  const calibration = learned(0, 1, 100);
  calibration.observe("m", 1000, 900_000);
  expect(calibration.predict("m", 1000).tokens).toBeLessThan(1250);
});

test.each([
  [0, 100],
  [100, 0],
  [-5, 100],
  [100, -5],
  [Number.NaN, 100],
  [100, Number.NaN],
  [Number.POSITIVE_INFINITY, 100],
  [100, Number.POSITIVE_INFINITY],
])("a report of %d estimated, %d counted is ignored", (estimated, reported) => {
  const calibration = new Calibration();
  calibration.observe("m", estimated, reported);
  expect(calibration.snapshot().lines).toEqual([]);
});

const amount = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 1e-3, max: 1e15 }));
const reports = fc.array(fc.tuple(amount, amount), { maxLength: 60 });

test("whatever was reported, a prediction stays within 0.4 and 3 times the estimate, and 20,000 tokens", () => {
  fc.assert(
    fc.property(reports, amount, (pairs, asked) => {
      const calibration = new Calibration();
      for (const [estimated, reported] of pairs) calibration.observe("m", estimated, reported);
      const { tokens, spread } = calibration.predict("m", asked);
      expect(tokens).toBeGreaterThanOrEqual(0.4 * asked);
      expect(tokens).toBeLessThanOrEqual(3 * asked + 20_000);
      expect(spread).toBeGreaterThan(0);
      expect(Number.isFinite(spread)).toBe(true);
    }),
    { seed: 3, numRuns: 1000 },
  );
});

test("what was kept is taken up as it was", () => {
  fc.assert(
    fc.property(reports, amount, (pairs, asked) => {
      const calibration = new Calibration();
      for (const [at, [estimated, reported]] of pairs.entries()) calibration.observe(`m${at % 3}`, estimated, reported);
      const other = new Calibration();
      other.restore(JSON.parse(JSON.stringify(calibration.snapshot())));
      for (const key of ["m0", "m1", "m2"]) expect(other.predict(key, asked)).toEqual(calibration.predict(key, asked));
    }),
    { seed: 4, numRuns: 300 },
  );
});

test("what is not sound is left out", () => {
  const sound = { key: "m", offset: 10, slope: 1.1, offsetVar: 4, slopeVar: 0.01, covariance: 0, seen: 8 };
  const spoilt = [
    { slope: 9 },
    { slope: "1" },
    { offset: 1e9 },
    { offset: null },
    { offsetVar: -1 },
    { slopeVar: 5 },
    { covariance: 99 },
    { key: 5 },
  ].map((spoil, at) => ({ ...sound, key: `bad${at}`, ...spoil }));
  const calibration = new Calibration();
  for (const nonsense of [undefined, null, 5, "x", [], { version: 2, lines: [sound] }, { version: 1, lines: {} }])
    calibration.restore(nonsense);
  expect(calibration.snapshot().lines).toEqual([]);
  calibration.restore({ version: 1, lines: [...spoilt, null, 7, sound] });
  expect(calibration.snapshot().lines).toEqual([sound]);
});

test("the models used last are remembered, so many and no more", () => {
  const calibration = new Calibration(3);
  for (const key of ["a", "b", "c", "d"]) calibration.observe(key, 100, 150);
  expect(calibration.snapshot().lines.map(({ key }) => key)).toEqual(["b", "c", "d"]);
});
