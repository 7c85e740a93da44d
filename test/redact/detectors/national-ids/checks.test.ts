import { isDay, mayBeDate, pair, weightedSum } from "../../../../plugins/redact/detectors/national-ids/checks";
import { hasIcaoDigit } from "../../../../plugins/redact/detectors/national-ids/mrz";

test.each([
  [1, 31, true],
  [2, 29, true],
  [2, 30, false],
  [4, 30, true],
  [4, 31, false],
  [12, 31, true],
  [12, 32, false],
  [0, 1, false],
  [13, 1, false],
  [5, 0, false],
])("month %i, day %i: %s", (month, day, expected) => {
  expect(isDay(month, day)).toBe(expected);
});

test.each([
  ["20260131", true],
  ["31012026", true],
  ["01312026", true],
  ["20261331", false],
  ["32132026", false],
  ["18990101", false],
  ["2026013", false],
  ["202601311", false],
  ["2026013A", false],
])("%s may be a date: %s", (id, expected) => {
  expect(mayBeDate(id)).toBe(expected);
});

test("sums digits by weight, and letters by their place in ASCII", () => {
  expect(weightedSum("123", [1, 10, 100])).toBe(321);
  expect(weightedSum("1239", [1, -1])).toBe(-1);
  expect(weightedSum("AZ", [1, 1])).toBe(17 + 42);
  expect(pair("123456", 2)).toBe(34);
});

/** ICAO Doc 9303-3, 4.9, its examples. */
test.each([
  ["520727", "3"],
  ["AB2134<<<", "5"],
  ["L898902C3", "6"],
])("check digit of %s is %s", (field, check) => {
  for (const digit of "0123456789<") expect(hasIcaoDigit(field, digit)).toBe(digit === check);
});
