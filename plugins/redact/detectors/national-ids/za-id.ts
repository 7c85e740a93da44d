/** South Africa: identity number: day of birth, rank, citizenship (0, 1; 2 for refugees), Luhn. */
import { hasLuhnDigit } from "../credit-card";
import { isDay, pair } from "./checks";
import { named, nationalId, written } from "./national-id";

export const zaId = nationalId({
  entity: "za_id",
  description:
    "South African identity numbers of 13 digits with a possible day and a right check digit, near words such as ID number, or written as 800101 5009 087 (bare ones look like times in milliseconds).",
  longest: 16,
  pattern: written(String.raw`\d{6}[ -]?\d{4}[ -]?[0-2]\d ?\d`),
  words: named("identity (?:n|doc)|south african|identiteitsn", "id n(?:umber|ommer|o|r)|id ?[#:]|(?:rsa|sa) id"),
  isValid: (id) => isDay(pair(id, 2), pair(id, 4)) && hasLuhnDigit(id),
  isUnmistakable: (text) => /^\d{6} \d{4} \d{2} ?\d$/.test(text),
});
