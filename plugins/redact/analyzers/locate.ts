/** Where values that somebody named stand in texts: no offsets of a model are trusted. */
import { WordList } from "../custom/word-list";
import type { Region } from "../regions";
import type { Named } from "./llm-prompt";

/** Of one character, or of signs alone, anything could be. */
const SOMETHING = /[\p{L}\p{N}].*[\p{L}\p{N}]/su;
/** A longer value is no name of anything; it is as long as a text may be cut. */
const LONGEST = 500;
/** A first name in a name in a signature. */
const NESTED = 3;

/**
 * Every place in every text. A value counts where it stands as whole words, with any blanks between them; one that stands nowhere so
 * is taken as a part of words, and one that is not there either in another case: models tidy up what they copy.
 * What is not there at all was made up, and is left out.
 */
export function locate(named: readonly Named[], texts: readonly string[]): readonly (readonly Region[])[] {
  const found: Region[][] = texts.map(() => []);
  const values = named.filter(({ value }) => SOMETHING.test(value) && value.length <= LONGEST);
  let left = values;
  // Of values that are part of others, the longer ones are found first.
  for (let round = 0; round < NESTED && left.length > 0; round += 1) left = inWords(left, true, texts, found);
  const parts = left.filter(({ value }) => value.trim().length > 2);
  inWords(anywhere(parts, texts, found), false, texts, found);
  return found;
}

/** @returns those that were not found */
function inWords(values: readonly Named[], sensitive: boolean, texts: readonly string[], found: Region[][]): Named[] {
  if (values.length === 0) return [];
  // The label says which value it was.
  const list = new WordList(
    values.map(({ value }, index) => [value, String(index)] as const),
    sensitive,
  );
  const seen = new Set<Named>();
  for (const [at, text] of texts.entries()) {
    for (const { start, end, label } of list.find(text)) {
      const one = values[Number(label)]!;
      seen.add(one);
      found[at]!.push({ start, end, entity: one.entity });
    }
  }
  return values.filter((one) => !seen.has(one));
}

/** @returns those that were not found */
function anywhere(values: readonly Named[], texts: readonly string[], found: Region[][]): Named[] {
  return values.filter(({ value, entity }) => {
    let seen = false;
    for (const [index, text] of texts.entries()) {
      for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
        found[index]!.push({ start: at, end: at + value.length, entity });
        seen = true;
      }
    }
    return !seen;
  });
}
