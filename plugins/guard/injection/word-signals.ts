/** What the words of a text give away, in the folded form of the text. */
import { foldedText } from "../fold-text";
import { PHRASES } from "./phrases";
import { ALL, BEFORE, HIDDEN, LEAVE, LEAVE_LAST, REVEAL, RULES } from "./words";

const IS_LEAVE = 1;
const IS_BEFORE = 2;
const IS_ALL = 4;
const IS_RULES = 8;
const IS_REVEAL = 16;
const IS_HIDDEN = 32;
const IS_LEAVE_LAST = 64;

/** Words from the first to the last of those that belong together. */
const REACH = 8;

const OVERRIDES = 6;
const OVERRIDES_ALL = 3;
const REVEALS = 5;

const KINDS = new Map<string, number>();
for (const [list, kind] of [
  [LEAVE, IS_LEAVE],
  [LEAVE_LAST, IS_LEAVE_LAST],
  [BEFORE, IS_BEFORE],
  [ALL, IS_ALL],
  [RULES, IS_RULES],
  [REVEAL, IS_REVEAL],
  [HIDDEN, IS_HIDDEN],
] as const) {
  for (const word of list.split(" ")) {
    const folded = foldedText(word);
    KINDS.set(folded, (KINDS.get(folded) ?? 0) | kind);
  }
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?/gu;
/** The same, and what ends a sentence. */
const WORD_OR_END = new RegExp(`${WORD.source}|[.!?。…](?=\\s)`, "gu");
const SENTENCE_END = /^[.!?。…]$/;

interface Phrase {
  readonly weight: number;
  readonly words: readonly string[];
  readonly text: string;
  /** Also within a word. */
  readonly within: boolean;
}

const ALL_PHRASES = PHRASES.flatMap(([weight, phrases]) =>
  phrases.map((phrase): Phrase => {
    const text = foldedText(phrase.replace(/^\*/, ""));
    return { weight, text, words: text.match(WORD) ?? [], within: phrase.startsWith("*") };
  }),
);
const WITHIN = ALL_PHRASES.filter(({ within }) => within);
const BY_FIRST_WORD = new Map<string, Phrase[]>();
for (const phrase of ALL_PHRASES) {
  const [first = ""] = phrase.words;
  if (!phrase.within) BY_FIRST_WORD.set(first, [...(BY_FIRST_WORD.get(first) ?? []), phrase]);
}

/** Spelt letter by letter. */
const SPELT = 12;
const SPELT_WORDS = /ignore(?:all|previous|the|your)|systemprompt|previousinstructions/;
const SPELT_OUT = 4;

/** @param folded by foldedText */
export function scoreWords(folded: string): number {
  const words = folded.match(WORD_OR_END) ?? [];
  return scoreNear(words) + scorePhrases(words, folded) + scoreSpelt(words);
}

/** Words of several lists close together in one sentence, each finding once. */
function scoreNear(words: readonly string[]): number {
  const last = new Map<number, number>();
  const place = (kind: number): number => last.get(kind) ?? Number.NEGATIVE_INFINITY;
  let override = 0;
  let reveal = 0;
  for (const [at, word] of words.entries()) {
    if (SENTENCE_END.test(word)) last.clear();
    const kinds = KINDS.get(word);
    if (kinds === undefined) continue;
    for (let kind = 1; kind <= kinds; kind *= 2) if ((kinds & kind) !== 0) last.set(kind, at);
    const near = (kind: number): boolean => at - place(kind) <= REACH;
    const told = near(IS_BEFORE) && near(IS_RULES);
    const verb = Math.min(place(IS_BEFORE), place(IS_RULES)) > place(IS_LEAVE);
    if (told && (near(IS_LEAVE) ? verb : near(IS_LEAVE_LAST))) override = OVERRIDES;
    if ((kinds & IS_RULES) === 0) continue;
    if (near(IS_LEAVE) && near(IS_ALL)) override = Math.max(override, OVERRIDES_ALL);
    if (near(IS_REVEAL) && at - place(IS_HIDDEN) <= 1) reveal = REVEALS;
  }
  return override + reveal;
}

function scorePhrases(words: readonly string[], text: string): number {
  const found = new Set(WITHIN.filter((phrase) => text.includes(phrase.text)));
  for (const [at, word] of words.entries()) {
    for (const phrase of BY_FIRST_WORD.get(word) ?? [])
      if (phrase.words.every((part, index) => words[at + index] === part)) found.add(phrase);
  }
  let sum = 0;
  // A longer phrase that holds a shorter one counts once, as the longer one.
  for (const phrase of found) {
    if (![...found].some((other) => other !== phrase && other.text.includes(phrase.text))) sum += phrase.weight;
  }
  return sum;
}

function scoreSpelt(words: readonly string[]): number {
  let run = "";
  for (const word of [...words, "end"]) {
    if (word.length === 1) run += SENTENCE_END.test(word) ? "" : word;
    else {
      if (run.length >= SPELT && SPELT_WORDS.test(run)) return SPELT_OUT;
      run = "";
    }
  }
  return 0;
}
