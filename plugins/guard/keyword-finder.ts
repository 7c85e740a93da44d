/** Keywords as whole words, in any language: see foldText for what makes no difference. */
import type { Finder, Span } from "./finder";
import { endOf, type Folded, foldText } from "./fold-text";
import { leftmostLongest, WordTree } from "./word-tree";

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Written without blanks between words, or with endings that no blank sets apart. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** A match may be so much longer than its keyword, by accents and unseen characters, and by each run of blanks. */
const SLACK = 16;
const SLACK_OF_BLANK = 8;

export class KeywordFinder implements Finder {
  readonly longest: number;
  readonly #tree: WordTree;
  readonly #longest: readonly number[];

  constructor(keywords: readonly string[]) {
    const words = [...new Set(keywords.map(foldKeyword))];
    this.#tree = new WordTree(words);
    this.#longest = words.map(longestOf);
    this.longest = Math.max(...this.#longest);
  }

  *find(text: string, from: number): Generator<Span> {
    const folded = foldText(text);
    const found: Span[] = [];
    for (const { word, start, end } of this.#tree.occurrences(folded.text)) {
      const span = { start: folded.places[start] ?? 0, end: endOf(text, folded, end) };
      const fits = span.start >= from && span.end - span.start <= (this.#longest[word] ?? 0);
      if (fits && standsAlone(folded, start, end)) found.push(span);
    }
    yield* leftmostLongest(found);
  }
}

/** As it is looked for; empty = there is nothing in it to look for. */
export function foldKeyword(keyword: string): string {
  return foldText(keyword).text.trim();
}

function longestOf(word: string): number {
  return 2 * word.length + SLACK + SLACK_OF_BLANK * (word.split(" ").length - 1);
}

function standsAlone({ text }: Folded, start: number, end: number): boolean {
  return isEdge(text, start - 1, start) && isEdge(text, end, end - 1);
}

/** No word goes on from the character `inside` to the one `outside`. */
function isEdge(text: string, outside: number, inside: number): boolean {
  const near = letterAt(text, inside);
  const far = letterAt(text, outside);
  return !WORD.test(far) || !WORD.test(near) || UNSPACED.test(near);
}

/** The whole character, of whichever half. */
function letterAt(text: string, at: number): string {
  const unit = text.charCodeAt(at);
  const low = unit >= 0xdc00 && unit < 0xe000;
  return String.fromCodePoint(text.codePointAt(low ? at - 1 : at) ?? 0);
}
