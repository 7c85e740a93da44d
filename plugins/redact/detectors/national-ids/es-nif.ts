/** Spain: DNI, NIE, and the NIF of those who have neither; the letter is the number modulo 23. Organisations: Luhn. */
import { hasLuhnDigit } from "../credit-card";
import { named, nationalId, written } from "./national-id";

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const ORGANISATION = /^[A-HJNP-SUVW]/;
const ORGANISATION_LETTERS = "JABCDEFGHI";

export const esNif = nationalId({
  entity: "es_nif",
  description:
    "Spanish DNI, NIE and NIF with a right check letter. In lower case, with a blank before the letter or without the leading zero, and for organisations (CIF), only near words such as DNI or NIF.",
  longest: 15,
  pattern: written(
    String.raw`(?:ES-?)?(?:\d{7,8}|\d{2}\.\d{3}\.\d{3}|\d{2} \d{3} \d{3}|[XYZ]-?\d\.\d{3}\.\d{3}|[A-HJ-NP-SU-Z][ -]?\d{7})[ -]?[A-Z\d]`,
  ),
  words: named(
    "identificaci[oó]n fiscal|(?:documento|n[uú]mero|carn[eé]t) (?:nacional )?de identidad|spanish (?:tax|national|id)",
    String.raw`d\.?n\.?i|n\.?i\.?[fe]|c\.?i\.?f|vat`,
  ),
  isValid(id) {
    const nif = id.replace(/^ES/, "");
    const check = nif.slice(-1);
    const body = nif.slice(0, -1);
    if (ORGANISATION.test(body)) {
      const letter = ORGANISATION_LETTERS.indexOf(check);
      return hasLuhnDigit(body.slice(1) + (letter === -1 ? check : letter));
    }
    const number = body
      .replace(/^[KLMX]/, "0")
      .replace("Y", "1")
      .replace("Z", "2");
    return LETTERS[Number(number) % 23] === check;
  },
  isUnmistakable: (text, id) => /^[A-Z\d.-]+[A-Z]$/.test(text) && /^(?:ES)?(?:\d{8}|[KLMXYZ]\d{7})[A-Z]$/.test(id),
});
