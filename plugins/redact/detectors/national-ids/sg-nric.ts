/** Singapore: NRIC and FIN, check letter modulo 11 out of the series' own letters. */
import { weightedSum } from "./checks";
import { named, nationalId, written } from "./national-id";

/** What the series adds to the sum, and its letters from remainder 0 on. */
const SERIES: ReadonlyMap<string, readonly [number, string]> = new Map([
  ["S", [0, "JZIHGFEDCBA"]],
  ["T", [4, "JZIHGFEDCBA"]],
  ["F", [0, "XWUTRQPNMLK"]],
  ["G", [4, "XWUTRQPNMLK"]],
  ["M", [3, "XWUTRQPNJLK"]],
]);

export const sgNric = nationalId({
  entity: "sg_nric",
  description:
    "Singapore NRIC and FIN (S, T, F, G, M) with a right check letter, in upper case; in lower case only near words such as NRIC.",
  longest: 9,
  pattern: written(String.raw`[STFGM]\d{7}[A-Z]`),
  words: named("identity card|singapore", "nric|fin|ic n(?:o|um|umber)s?"),
  isValid(id) {
    const [offset, letters] = SERIES.get(id.charAt(0)) ?? [0, ""];
    return letters[(offset + weightedSum(id.slice(1), [2, 7, 6, 5, 4, 3, 2])) % 11] === id.charAt(8);
  },
  isUnmistakable: (text) => /^[A-Z]\d{7}[A-Z]$/.test(text),
});
