/** Poland: PESEL, a day (its month tells the century) and a weighted check digit. */
import { isDay, pair, weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const plPesel = nationalId({
  entity: "pl_pesel",
  description: "Polish PESEL of 11 digits with a possible day and a right check digit, near words such as PESEL.",
  longest: 12,
  pattern: groups("6 5"),
  words: named("pesel|numer ewidencyjny|polish (?:national|id)", "nr ewidencyjny"),
  isValid: (id) => weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0 && isDay(pair(id, 2) % 20, pair(id, 4)),
});
