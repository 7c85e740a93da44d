/** Australia: tax file number, weighted sum modulo 11. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const auTfn = nationalId({
  entity: "au_tfn",
  description:
    "Australian tax file numbers of 9 digits with a right check sum, near words such as TFN or tax file. Old ones of 8 digits are not found.",
  longest: 11,
  pattern: groups("3 3 3"),
  words: named("tax file", "tfn"),
  isValid: (id) => weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
});
