/** Australia: business number; one is taken off the first digit, then a weighted sum modulo 89. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const auAbn = nationalId({
  entity: "au_abn",
  description:
    "Australian business numbers of 11 digits with a right check sum, near words such as ABN, or written as 51 824 753 556.",
  longest: 14,
  pattern: groups("2 3 3 3"),
  words: named("business n[ou]", "abn"),
  isValid: (id) => !id.startsWith("0") && (weightedSum(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0,
  isUnmistakable: (text) => /^\d{2} \d{3} \d{3} \d{3}$/.test(text),
});
