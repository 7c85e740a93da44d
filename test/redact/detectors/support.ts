/** What the tests of detectors share. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { Scan } from "../../../plugins/redact/detectors/scan";

/** The texts a detector finds. */
export function found(detector: Detector, text: string, regions: readonly string[] = []): readonly string[] {
  return detector.find(new Scan(text), { regions }).map(({ start, end }) => text.slice(start, end));
}

/** A text, and what is to be found in it. */
export type Row = readonly [text: string, ...expected: string[]];

export function table(detector: Detector, rows: readonly Row[], regions: readonly string[] = []): void {
  test.each(rows.map(([text, ...expected]) => ({ text, expected })))("$text", ({ text, expected }) => {
    expect(found(detector, text, regions)).toEqual(expected);
  });
}

/** One of the reference tables; undefined, and said so, where they are not. */
export function referenceTable<T>(name: string): readonly T[] | undefined {
  const file = path.resolve(__dirname, "../../../../shared/oracles/pii", name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as T[];
  console.warn(`skipped: no reference table ${name}`);
  return undefined;
}

/** What hostile texts repeat: what detectors start from, and what nearly is one of the things they find. */
export const HOSTILE = [
  ...'aA1@. -:/é𝟙<_+(="\\',
  ..."1 |12 |01 |1.|12-|123-45-|a@|@a.|a.a@|::|:a|1:|AB12 |DE12 |DE89 3704 |Aa |A1a |4111 |4111-|+1|+49 |(1) |00|a1|0x|bc1|3J98t1WpEZ73|://a:|://a:b@|\\n1|\\u00|".split(
    "|",
  ),
  ..."sk-|eyJ.|AKIA|key=|password: |-----BEGIN |tel 12345 |mac |swift |born 1 |12 Main |Anna |Mr. A|rue de la |Via A |1234567890, |12345678Z ".split(
    "|",
  ),
].filter((one) => one !== "");

export function repeated(part: string, length: number): string {
  return part.repeat(Math.ceil(length / part.length)).slice(0, length);
}
