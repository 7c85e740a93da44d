/** Sweden: personnummer and samordningsnummer (60 added to the day); Luhn over the last ten digits. */
import { hasLuhnDigit } from "../credit-card";
import { isDay, pair } from "./checks";
import { named, nationalId, written } from "./national-id";

export const sePersonnummer = nationalId({
  entity: "se_personnummer",
  description:
    "Swedish personnummer and samordningsnummer with a possible day and a right check digit, as 811228-9874 or 19811228-9874; without hyphen, and born since 2000 with the century, only near words such as personnummer.",
  longest: 13,
  pattern: written(String.raw`(?:18|19|20)?\d{6}[-+ ]?\d{4}`),
  words: named("person n?nummer|samordningsn|personal (?:identity )?n[ou]|swedish (?:id|personal|social)", "personnr"),
  isValid(id) {
    const short = id.slice(-10);
    return isDay(pair(short, 2), pair(short, 4) % 60) && hasLuhnDigit(short);
  },
  // 20260131-1230 is a day and a time in the name of many a file.
  isUnmistakable: (text) => /^(?:1[89]\d{6}|\d{6})[-+]\d{4}$/.test(text),
});
