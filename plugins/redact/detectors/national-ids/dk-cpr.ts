/** Denmark: CPR number. Since 2007 numbers are given out that fail its old check modulo 11, so only the day is looked at. */
import { isDay, pair } from "./checks";
import { named, nationalId, written } from "./national-id";

export const dkCpr = nationalId({
  entity: "dk_cpr",
  description: "Danish CPR numbers with a possible day, near words such as CPR; there is no check digit to rely on.",
  longest: 11,
  pattern: written(String.raw`\d{6}[- ]?\d{4}`),
  words: named("civil registration|danish (?:id|personal|social)", "cpr"),
  isValid: (id) => isDay(pair(id, 2), pair(id, 0)),
});
