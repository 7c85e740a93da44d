/** Israel: Mispar Zehut, Luhn over nine digits. */
import { hasLuhnDigit } from "../credit-card";
import { groups, named, nationalId } from "./national-id";

export const ilId = nationalId({
  entity: "il_id",
  description:
    "Israeli identity numbers of 9 digits with a right check digit, near words such as תעודת זהות, ת.ז. or Israeli ID.",
  longest: 11,
  pattern: groups("3 3 3", "8 1", "1 7 1"),
  words: named(`ת["״'.]? ?ז|תעודת זהות|מספר זהות|te'?udat zehut|mispar zehut|israeli? (?:id|identity)`, String.raw`t\.?z`),
  isValid: hasLuhnDigit,
});
