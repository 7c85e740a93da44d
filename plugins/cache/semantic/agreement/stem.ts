import { IRREGULAR } from "./words/irregular";

const ENDINGS = /(?:ing|ed)$/;
const VOWEL = /[aeiouy]/;
/** One vowel, and one consonant that is doubled before an ending. */
const SHORT = /^(?:qu|[^aeiouy])+[aeiouy][^aeiouywx]$/;

/**
 * English inflection taken off (`cancelled`, `cancelling`, `cancels` are `cancel`), and British spelling made American. Comparison
 * (`faster`), prefixes and adverbs stay: they change what is asked.
 */
export function stem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length < 4) return word;
  let short = withoutPlural(word);
  const bare = short.replace(ENDINGS, "");
  const inflected = bare !== short && bare.length > 2 && VOWEL.test(bare) && !short.endsWith("eed");
  if (inflected) short = bare.endsWith("i") ? `${bare.slice(0, -1)}y` : bare;
  // "taped" is of "tape", "tapped" of "tap": nothing else tells short words apart.
  if (inflected && SHORT.test(short)) short = `${short}e`;
  if (short.length > 3 && short.endsWith("e") && !SHORT.test(short.slice(0, -1))) short = short.slice(0, -1);
  if (short.length > 2 && short.at(-1) === short.at(-2)) short = short.slice(0, -1);
  if (short.length > 4 && short.endsWith("our")) short = `${short.slice(0, -3)}or`;
  if (short.length > 5 && short.endsWith("is")) short = `${short.slice(0, -1)}z`;
  return short;
}

function withoutPlural(word: string): string {
  if (!word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  return word.length > 4 && word.endsWith("ies") ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}

const PLURALS = new Set("men women children people teeth mice criteria bacteria leaves knives wives".split(" "));

export type Inflection = "ing" | "ed" | "none";

/** Present participles, past forms, and all others; plurals are among these. */
export function inflectionOf(word: string): Inflection {
  const irregular = IRREGULAR.get(word);
  if (irregular === word || (irregular === undefined && word.length < 4)) return "none";
  if (word.endsWith("ing")) return stem(word) === word ? "none" : "ing";
  if (irregular !== undefined) return word.endsWith("s") || PLURALS.has(word) ? "none" : "ed";
  return word.endsWith("ed") && stem(word) !== word && !word.endsWith("eed") ? "ed" : "none";
}
