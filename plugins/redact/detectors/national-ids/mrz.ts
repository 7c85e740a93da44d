/** Machine-readable zones of travel documents, ICAO Doc 9303: two lines of 44 characters (passports), three of 30 (cards). */
import type { Finding } from "../detector";
import type { Scan } from "../scan";

/** What may stand between lines; in JSON, the escape of a line's end reads as two blanks. */
const LINE_END = String.raw`(?:\r?\n|  ?| {4})`;
const NAMES_44 = "P[A-Z<][A-Z<]{42}";
const DATA_44 = String.raw`[A-Z\d<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z\d<]{14}[\d<]\d`;
const DATA_30 = String.raw`[ACI][A-Z\d<][A-Z<]{3}[A-Z\d<]{9}[\d<][A-Z\d<]{15}`;
const DATES_30 = String.raw`\d{7}[MFX<]\d{7}[A-Z<]{3}[A-Z\d<]{11}\d`;
const NAMES_30 = "[A-Z<]{30}";

const PASSPORT = new RegExp(`(?:${NAMES_44}${LINE_END})?(?<data>${DATA_44})(?![A-Z\\d<])`, "g");
const CARD = new RegExp(`(?<data>${DATA_30})${LINE_END}(?<dates>${DATES_30})(?:${LINE_END}${NAMES_30})?(?![A-Z\\d<])`, "g");

/** Two lines of 44 or three of 30, and four characters between two of them. */
export const LONGEST_MRZ = 98;

/** Zones whose check digits are all right, in order; the lines of names with them where they stand there. */
export function findMachineReadable(scan: Scan): readonly Finding[] {
  const findings: Finding[] = [];
  for (const window of scan.numeric) {
    // The line of names may stand whole before the window.
    const from = Math.max(0, window.start - 48);
    const piece = scan.plain.slice(from, window.end + 34);
    // Names are filled up with it.
    if (!piece.includes("<")) continue;
    for (const [pattern, holds] of [
      [PASSPORT, isPassport],
      [CARD, isCard],
    ] as const) {
      for (const match of piece.matchAll(pattern)) {
        const start = from + match.index;
        const end = start + match[0].length;
        if (scan.standsAlone(start, end) && holds(match.groups ?? {})) findings.push({ start, end });
      }
    }
  }
  findings.sort((left, right) => left.start - right.start);
  return findings.filter(({ start }, index) => start >= (findings[index - 1]?.end ?? 0));
}

function isPassport({ data = "" }: Readonly<Record<string, string>>): boolean {
  const checked = data.slice(0, 10) + data.slice(13, 20) + data.slice(21, 43);
  return (
    hasIcaoDigit(data.slice(0, 9), data.charAt(9)) &&
    hasIcaoDigit(data.slice(13, 19), data.charAt(19)) &&
    hasIcaoDigit(data.slice(21, 27), data.charAt(27)) &&
    hasIcaoDigit(checked, data.charAt(43))
  );
}

function isCard({ data = "", dates = "" }: Readonly<Record<string, string>>): boolean {
  const checked = data.slice(5) + dates.slice(0, 7) + dates.slice(8, 15) + dates.slice(18, 29);
  // A longer number goes on behind its check digit's place, which then holds a `<`.
  const hasNumber = data.charAt(14) === "<" || hasIcaoDigit(data.slice(5, 14), data.charAt(14));
  return (
    hasNumber &&
    hasIcaoDigit(dates.slice(0, 6), dates.charAt(6)) &&
    hasIcaoDigit(dates.slice(8, 14), dates.charAt(14)) &&
    hasIcaoDigit(checked, dates.charAt(29))
  );
}

/** ICAO Doc 9303-3, 4.9: weights 7, 3, 1; letters count from 10 on, `<` nothing. */
export function hasIcaoDigit(field: string, check: string): boolean {
  let sum = 0;
  for (let index = 0; index < field.length; index += 1) sum += icaoValue(field.charCodeAt(index)) * ([7, 3, 1][index % 3] ?? 0);
  return String(sum % 10) === check;
}

function icaoValue(code: number): number {
  if (code === 60) return 0;
  return code < 65 ? code - 48 : code - 55;
}
