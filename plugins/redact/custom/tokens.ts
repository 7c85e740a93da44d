/**
 * Text as a row of words, blanks and signs. In scripts that put no blanks between words each character is a word, so that a word of a
 * list is found wherever it stands; all over the world a word of a list is not found in the middle of another.
 */

const WORD = 1;
const SINGLE = 2;
const BLANK = 3;
const SIGN = 4;

/** Japanese, Chinese, Thai and their neighbours. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Soft hyphens, zero-width blanks and joiners: nobody sees them in a word. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const LETTER = /[\p{L}\p{N}\p{M}_\u00ad\u200b-\u200d\u2060\ufeff]/u;
const SPACE = /\s/;
const ASCII = /^[\0-\x7f]*$/;

/** By UTF-16 unit, found out once; 0 = not yet. Characters of two units are looked up anew. */
const kinds = new Uint8Array(65_536);

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if ((code & 0xf800) === 0xd800) return kindOf(String.fromCodePoint(text.codePointAt(at) ?? code));
  const known = kinds[code] ?? 0;
  if (known !== 0) return known;
  const kind = kindOf(text.charAt(at));
  kinds[code] = kind;
  return kind;
}

function kindOf(character: string): number {
  if (UNSPACED.test(character)) return SINGLE;
  if (LETTER.test(character)) return WORD;
  return SPACE.test(character) ? BLANK : SIGN;
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Where the token that begins at `at` ends: words and blanks go on, other characters stand for themselves. */
export function tokenEnd(text: string, at: number): number {
  const kind = kindAt(text, at);
  let end = at + widthAt(text, at);
  if (kind === WORD || kind === BLANK) while (end < text.length && kindAt(text, end) === kind) end += widthAt(text, end);
  return end;
}

export function isBlank(text: string, at: number): boolean {
  return kindAt(text, at) === BLANK;
}

/** As it is compared: without accents' and widths' variants, and in any case unless `sensitive`. */
export function keyOf(token: string, sensitive: boolean): string {
  if (ASCII.test(token)) return sensitive ? token : token.toLowerCase();
  const plain = token.replace(INVISIBLE, "").normalize("NFKC");
  // By way of capitals: `ß` is `ss`, and a Greek sigma at a word's end is one as any other.
  return sensitive ? plain : plain.toUpperCase().toLowerCase();
}
