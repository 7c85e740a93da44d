/** Australia: Medicare card: eight digits and their check digit, issue, and where it is written the person's place on the card. */
import { weightedSum } from "./checks";
import { nationalId, written } from "./national-id";

export const auMedicare = nationalId({
  entity: "au_medicare",
  description:
    "Australian Medicare card numbers of 10 digits (11 with the person's number) with a right check digit, near the word Medicare, or written as 2951 87312 5.",
  longest: 14,
  pattern: written(String.raw`[2-6]\d{3}[ -]?\d{5}[ -]?[1-9](?:[/-]?[1-9])?`),
  words: /medicare/,
  isValid: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id.charAt(8)),
  isUnmistakable: (text) => /^\d{4} \d{5} \d/.test(text),
});
