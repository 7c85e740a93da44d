import { isWord, type Token, token } from "./token";
import { ORDINALS, SCALES, SMALL_NUMBERS, TENS } from "./words/number-words";

/** Numbers in words become digits (`twenty-five` is 25, `third` is 3rd, `2 million` is 2000000); digits stay as they are written. */
export function foldNumbers(tokens: readonly Token[]): Token[] {
  const folded: Token[] = [];
  let at = 0;
  while (at < tokens.length) {
    const here = tokens[at];
    const words = here?.kind === "word" ? numberWords(tokens, at) : undefined;
    if (here === undefined) break;
    if (words !== undefined) {
      folded.push(token("number", String(words.value)));
      at = words.end;
    } else if (here.kind === "number" && scaleAt(tokens, at + 1) !== undefined) {
      folded.push(token("number", scaled(here.key, scaleAt(tokens, at + 1) ?? 1)));
      at += 2;
    } else {
      folded.push(isOrdinal(tokens, at) ? token("number", `${ORDINALS.get(here.key)}.`) : here);
      at += 1;
    }
  }
  return folded;
}

interface Reading {
  readonly value: number;
  readonly end: number;
}

/** Each word adds or multiplies: sums below a thousand are gathered, and go to the total with their scale. */
function numberWords(tokens: readonly Token[], start: number): Reading | undefined {
  let total = 0;
  let sum = 0;
  let at = start;
  let room = 1000;
  for (; at < tokens.length; at++) {
    const here = tokens[at];
    if (here?.kind !== "word") break;
    const small = SMALL_NUMBERS.get(here.key);
    const ten = TENS.get(here.key);
    const scale = SCALES.get(here.key);
    const value = small ?? ten;
    if (value !== undefined) {
      // "two three" are two numbers, "twenty three" is one.
      if (value >= room) break;
      sum += value;
      room = ten !== undefined ? 10 : 1;
    } else if (scale !== undefined) {
      if (scale === 100) {
        sum = Math.max(sum, 1) * 100;
        room = 100;
      } else {
        total += Math.max(sum, 1) * scale;
        sum = 0;
        room = 1000;
      }
    } else if (!(at > start && here.key === "and" && isScale(tokens[at - 1]) && isSmall(tokens[at + 1]))) break;
  }
  return at === start ? undefined : { value: total + sum, end: at };
}

function isScale(it: Token | undefined): boolean {
  return it?.kind === "word" && SCALES.has(it.key);
}

function isSmall(it: Token | undefined): boolean {
  return it?.kind === "word" && (SMALL_NUMBERS.has(it.key) || TENS.has(it.key));
}

function scaleAt(tokens: readonly Token[], at: number): number | undefined {
  const here = tokens[at];
  return here?.kind === "word" ? SCALES.get(here.key) : undefined;
}

function scaled(digits: string, scale: number): string {
  const value = Number(digits) * scale;
  return Number.isSafeInteger(value) ? String(value) : `${digits}*${scale}`;
}

function isOrdinal(tokens: readonly Token[], at: number): boolean {
  const here = tokens[at];
  if (here?.kind !== "word" || !ORDINALS.has(here.key)) return false;
  const before = tokens[at - 1];
  return (
    here.key !== "second" ||
    !(before?.kind === "number" || isWord(before, "per") || isWord(before, "a") || isWord(before, "each"))
  );
}
