import { attributesMoved, phraseEnd, sortPairs } from "./moved-phrases";
import type { Content, Question } from "./read-question";

/**
 * Whether the same content is put to each other in the same way: who beats whom, from where to where, what than what. Both hold
 * equal content. The order must be the same, but for what English moves without a change of meaning: the lone negation, a phrase
 * put in front ("in Paris, what is …"), a time, an attribute ("rate of inflation", "inflation rate").
 */
export function sameDirection(one: Question, other: Question): boolean {
  const first = sortPairs(placed(one, other));
  const second = sortPairs(placed(other, one));
  // Keywords leave prepositions out: "weather Paris".
  const loose = !one.finite || !other.finite;
  if (isSame(first, second, loose)) return samePauses(one, other);
  if (one.dangling || other.dangling) return false;
  if (onePhraseMoved(first, second)) return true;
  // Not in both at once: "15 % of 80" and "80 % of 15" would meet halfway.
  return isSame(attributesMoved(first, second), second) || isSame(first, attributesMoved(second, first));
}

/** "a b, c" is not "a, b c". Who leaves commas out leaves out all. */
function samePauses(one: Question, other: Question): boolean {
  return one.pauses.length === 0 || other.pauses.length === 0 || one.pauses.join() === other.pauses.join();
}

function isSame(one: readonly Content[], other: readonly Content[], loose = false): boolean {
  return one.every((it, at) => it.key === other[at]?.key && sameRole(turnOf(one, at), turnOf(other, at), loose));
}

const QUANTIFIERS = new Set([
  "all",
  "every",
  "each",
  "both",
  "only",
  "always",
  "some",
  "any",
  "many",
  "most",
  "everyone",
  "everything",
]);

/** "why isn't it on" and "why is it not on" differ in nothing: in one clause, about one thing, the negation's place says nothing. */
function placed(question: Question, other: Question): readonly Content[] {
  const free = isFree(question) && isFree(other);
  return free ? question.content.filter((it) => !isNot(it)) : question.content;
}

function isFree({ content, clauses, polar }: Question): boolean {
  return (
    !clauses && polar === undefined && content.filter(isNot).length === 1 && !content.some(({ key }) => QUANTIFIERS.has(key))
  );
}

function isNot({ key }: Content): boolean {
  return key === "not";
}

/** "from A to B" is "A to B". */
function turnOf(content: readonly Content[], at: number): string {
  const role = content[at]?.role ?? "";
  return role === "from" && content.slice(at + 1, at + 4).some((later) => later.role === "to") ? "" : role;
}

const PLACES = new Set(["", "in", "on", "at", "of"]);

/** `of` joins what stands together anyway, and `to` stands before verbs too; all others matter: what is in a box is not on it. */
function sameRole(one: string, other: string, loose: boolean): boolean {
  if (one === other || (loose && PLACES.has(one) && PLACES.has(other))) return true;
  return (one === "" && JOINERS.has(other)) || (other === "" && JOINERS.has(one));
}

const JOINERS = new Set(["of", "to"]);

/** One phrase stands first in one of them and elsewhere in the other, or is a time; the rest is in order. */
function onePhraseMoved(one: readonly Content[], other: readonly Content[]): boolean {
  const first = one.findIndex((it, at) => it.key !== other[at]?.key);
  if (first < 0) return false;
  return [one, other].some((from) => {
    const to = from === one ? other : one;
    // What moved from here stands here, in one of the two.
    const start = phraseStart(from, first);
    const phrase = from.slice(start, phraseEnd(from, start));
    const head = phrase[0];
    if (head === undefined || !(head.token.kind === "date" || (start === 0 && head.role !== ""))) return false;
    const there = to.findIndex(
      (it, at) => it.role === head.role && phrase.every(({ key }, offset) => to[at + offset]?.key === key),
    );
    if (there < 0) return false;
    return isSame(without(from, start, phrase.length), without(to, there, phrase.length));
  });
}

function phraseStart(content: readonly Content[], at: number): number {
  let start = at;
  while (start > 0 && content[start - 1]?.phrase === content[at]?.phrase) start -= 1;
  return start;
}

function without(content: readonly Content[], start: number, count: number): readonly Content[] {
  return [...content.slice(0, start), ...content.slice(start + count)];
}
