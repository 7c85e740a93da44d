/** Thailand: identity card number, 13 digits, the last modulo 11. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const thId = nationalId({
  entity: "th_id",
  description:
    "Thai identity numbers of 13 digits with a right check digit, written as 1-2345-67890-12-1, or near words such as บัตรประชาชน or Thai ID.",
  longest: 17,
  pattern: groups("1 4 5 2 1"),
  words: named("ประชาชน|thai (?:national )?id|national id|citizen id"),
  isValid: (id) =>
    /^[1-8]/.test(id) && (11 - (weightedSum(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id.charAt(12)),
  isUnmistakable: (text) => /^\d([ -])\d{4}\1\d{5}\1\d{2}\1\d$/.test(text),
});
