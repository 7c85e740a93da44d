/** Driving licences: Great Britain's by its form, others by the words near them; there is no check digit to rely on. */
import { mayBeDate } from "./checks";
import { named, nationalId, written } from "./national-id";

/** Surname filled with 9, decade, month (50 added for women), day, year, initials, and three of the issuer's. */
const BRITISH = String.raw`[A-Z]{1,5}9{0,4}\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z][A-Z9][A-Z\d][A-Z]{2}`;
const BRITISH_ALONE = new RegExp(`^${BRITISH}$`);

export const driversLicense = nationalId({
  entity: "drivers_license",
  description:
    "British driving licence numbers by their form; elsewhere 7 to 14 letters and digits, at least 5 of them digits, only near the words for a driving licence in one of many languages.",
  longest: 20,
  pattern: written(String.raw`${BRITISH}|[A-Z]{1,2}\d{2,4}(?:[ -]\d{1,6}){1,4}|[A-Z\d]{7,14}`, "g"),
  words: named(
    "driv(?:er|ing)['’]?s? licen[cs]|f[üu]hrerschein|permis de conduire|(?:permiso|licencia|carn[eé]t) de conduc|patente di guida|prawo jazdy|rijbewijs|carta de condução|carteira (?:de motorista|nacional de habilita)|körkort|ajokort|førerkort|kørekort|řidičsk|ehliyet|運転免許|驾驶证|駕駛執照|운전면허|водительск",
    "dl (?:no|number|#)|cnh",
  ),
  reach: { before: 40, after: 20 },
  isValid: (id) => (id.match(/\d/g) ?? []).length >= 5 && id.length <= 16 && !mayBeDate(id),
  isUnmistakable: (text) => text.length === 16 && BRITISH_ALONE.test(text),
});
