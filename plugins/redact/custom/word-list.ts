/** Words and phrases, all looked for at once: a tree with a step for each token, so that a list may be as long as it likes. */
import type { Finding } from "../detectors/detector";
import { isBlank, keyOf, tokenEnd } from "./tokens";

interface Step {
  /** Of the word that ends here, if one does. */
  label: string | undefined;
  readonly next: Map<string, Step>;
}

export interface Labelled extends Finding {
  readonly label: string;
}

/** Any blanks in a text stand for any in the list: a phrase may go on in the next line. More of them part it. */
const MOST_BLANKS = 8;
/** Marks of accents and characters nobody sees make a word longer than it is written in the list. */
const SLACK = 2;

export class WordList {
  /** Longest finding in UTF-16 units. */
  readonly longest: number;
  readonly #root: Step = { label: undefined, next: new Map() };
  readonly #sensitive: boolean;

  /** @param words with what to call each; of two calls of the same word the first one counts */
  constructor(words: Iterable<readonly [word: string, label: string]>, sensitive: boolean) {
    this.#sensitive = sensitive;
    let longest = 0;
    for (const [word, label] of words) longest = Math.max(longest, this.#add(word.trim(), label));
    this.longest = longest;
  }

  /** @returns how long it may be in a text */
  #add(word: string, label: string): number {
    let step = this.#root;
    let length = 0;
    for (let at = 0; at < word.length; ) {
      const end = tokenEnd(word, at);
      const blank = isBlank(word, at);
      const key = blank ? " " : keyOf(word.slice(at, end), this.#sensitive);
      length += blank ? MOST_BLANKS : SLACK * (end - at);
      const next = step.next.get(key) ?? { label: undefined, next: new Map() };
      step.next.set(key, next);
      step = next;
      at = end;
    }
    if (step !== this.#root) step.label ??= label;
    return length;
  }

  find(text: string): readonly Labelled[] {
    let found: Labelled[] | undefined;
    for (let at = 0; at < text.length; ) {
      const end = tokenEnd(text, at);
      const first = isBlank(text, at) ? undefined : this.#stepTo(this.#root, text, at, end);
      const last = first === undefined ? undefined : this.#follow(first, text, end);
      if (last === undefined || last.end - at > this.longest) {
        at = end;
        continue;
      }
      found ??= [];
      found.push({ start: at, ...last });
      at = last.end;
    }
    return found ?? [];
  }

  /** @returns the longest word that goes on like this */
  #follow(first: Step, text: string, end: number): { end: number; label: string } | undefined {
    let last = first.label === undefined ? undefined : { end, label: first.label };
    let step: Step | undefined = first;
    for (let at = end; at < text.length && step.next.size > 0; ) {
      const next = tokenEnd(text, at);
      step = isBlank(text, at) ? this.#over(step, next - at) : this.#stepTo(step, text, at, next);
      if (step === undefined) break;
      if (step.label !== undefined) last = { end: next, label: step.label };
      at = next;
    }
    return last;
  }

  #stepTo(step: Step, text: string, at: number, end: number): Step | undefined {
    return end - at > this.longest ? undefined : step.next.get(keyOf(text.slice(at, end), this.#sensitive));
  }

  #over(step: Step, blanks: number): Step | undefined {
    return blanks > MOST_BLANKS ? undefined : step.next.get(" ");
  }
}
