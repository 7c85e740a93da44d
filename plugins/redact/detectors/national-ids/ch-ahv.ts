/** Switzerland: AHV number (AVS, OASI): 756 for the country, check digit of EAN-13. */
import { weightedSum } from "./checks";
import { nationalId, written } from "./national-id";

export const chAhv = nationalId({
  entity: "ch_ahv",
  description: "Swiss AHV numbers of 13 digits (756.9217.0769.85), dotted or not, with a right check digit; needs no words.",
  longest: 16,
  pattern: written(String.raw`756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}`),
  isValid: (id) => weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  isUnmistakable: () => true,
});
