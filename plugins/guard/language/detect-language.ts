/**
 * Which language a text is in: by its script where that says it, else by its most common small words. Short texts, lists of names and
 * code have no language here. How often it is right stands in the documentation, with the texts it was measured on.
 */
import { ARABIC, CYRILLIC, DEVANAGARI, LATIN, type Language } from "./common-words";

/** Read of a long text, from all over it. UTF-16 units. */
const MOST_READ = 32 * 1024;
const SLICES = 64;

/** Share of a text's letters that its script must have; of its words that must be common ones; and how far the next language must be behind. */
const LEAST_SCRIPT = 0.6;
const LEAST_WORDS = 0.12;
const LEAST_LEAD = 1.15;
const LETTER_WEIGHT = 0.5;
/** Of Japanese in kana, where the rest is Han. */
const LEAST_KANA = 0.1;

const ONE_LANGUAGE: readonly (readonly [string, RegExp])[] = [
  ["ko", /\p{Script=Hangul}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["th", /\p{Script=Thai}/gu],
  ["ka", /\p{Script=Georgian}/gu],
  ["hy", /\p{Script=Armenian}/gu],
  ["bn", /\p{Script=Bengali}/gu],
  ["pa", /\p{Script=Gurmukhi}/gu],
  ["gu", /\p{Script=Gujarati}/gu],
  ["ta", /\p{Script=Tamil}/gu],
  ["te", /\p{Script=Telugu}/gu],
  ["kn", /\p{Script=Kannada}/gu],
  ["ml", /\p{Script=Malayalam}/gu],
  ["si", /\p{Script=Sinhala}/gu],
  ["lo", /\p{Script=Lao}/gu],
  ["my", /\p{Script=Myanmar}/gu],
  ["km", /\p{Script=Khmer}/gu],
  ["am", /\p{Script=Ethiopic}/gu],
];
const HAN = /\p{Script=Han}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;

const SHARED: readonly { readonly script: RegExp; readonly languages: readonly Known[] }[] = [
  { script: /\p{Script=Latin}/gu, languages: LATIN.map(known) },
  { script: /\p{Script=Cyrillic}/gu, languages: CYRILLIC.map(known) },
  { script: /\p{Script=Arabic}/gu, languages: ARABIC.map(known) },
  { script: /\p{Script=Devanagari}/gu, languages: DEVANAGARI.map(known) },
];

interface Known {
  readonly code: string;
  readonly words: ReadonlySet<string>;
  readonly letters: RegExp | undefined;
}

/** All that can be told. */
export const LANGUAGES: ReadonlySet<string> = new Set([
  ...["zh", "ja"],
  ...ONE_LANGUAGE.map(([code]) => code),
  ...SHARED.flatMap(({ languages }) => languages.map(({ code }) => code)),
]);

const NOT_PROSE = /```[\s\S]{0,4000}?```|`[^`\n]{0,200}`|\bhttps?:\/\/\S{1,2000}|<[A-Z_]{1,40}_\d{1,6}>/g;
const WORD = /[\p{L}\p{M}'’·]+/gu;

/** @param least letters; of fewer nothing is said @returns a code of ISO 639-1; `undefined` = it cannot be told */
export function detectLanguage(text: string, least: number): string | undefined {
  const prose = sample(text).replace(NOT_PROSE, " ").toLowerCase();
  const letters = count(prose, /\p{L}/gu);
  if (letters < least) return undefined;
  const han = count(prose, HAN);
  const kana = count(prose, KANA);
  if (han + kana >= LEAST_SCRIPT * letters) return kana >= LEAST_KANA * (han + kana) ? "ja" : "zh";
  for (const [code, script] of ONE_LANGUAGE) if (count(prose, script) >= LEAST_SCRIPT * letters) return code;
  const shared = SHARED.find(({ script }) => count(prose, script) >= LEAST_SCRIPT * letters);
  return shared === undefined ? undefined : byWords(prose.match(WORD) ?? [], shared.languages);
}

function byWords(words: readonly string[], languages: readonly Known[]): string | undefined {
  const scores = languages.map((language) => ({ code: language.code, score: score(words, language) }));
  const [best, second] = scores.sort((a, b) => b.score - a.score);
  if (best === undefined || best.score < LEAST_WORDS * words.length) return undefined;
  return second !== undefined && best.score < LEAST_LEAD * second.score ? undefined : best.code;
}

function score(words: readonly string[], { words: common, letters }: Known): number {
  let sum = 0;
  for (const word of words) {
    if (common.has(word)) sum += 1;
    else if (letters?.test(word) === true) sum += LETTER_WEIGHT;
  }
  return sum;
}

function sample(text: string): string {
  if (text.length <= MOST_READ) return text;
  const step = Math.floor(text.length / SLICES);
  return Array.from({ length: SLICES }, (_, at) => text.slice(at * step, at * step + MOST_READ / SLICES)).join(" ");
}

function known({ code, words, letters }: Language): Known {
  return { code, words: new Set(words.split(" ")), letters: letters === undefined ? undefined : new RegExp(`[${letters}]`, "u") };
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  for (const _ of text.matchAll(pattern)) found += 1;
  return found;
}
