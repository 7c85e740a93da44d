/** Mexico: CURP: name, day, sex, state, consonants, and a check digit over the alphabet with Ñ. */
import { isDay, pair } from "./checks";
import { nationalId, written } from "./national-id";

const ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
const STATES = "AS|B[CS]|C[CHLMS]|D[FG]|G[RT]|HG|JC|M[CNS]|N[ELT]|OC|PL|Q[RT]|S[LPR]|T[CLS]|VZ|YN|ZS";

export const mxCurp = nationalId({
  entity: "mx_curp",
  description: "Mexican CURP of 18 characters with a possible day, a known state and a right check digit; needs no words.",
  longest: 18,
  pattern: written(String.raw`[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX](?:${STATES})[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d`),
  isValid(id) {
    let sum = 0;
    for (let index = 0; index < 17; index += 1) sum += (18 - index) * ALPHABET.indexOf(id.charAt(index));
    return isDay(pair(id, 6), pair(id, 8)) && (10 - (sum % 10)) % 10 === Number(id.charAt(17));
  },
  isUnmistakable: () => true,
});
