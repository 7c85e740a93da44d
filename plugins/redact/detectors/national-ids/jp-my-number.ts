/** Japan: Individual Number ("My Number"), 12 digits, the last modulo 11. */
import { weightedSum } from "./checks";
import { groups, named, nationalId } from "./national-id";

export const jpMyNumber = nationalId({
  entity: "jp_my_number",
  description: "Japanese Individual Numbers of 12 digits with a right check digit, near words such as マイナンバー or My Number.",
  longest: 14,
  pattern: groups("4 4 4"),
  words: named("マイナンバー|個人番号|individual number", "my number"),
  isValid(id) {
    const rest = weightedSum(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest < 2 ? 0 : 11 - rest) === Number(id.charAt(11));
  },
});
