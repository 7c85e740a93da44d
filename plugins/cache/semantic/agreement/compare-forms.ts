import type { Question } from "./read-question";
import { inflectionOf } from "./stem";
import type { Ground } from "./verdict";

/** Inflections that one stem hides: who hires, who is hired, who has hired. Both hold equal content. */
export function compareForms(one: Question, other: Question): Ground | undefined {
  const twins = new Map(other.content.map((it) => [it.key, it]));
  for (const { key, token } of one.content) {
    const twin = twins.get(key);
    if (twin === undefined || token.kind !== "word" || twin.token.kind !== "word") continue;
    const forms = [inflectionOf(token.key), inflectionOf(twin.token.key)];
    if (forms[0] === forms[1]) continue;
    // "is it closed" and "does it close": only with a verb beside it nobody says by it when.
    if (forms.includes("ed") && (forms.includes("ing") || !one.finite || !other.finite)) return "tense";
    // "what is hosting" and "what is a host": beside others it says what somebody does.
    if (one.content.length === 1) return "words";
  }
  return undefined;
}
