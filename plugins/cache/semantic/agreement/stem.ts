import { IRREGULAR } from "./words/irregular";

const ENDINGS = /(?:ing|ed)$/;
const VOWEL = /[aeiouy]/;

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
  if (bare !== short && bare.length > 2 && VOWEL.test(bare) && !short.endsWith("eed"))
    short = bare.endsWith("i") ? `${bare.slice(0, -1)}y` : bare;
  if (short.length > 3 && short.endsWith("e")) short = short.slice(0, -1);
  if (short.length > 2 && short.at(-1) === short.at(-2)) short = short.slice(0, -1);
  if (short.length > 4 && short.endsWith("our")) short = `${short.slice(0, -3)}or`;
  if (short.length > 5 && short.endsWith("is")) short = `${short.slice(0, -1)}z`;
  return short;
}

function withoutPlural(word: string): string {
  if (!word.endsWith("s") || /(?:ss|us|is)$/.test(word)) return word;
  return word.length > 4 && word.endsWith("ies") ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}
