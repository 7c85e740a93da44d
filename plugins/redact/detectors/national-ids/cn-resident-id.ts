/** China: resident identity number (GB 11643-1999): region, day of birth, rank, ISO 7064 MOD 11-2. */
import { isDay, pair, weightedSum } from "./checks";
import { nationalId, written } from "./national-id";

export const cnResidentId = nationalId({
  entity: "cn_resident_id",
  description:
    "Chinese resident identity numbers of 18 characters with a possible day and a right check character; needs no words. The old 15 digits are not found.",
  longest: 20,
  pattern: written(String.raw`[1-8]\d{5} ?(?:18|19|20)\d{6} ?\d{3}[\dX]`),
  isValid: (id) =>
    isDay(pair(id, 10), pair(id, 12)) &&
    (weightedSum(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) + (id.endsWith("X") ? 10 : Number(id.charAt(17)))) %
      11 ===
      1,
  isUnmistakable: () => true,
});
