/** Korea: resident and foreigner registration numbers. Those given out since October 2020 have no check digit. */
import { isDay, pair, weightedSum } from "./checks";
import { named, nationalId, written } from "./national-id";

export const krRrn = nationalId({
  entity: "kr_rrn",
  description:
    "Korean resident registration numbers: with hyphen, a possible day and a right check digit, or with a possible day only near words such as 주민등록번호 or resident registration (newer ones have no check digit).",
  longest: 14,
  pattern: written(String.raw`\d{6}[- ]?\d{7}`),
  words: named(String.raw`주민\s?(?:등록\s?)?번호|외국인\s?등록\s?번호|resident registration`, "rrn"),
  isValid: (id) => isDay(pair(id, 2), pair(id, 4)),
  isUnmistakable: (text, id) => /^\d{6}-[1-8]\d{6}$/.test(text) && hasCheckDigit(id),
});

/** Foreigners have 5 to 8 behind the day, and 2 added to the check digit. */
function hasCheckDigit(id: string): boolean {
  const added = Number(id.charAt(6)) >= 5 ? 13 : 11;
  return (added - (weightedSum(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === Number(id.charAt(12));
}
