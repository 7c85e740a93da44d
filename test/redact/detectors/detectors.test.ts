/** What every detector promises, whatever the text. */
import fc from "fast-check";
import { DETECTORS } from "../../../plugins/redact/detectors/index";
import { Scan } from "../../../plugins/redact/detectors/scan";

const PIECES = [
  ...["a", "1", "@", ".", " ", "-", ":", "/", "é", "漢", "😀", "\n", "\\n", "(", "+", "0", "x", "="],
  ...[
    "jane@example.com",
    "+14155550132",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "192.168.0.1",
    "2001:db8::1",
    "078-05-1123",
  ],
  ...[
    "00:1a:2b:3c:4d:5e",
    "https://a:b@c.d",
    "born 12.03.1985",
    "BIC DEUTDEFF",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "Mr. Anna Smith",
    "1 Main Street",
  ],
];

test("names are of one form, and none is given twice", () => {
  const names = DETECTORS.map(({ entity }) => entity);
  expect(names.filter((name) => !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test.each(DETECTORS.map((detector) => [detector.entity, detector] as const))(
  "%s: findings are in order, apart and within its length",
  (_, detector) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        let last = 0;
        for (const { start, end } of detector.find(new Scan(text), { regions: ["US", "DE"] })) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(end - start).toBeLessThanOrEqual(detector.longest);
          last = end;
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  },
);
