/** Numbers of the US Social Security Administration (SSN) and of the tax office for those who have none (ITIN): the same form. */
import type { Detector, Finding } from "./detector";
import type { Scan, Window } from "./scan";

/** Area, group, serial: 900 and above, 666 and zeros are never given out. */
const SSN = /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/;
/** From 900 on; the group tells the kind (IRS, Internal Revenue Manual 3.21.263). */
const ITIN = /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/;
const SSN_CONTEXT = /(?<![a-z])(?:ssns?\b|social[ _-]?sec|soc\.? sec|ss#)/;
const ITIN_CONTEXT = /(?<![a-z])(?:itins?\b|tin\b|individual tax|tax ?(?:payer)?[ _-]?(?:id|number|no))/;

export const usSsn: Detector = {
  entity: "us_ssn",
  group: "national_id",
  description:
    "US Social Security numbers as 123-45-6789, with one of - . or blank; nine bare digits only near words such as SSN.",
  longest: 11,
  find: (scan) => numbers(scan, SSN, SSN_CONTEXT),
};

export const usItin: Detector = {
  entity: "us_itin",
  group: "national_id",
  description:
    "US individual taxpayer numbers as 912-70-1234, with one of - . or blank; nine bare digits only near words such as ITIN.",
  longest: 11,
  find: (scan) => numbers(scan, ITIN, ITIN_CONTEXT),
};

function numbers(scan: Scan, form: RegExp, context: RegExp): readonly Finding[] {
  const findings: Finding[] = [];
  const { digits, plain } = scan;
  for (let index = 0; index < digits.length; index += 1) {
    const group = digits[index]!;
    if (group.end - group.start === 9) {
      if (!form.test(plain.slice(group.start, group.end)) || !scan.near(group, context)) continue;
    } else if (!inThreeGroups(plain, group, digits[index + 1], digits[index + 2], form)) continue;
    const end = group.end - group.start === 9 ? group.end : group.start + 11;
    if (!isWithin(scan, group.start, end)) findings.push({ start: group.start, end });
  }
  return findings;
}

function inThreeGroups(text: string, one: Window, two: Window | undefined, three: Window | undefined, form: RegExp): boolean {
  if (one.end - one.start !== 3 || two?.start !== one.start + 4 || three?.start !== one.start + 7 || three.end !== one.start + 11)
    return false;
  const separator = text.charAt(one.end);
  if (!/[- .]/.test(separator) || text.charAt(two.end) !== separator) return false;
  return form.test(text.slice(one.start, one.end) + text.slice(two.start, two.end) + text.slice(three.start, three.end));
}

/** Part of a word, of a longer number or of a row of numbers. */
function isWithin(scan: Scan, start: number, end: number): boolean {
  const { plain } = scan;
  if (!scan.standsAlone(start, end)) return true;
  return (
    /[\d][-. ,/]$|[-/]$/.test(plain.slice(Math.max(0, start - 2), start)) || /^[-. ,/]\d|^[-/]\w/.test(plain.slice(end, end + 2))
  );
}
