/** United Kingdom: NHS number (England, Wales, Isle of Man), CHI (Scotland), H&C (Northern Ireland); one check digit modulo 11. */
import { weightedSum } from "./checks";
import { named, nationalId, written } from "./national-id";

export const gbNhs = nationalId({
  entity: "gb_nhs",
  description:
    "NHS, CHI and H&C numbers of 10 digits with a right check digit, near words such as NHS, or written as 943 476 5919.",
  longest: 12,
  pattern: written(String.raw`\d{3}[ -]?\d{3}[ -]?\d{4}`),
  words: named("national health|health (?:and|&) (?:social )?care n[ou]", "nhs|(?:chi|h ?& ?c) n(?:o|um|umber)s?"),
  isValid: (id) => weightedSum(id, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  isUnmistakable: (text) => /^\d{3} \d{3} \d{4}$/.test(text),
});
