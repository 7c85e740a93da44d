/** India: Aadhaar, 12 digits, the last by Verhoeff's scheme. */
import { named, nationalId, written } from "./national-id";

export const inAadhaar = nationalId({
  entity: "in_aadhaar",
  description:
    "Aadhaar numbers of 12 digits with a right check digit, near words such as Aadhaar or UIDAI, or written in three groups of four.",
  longest: 14,
  pattern: written(String.raw`[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}`),
  words: named("aadha+r|uidai|आधार"),
  isValid: hasVerhoeffDigit,
  isUnmistakable: (text) => /^\d{4}([ -])\d{4}\1\d{4}$/.test(text),
});

/** J. Verhoeff, Error Detecting Decimal Codes (1969): multiplication in the dihedral group of order 10, a permutation for each place. */
function hasVerhoeffDigit(id: string): boolean {
  let check = 0;
  for (let place = 0; place < id.length; place += 1) {
    const digit = id.charCodeAt(id.length - 1 - place) - 48;
    check = product(check, PERMUTATIONS[place % 8]?.[digit] ?? 0);
  }
  return check === 0;
}

/** The first leaves all as it is; each is one more turn of `1576283094`, and the ninth would be the first again. */
const PERMUTATIONS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/** 0 to 4 turn a pentagon, 5 to 9 turn it over first. */
function product(left: number, right: number): number {
  const turned = left < 5 ? left + (right % 5) : left - (right % 5) + 5;
  const isTurnedOver = left < 5 !== right < 5;
  return (turned % 5) + (isTurnedOver ? 5 : 0);
}
