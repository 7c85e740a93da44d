import fc from "fast-check";
import type { Detector } from "../../../../plugins/redact/detectors/detector";
import { NATIONAL_IDS } from "../../../../plugins/redact/detectors/national-ids";
import { Scan } from "../../../../plugins/redact/detectors/scan";
import { GENERATED } from "./generators";
import { found, NO_REGIONS } from "./support";

const SEED = 20261121;

/** Any text that holds no digits and ends (or begins) so that no word goes on into the id. */
const prose = fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.replace(/\p{N}|\\/gu, ""));
const before = fc.tuple(prose, fc.constantFrom(" ", "\n", "(", '"', ": ", "，", "\t", "。", "= ")).map((parts) => parts.join(""));
const behind = fc.tuple(fc.constantFrom(" ", "\n", ")", '"', ", ", ". ", "。", "?"), prose).map((parts) => parts.join(""));

function detectorOf(entity: string): Detector {
  const detector = NATIONAL_IDS.find((one) => one.entity === entity);
  if (detector === undefined) throw new Error(`No detector for ${entity}`);
  return detector;
}

describe.each(GENERATED.map((one, index) => ({ ...one, name: `${one.entity} #${index}` })))(
  "$name",
  ({ entity, id, word, detectsOneDigit }) => {
    const detector = detectorOf(entity);
    const lead = word === undefined ? "" : `${word} `;

    test("is found in any prose, at the ends of the text too", () => {
      fc.assert(
        fc.property(id, before, behind, fc.boolean(), fc.boolean(), (text, left, right, first, last) => {
          expect(found(detector, `${first ? "" : left}${lead}${text}${last ? "" : right}`)).toEqual([text]);
          expect(text.length).toBeLessThanOrEqual(detector.longest);
        }),
        { seed: SEED, numRuns: 200 },
      );
    });

    test("is not found inside a longer word", () => {
      fc.assert(
        fc.property(id, fc.constantFrom("q", "é", "Ж", "_"), (text, letter) => {
          expect(found(detector, `${lead}${letter}${text}`)).not.toContain(text);
          expect(found(detector, `${lead}${text}${letter}`)).not.toContain(text);
        }),
        { seed: SEED, numRuns: 100 },
      );
    });

    if (!detectsOneDigit) return;

    test("is not found with one digit changed", () => {
      fc.assert(
        fc.property(id, fc.nat(), fc.integer({ min: 1, max: 9 }), before, behind, (text, at, step, left, right) => {
          const places = [...text.matchAll(/\d/g)].map((match) => match.index);
          const place = places[at % places.length] ?? 0;
          const changed = text.slice(0, place) + String((Number(text[place]) + step) % 10) + text.slice(place + 1);
          expect(found(detector, `${left}${lead}${changed}${right}`)).toEqual([]);
        }),
        { seed: SEED, numRuns: 300 },
      );
    });
  },
);

test("every detector of an id with a rule is generated", () => {
  const generated = new Set(GENERATED.map((one) => one.entity));
  const ruleless = ["passport", "drivers_license"];
  expect(NATIONAL_IDS.map((one) => one.entity).filter((entity) => !generated.has(entity))).toEqual(ruleless);
});

test("names are their own, and descriptions fit one line", () => {
  expect(new Set(NATIONAL_IDS.map((one) => one.entity)).size).toBe(NATIONAL_IDS.length);
  for (const { entity, description, longest } of NATIONAL_IDS) {
    expect(entity).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(description).toMatch(/^[^\n]{20,400}$/);
    expect(longest).toBeLessThanOrEqual(98);
  }
});

test("findings are in order, do not overlap, and are no wider than said, whatever the text", () => {
  const piece = fc.oneof(
    ...GENERATED.map((one) => one.id),
    fc.constantFrom(...GENERATED.flatMap((one) => one.word ?? [])),
    fc.constantFrom(" ", "-", ".", ", ", "\n", "passport ", "driver's license "),
    fc.string({ unit: fc.constantFrom(..."0123456789 -.AX<"), maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      for (const detector of NATIONAL_IDS) {
        let end = 0;
        for (const match of detector.find(new Scan(text), NO_REGIONS)) {
          expect(match.start).toBeGreaterThanOrEqual(end);
          expect(match.end - match.start).toBeLessThanOrEqual(detector.longest);
          end = match.end;
        }
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});
