/** Questions of which every word, blank and sign counts. */
import { ABOUT_WORDS } from "./words/about-words";

/** Words and signs. Longer ones hold a text to work on, or a story: what is asked hangs on words that say little elsewhere. */
const MOST_PIECES = 80;

/** Lines hold code, tables and lists, where blanks and order mean something; and who asks about words means the very words. */
export function isLiteral(text: string): boolean {
  const inner = text.trim();
  if (/[\n\r\t]/.test(inner)) return true;
  const pieces = inner.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];
  return pieces.length > MOST_PIECES || asksForTheirSaying(pieces) || pieces.some(isAboutWords);
}

/** `Word` is a program. */
function isAboutWords(piece: string): boolean {
  return piece !== "Word" && ABOUT_WORDS.has(piece.toLowerCase());
}

/** "how do you say child in German" */
function asksForTheirSaying(pieces: readonly string[]): boolean {
  const said = pieces.indexOf("say");
  return said >= 0 && pieces.lastIndexOf("in") > said;
}

export function plain(text: string): string {
  return text.normalize("NFC").trim();
}
