import { compareContent, groundOf } from "./compare-content";
import { compareForms } from "./compare-forms";
import { compareFrame } from "./compare-frame";
import { sameDirection } from "./compare-order";
import { areEnglish } from "./language";
import { isLiteral, plain } from "./literal";
import { readQuestion } from "./read-question";
import { splitText } from "./split-text";
import type { Token } from "./token";
import { AGREE, differ, type Verdict } from "./verdict";

/** UTF-16 units. What is longer is hardly asked twice in other words, and costs time to compare. */
export const LONGEST_QUESTION = 8000;

/**
 * Whether an answer to `stored` answers `asked`: the check that a semantic hit needs besides its similarity.
 *
 * Two questions agree when every word that carries content has its twin (inflected, or a synonym from a short list), when the same
 * is asked about it (how, when, whether, may, must), and when nothing is turned round (from A to B, A than B). Whatever it does
 * not know it takes for a difference: a miss costs money, a false hit is a wrong answer. Languages other than English must use
 * the same words in the same order, and what is about words or has lines must be the same text. Symmetric; linear in the texts.
 */
export function agrees(asked: string, stored: string): Verdict {
  if (asked.length > LONGEST_QUESTION || stored.length > LONGEST_QUESTION) return asked === stored ? AGREE : differ("length");
  if (isLiteral(asked) || isLiteral(stored)) return plain(asked) === plain(stored) ? AGREE : differ("words");
  const one = splitText(asked);
  const other = splitText(stored);
  if (!areEnglish(one, other)) return sameWords(one, other);
  const first = readQuestion(one);
  const second = readQuestion(other);
  // "what is this" and "how is that" hold nothing to compare.
  if (first.content.length === 0 || second.content.length === 0) return sameWords(one, other);
  const content = compareContent(first.content, second.content);
  if (content !== undefined) return differ(content);
  const frame = compareFrame(first, second);
  if (frame !== undefined) return differ(frame);
  if (!sameDirection(first, second)) return differ("direction");
  const form = compareForms(first, second);
  return form === undefined ? AGREE : differ(form);
}

/** Capitals included: where they stand for something (`Sie` and `sie`) is not known here. */
function sameWords(one: readonly Token[], other: readonly Token[]): Verdict {
  const first = one.filter(({ kind }) => kind !== "break");
  const second = other.filter(({ kind }) => kind !== "break");
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const here = first[at];
    const there = second[at];
    if (here?.kind === there?.kind && here?.key === there?.key && here?.name === there?.name) continue;
    const left = here ?? there;
    return differ(left === undefined ? "words" : groundOf({ token: left }));
  }
  const pauses = [pausesOf(one), pausesOf(other)];
  return pauses.includes("") || pauses[0] === pauses[1] ? AGREE : differ("direction");
}

/** How much stands before each, but those at the end. */
function pausesOf(tokens: readonly Token[]): string {
  const pauses = new Set<number>();
  let said = 0;
  for (const { kind } of tokens) {
    if (kind === "break") pauses.add(said);
    else said += 1;
  }
  pauses.delete(0);
  pauses.delete(said);
  return [...pauses].join();
}
