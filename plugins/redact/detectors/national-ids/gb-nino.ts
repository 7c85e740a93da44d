/** United Kingdom: National Insurance number. It has no check digit, only prefixes that were never given out (HMRC NIM39110). */
import { named, nationalId, written } from "./national-id";

export const gbNino = nationalId({
  entity: "gb_nino",
  description:
    "UK National Insurance numbers with a prefix in use, as AB123456C, AB 12 34 56 C or AB-12-34-56-C in upper case; otherwise, and without the last letter, near words such as National Insurance or NINO.",
  longest: 13,
  pattern: written(
    String.raw`(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}(?:[ -]?[A-D])?`,
  ),
  words: named("national insurance|insurance n[ou]", String.raw`nino|n\.?i\.? (?:n(?:o|um|umber)s?|#)`),
  isValid: () => true,
  isUnmistakable: (text) => /^[A-Z]{2}([ -]?)\d{2}\1\d{2}\1\d{2}\1[A-D]$/.test(text),
});
