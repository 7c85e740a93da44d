/** Turkey: T.C. kimlik numarası, two check digits modulo 10. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const trKimlik = nationalId({
  entity: "tr_kimlik",
  description:
    "Turkish identity numbers of 11 digits with both check digits right, near words such as kimlik, TCKN or Turkish ID.",
  longest: 14,
  pattern: groups("3 3 3 2"),
  words: named("k[iıİ]ml[iıİ]k|turkish (?:id|national|citizen)|vatandaşlık n", String.raw`tckn|t\.?c\.? no`),
  isValid: (id) =>
    !id.startsWith("0") &&
    (weightedSum(id, [7, -1, 7, -1, 7, -1, 7, -1, 7]) - Number(id.charAt(9))) % 10 === 0 &&
    weightedSum(id, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === Number(id.charAt(10)),
});
