import type { Detector, DetectorSettings } from "../../../../plugins/redact/detectors/detector";
import { Scan } from "../../../../plugins/redact/detectors/scan";

export const NO_REGIONS: DetectorSettings = { regions: [] };

export function found(detector: Detector, text: string): string[] {
  return detector.find(new Scan(text), NO_REGIONS).map(({ start, end }) => text.slice(start, end));
}

/** What is to be found stands in ⟦ ⟧; nothing else may be. */
export function testRows(detector: Detector, rows: readonly string[]): void {
  test.each(rows)("%s", (row) => {
    expect(marked(detector, row.replace(/[⟦⟧]/g, ""))).toBe(row);
  });
}

function marked(detector: Detector, text: string): string {
  let result = "";
  let at = 0;
  for (const { start, end } of detector.find(new Scan(text), NO_REGIONS)) {
    result += `${text.slice(at, start)}⟦${text.slice(start, end)}⟧`;
    at = end;
  }
  return result + text.slice(at);
}

export interface IdTable {
  /** Found anywhere. */
  readonly alone?: readonly string[];
  /** Found near `word` only. */
  readonly worded?: readonly string[];
  /** Never found, near `word` neither. */
  readonly never: readonly string[];
  readonly word: string;
  /** More rows as they are. */
  readonly rows?: readonly string[];
}

const FAR = "and nothing that matters is said in all of the many words that follow from here until the very end of it: ";

/** Each id in the places where ids stand, and in those where they are part of something else. */
export function describeId(detector: Detector, { alone = [], worded = [], never, word, rows = [] }: IdTable): void {
  describe(detector.entity, () => {
    testRows(detector, [
      ...alone.flatMap((id) => [
        `⟦${id}⟧`,
        `⟦${id}⟧ is the one.`,
        `It is (⟦${id}⟧).`,
        `{"value":"⟦${id}⟧"}`,
        `One line\n⟦${id}⟧\nand another`,
        `é${id}`,
        `${id}q`,
        `${id}_7`,
      ]),
      ...worded.flatMap((id) => [
        id,
        `Order ${id} was sent on time.`,
        `${word} ⟦${id}⟧`,
        `${word}: ⟦${id}⟧, and more.`,
        `${word.toUpperCase()} ⟦${id}⟧`,
        `⟦${id}⟧ (${word})`,
        `{"${word.replace(/[ -]/g, "_")}_no":"⟦${id}⟧"}`,
        `{"${word.replace(/[ -]/g, "")}Number":"⟦${id}⟧"}`,
        `${word} ⟦${id}⟧, ⟦${id}⟧`,
        `${word} ${FAR}${id}`,
        `${word} é${id}`,
        `${word} ${id}q`,
      ]),
      ...never.flatMap((text) => [text, `${word} ${text}`, `It is (${text}).`]),
      ...rows,
    ]);

    test("is one of a known group and says how it is found", () => {
      expect(detector.group).toBe("national_id");
      expect(detector.description.length).toBeGreaterThan(20);
    });

    test("no id is wider than it says", () => {
      for (const id of [...alone, ...worded]) expect(id.length).toBeLessThanOrEqual(detector.longest);
    });
  });
}
