/** Italy: codice fiscale (D.M. 23 December 1976), also where digits gave way to letters because two people had the same (omocodia). */
import { nationalId, written } from "./national-id";

/** What 0 to 9 become: `L` to `V` without `O`. */
const DIGIT = String.raw`[\dL-NP-V]`;
const DIGIT_LETTERS = "LMNPQRSTUV";
/** Values of characters at odd places, of 0 to 9 and of A to Z alike. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

export const itFiscalCode = nationalId({
  entity: "it_fiscal_code",
  description:
    "Italian codice fiscale of 16 characters with a possible day and a right check letter, omocodia included; needs no words.",
  longest: 20,
  pattern: written(`[A-Z]{3} ?[A-Z]{3} ?${DIGIT}{2}[A-EHLMPRST]${DIGIT}{2} ?[A-Z]${DIGIT}{3} ?[A-Z]`),
  isValid(id) {
    const day = digit(id.charAt(9)) * 10 + digit(id.charAt(10));
    if (!/\d/.test(id) || day % 40 < 1 || day % 40 > 31 || day > 71) return false;
    let sum = 0;
    for (let index = 0; index < 15; index += 1) sum += index % 2 === 0 ? (ODD[value(id, index)] ?? 0) : value(id, index);
    return sum % 26 === value(id, 15);
  },
  isUnmistakable: () => true,
});

function digit(character: string): number {
  const letter = DIGIT_LETTERS.indexOf(character);
  return letter === -1 ? Number(character) : letter;
}

/** 0 to 9, or the place in the alphabet. */
function value(id: string, at: number): number {
  const code = id.charCodeAt(at);
  return code < 65 ? code - 48 : code - 65;
}
