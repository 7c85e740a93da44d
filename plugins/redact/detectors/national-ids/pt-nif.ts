/** Portugal: NIF, check digit modulo 11. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const ptNif = nationalId({
  entity: "pt_nif",
  description: "Portuguese NIF of 9 digits with a right check digit, near words such as NIF or contribuinte.",
  longest: 11,
  pattern: groups("3 3 3"),
  words: named("contribuinte|identifica[cç][aã]o fiscal|n[uú]mero fiscal|portuguese tax", String.raw`n\.?i\.?f|nipc`),
  isValid(id) {
    const rest = weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return !id.startsWith("0") && (rest < 2 ? 0 : 11 - rest) === Number(id.charAt(8));
  },
});
