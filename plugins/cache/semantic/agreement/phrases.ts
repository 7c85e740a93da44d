import { isWord, type Token, token } from "./token";
import { PHRASES } from "./words/phrases";

interface Phrase {
  /** Only at the beginning, or after a pause. */
  readonly opens: boolean;
  readonly words: readonly string[];
  readonly stands: readonly Token[];
}

const POLITE = new Set(["please", "hi", "hello", "hey", "so", "and"]);

/** By first word, the longest first. */
const BY_FIRST = new Map<string, Phrase[]>();
for (const line of PHRASES.trim().split("\n")) {
  const [left = "", right = ""] = line.split("=");
  const opens = left.startsWith("^");
  const words = (opens ? left.slice(1) : left).trim().split(" ");
  const stands =
    right.trim() === ""
      ? []
      : right
          .trim()
          .split(" ")
          .map((word) => token("word", word));
  const first = words[0] ?? "";
  const those = BY_FIRST.get(first) ?? [];
  those.push({ opens, words, stands });
  BY_FIRST.set(
    first,
    those.sort((a, b) => b.words.length - a.words.length),
  );
}

/** Phrases replaced by what they stand for, from left to right, each word at most once. */
export function foldPhrases(tokens: readonly Token[]): Token[] {
  const folded: Token[] = [];
  let at = 0;
  while (at < tokens.length) {
    const found = phraseAt(tokens, at);
    const here = tokens[at];
    if (found !== undefined) {
      folded.push(...found.stands);
      at += found.words.length;
    } else {
      if (here !== undefined) folded.push(here);
      at += 1;
    }
  }
  return folded;
}

function phraseAt(tokens: readonly Token[], at: number): Phrase | undefined {
  const first = tokens[at];
  if (first?.kind !== "word") return undefined;
  const opening = at === 0 || tokens[at - 1]?.kind === "break" || POLITE.has(tokens[at - 1]?.key ?? "");
  return BY_FIRST.get(first.key)?.find(
    ({ opens, words }) => (opening || !opens) && words.every((word, index) => isWord(tokens[at + index], word)),
  );
}
