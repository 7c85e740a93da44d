/** Norway: fødselsnummer and D-number (40 added to the day); H-number (40 added to the month); two check digits modulo 11. */
import { isDay, pair, weightedSum } from "./checks";
import { named, nationalId, written } from "./national-id";

export const noFodselsnummer = nationalId({
  entity: "no_fodselsnummer",
  description:
    "Norwegian fødselsnummer and D-number of 11 digits with a possible day and both check digits right; needs no words (fewer than 1 in 1,000 numbers of 11 digits pass). H-numbers only near words such as fødselsnummer.",
  longest: 12,
  pattern: written(String.raw`\d{6} ?\d{5}`),
  words: named("f[øo]dselsn|personnummer|norwegian (?:id|national|personal)|national identity n|birth n[ou]", "fnr|[dh] nummer"),
  isValid: (id) =>
    pair(id, 0) < 80 &&
    isDay(pair(id, 2) % 40, pair(id, 0) % 40) &&
    weightedSum(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weightedSum(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  isUnmistakable: (_, id) => pair(id, 2) < 40,
});
