/** Finland: henkilötunnus; the sign in the middle tells the century, the last character is the number modulo 31. */
import { isDay, pair } from "./checks";
import { named, nationalId, written } from "./national-id";

const CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

export const fiHetu = nationalId({
  entity: "fi_hetu",
  description:
    "Finnish henkilötunnus (131052-308T) with a possible day and a right check character, in upper case; in lower case only near words such as hetu.",
  longest: 11,
  pattern: written(String.raw`\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y]`),
  words: named("henkilötunnu|hetutunn|personbeteckning|finnish (?:personal|id|social)|personal identity code", "hetu|sotu"),
  isValid(id) {
    const number = id.slice(0, 6) + id.slice(-4, -1);
    return isDay(pair(id, 2), pair(id, 0)) && CHECKS[Number(number) % 31] === id.slice(-1);
  },
  isUnmistakable: (text) => text === text.toUpperCase(),
});
