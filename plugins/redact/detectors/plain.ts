/**
 * Text as detectors read it: typographic blanks and hyphens, full-width forms and the digits of other scripts become the plain
 * characters they stand for, and the escapes of JSON within a string become blanks, so that the `n` of `\n` is no letter before a
 * number. Each place stays where it is: what is found in the plain text stands at the same place in the text.
 */

const BLANKS = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
const HYPHENS = /[\u2010-\u2015\u2212]/g;
/** The full-width forms of what numbers, codes and addresses are written with; the digits of Arabic, Persian, Hindi, Bengali, Thai. */
const FORMS =
  /[\uff08\uff09\uff0b\uff0d-\uff1a\uff20-\uff3a\uff3f\uff41-\uff5a\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59]/g;
/** Zeros of those scripts; their other digits follow. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];
/** From `！` (U+FF01) on, full-width forms are in ASCII's order. */
const FULL_WIDTH = 0xff01 - 0x21;
const UNUSUAL = new RegExp(`${BLANKS.source}|${HYPHENS.source}|${FORMS.source}`);

/** @returns a text of the same length */
export function plainOf(text: string): string {
  const unescaped = text.includes("\\") ? withoutEscapes(text) : text;
  if (!UNUSUAL.test(unescaped)) return unescaped;
  return unescaped.replace(BLANKS, " ").replace(HYPHENS, "-").replace(FORMS, plainForm);
}

/** What a `\u` stands for keeps its meaning (`\u003c` is a `<`), at the last place of the escape. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\\[nrtbf]/g, "  ")
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => `     ${String.fromCharCode(Number.parseInt(code, 16))}`);
}

function plainForm(character: string): string {
  const code = character.charCodeAt(0);
  if (code > FULL_WIDTH) return String.fromCharCode(code - FULL_WIDTH);
  return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
}

/** In scripts without blanks between words, a letter before a number does not make them one word; nor does the `º` of `nº`. */
const SPACED_LETTER = /(?![ªº])[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}]/u;

/** A letter, digit or `_` stands there. */
export function isWord(text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false;
  const code = text.charCodeAt(at);
  if (code >= 128) return SPACED_LETTER.test(text.charAt(at));
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95;
}
