/** Dates of birth: a date is one only where a word says so. */
import { type Detector, type Finding, inOrder } from "./detector";
import type { Scan } from "./scan";

const MONTHS =
  "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|februar|märz|mai|juin|juli|oktober|okt|dezember|dez|janv|févr|fevr|mars|avr|août|aout|déc|" +
  "ene|abr|ago|set|dic|gen|mag|giu|lug|ott|fev|maio|out|maart|mrt|mei";
const MONTH = String.raw`(?:${MONTHS})\p{L}{0,8}\.?`;
const YEAR = String.raw`(?:19|20)\d\d`;
/** Day and month, in either order. */
const PART = String.raw`(?:[12]\d|3[01]|0?[1-9])`;
const DATE = new RegExp(
  [
    String.raw`${YEAR}([-/.]) ?${PART}\1 ?${PART}`,
    String.raw`${YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])`,
    String.raw`${PART}([-/. ]) ?${PART}\2 ?(?:${YEAR}|\d\d)`,
    String.raw`${PART}(?:st|nd|rd|th|er|º|ª|\.)?[ -](?:(?:of|de|di) )?${MONTH},?[ -](?:(?:de|del|di) )?${YEAR}`,
    `${MONTH} ${PART}(?:st|nd|rd|th)?,? ${YEAR}`,
    `${YEAR} ?[年년] ?${PART} ?[月월] ?${PART} ?[日일]?`,
  ].join("|"),
  "giu",
);

const CONTEXT = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}])(?:d\.?o\.?b\.?|birth[ _-]?(?:day|date)|birthdate|(?:date|day)[ _-]of[ _-]birth|born|b\.)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:geboren|geb\.|geburts|geboorte|né le|née le|né\(e\) le|naissance|nacid[oa]|nacimiento|nascid[oa]|nascimento)`,
    String.raw`(?<!\p{L})(?:nat[oa] (?:il|a )|nascita|urodz|ur\.|född|født|fødsels|födelse|syntynyt|syntymä|narozen|született|născut|doğum)`,
    `рожден|родил|γέννησης|生年月日|出生|生日|생년월일|생일|תאריך לידה|ميلاد|जन्म`,
  ].join("|"),
  "u",
);
const BEFORE = 32;
const AFTER = 20;

export const dateOfBirth: Detector = {
  entity: "date_of_birth",
  group: "personal",
  description: "Dates since 1900, in figures or with the month's name, near words for birth in some twenty languages.",
  longest: 40,
  find(scan) {
    if (scan.digits.length === 0 || !CONTEXT.test(scan.lower)) return [];
    const findings: Finding[] = [];
    for (const { start, end } of scan.matches(scan.numeric, DATE)) if (saysBirth(scan, start, end)) findings.push({ start, end });
    return inOrder(findings);
  },
};

/** The word stands before the date, with no other date between, or directly behind it in brackets. */
function saysBirth({ lower }: Scan, start: number, end: number): boolean {
  const before = lower.slice(Math.max(0, start - BEFORE), start);
  return (
    CONTEXT.test(before.slice(before.search(/\d\D*$/) + 1)) ||
    (/^ ?\(/.test(lower.slice(end, end + 2)) && CONTEXT.test(lower.slice(end, end + AFTER)))
  );
}
