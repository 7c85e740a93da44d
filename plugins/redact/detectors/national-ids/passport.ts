/** Passports: machine-readable zones by their check digits, numbers of the larger issuers by the words near them. */
import type { Detector, Finding } from "../detector";
import { mayBeDate } from "./checks";
import { findMachineReadable, LONGEST_MRZ } from "./mrz";
import { findIds, type IdForm, named, written } from "./national-id";

const NUMBER: IdForm = {
  // One to three letters and digits (most issuers) · digits (US, UK, Scandinavia) · France · Russia · Germany · Netherlands, Korea.
  pattern: written(
    String.raw`(?!N[OR]|I[DS])[A-Z]{1,3} \d{6,8}|[A-Za-z]{1,3}\d{6,8}|\d{8,9}|\d{2} ?[A-Za-z]{2} ?\d{5}|\d{2} \d{7}|[CFGHJK][\dCFGHJ-NPRTV-Z]{8}|[A-Z]{1,2}[A-Z\d]{6}\d{1,2}`,
    "g",
  ),
  words: named(
    "pas[sz]e?port|pass?aport|pasport|paspoort|reisepass|pass (?:nummer|nr)|útlevél|διαβατ|паспорт|护照|護照|旅券|パスポート|여권|جواز|דרכון|पासपोर्ट",
  ),
  reach: { before: 40, after: 20 },
  isValid: (id) => /\d.*\d/.test(id) && !mayBeDate(id),
};

export const passport: Detector = {
  entity: "passport",
  group: "national_id",
  description:
    "Machine-readable zones of passports and identity cards with right check digits; passport numbers as the larger issuers write them, only near the word for a passport in one of many languages.",
  longest: LONGEST_MRZ,
  find(scan) {
    const zones = findMachineReadable(scan);
    const numbers = findIds(scan, NUMBER);
    return zones.length === 0 ? numbers : [...zones, ...outside(numbers, zones)].sort((left, right) => left.start - right.start);
  },
};

/** Those numbers that stand in no zone; both come in order. */
function outside(numbers: readonly Finding[], zones: readonly Finding[]): readonly Finding[] {
  let at = 0;
  return numbers.filter(({ start, end }) => {
    while ((zones[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at += 1;
    return end <= (zones[at]?.start ?? Number.POSITIVE_INFINITY);
  });
}
