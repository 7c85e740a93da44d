import type { Token } from "./token";
import { ENGLISH, FOREIGN } from "./words/languages";

/** A letter that English does not write with. */
const OTHER_SCRIPT = /(?!\p{Script=Latin})\p{L}/u;

/**
 * Whether two texts may be compared as English: one shows that it is, and neither shows that it is not. Keywords alone ("metformin
 * side effects") show nothing.
 */
export function areEnglish(one: readonly Token[], other: readonly Token[]): boolean {
  const first = weigh(one);
  const second = weigh(other);
  return first !== "other" && second !== "other" && (first === "english" || second === "english");
}

function weigh(tokens: readonly Token[]): "english" | "other" | "unknown" {
  let english = 0;
  let foreign = 0;
  for (const { kind, key } of tokens) {
    if (kind !== "word") continue;
    if (OTHER_SCRIPT.test(key)) return "other";
    if (ENGLISH.has(key)) english += 1;
    if (FOREIGN.has(key)) foreign += 1;
  }
  if (foreign > english) return "other";
  return english > 0 ? "english" : "unknown";
}
