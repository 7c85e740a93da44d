import type { Finder, Span } from "./finder";
import { leftmostLongest, WordTree } from "./word-tree";

export interface Replacement {
  readonly find: string;
  /** Absent = the rule's name. */
  readonly replace?: string;
}

/** Texts that somebody has named, exactly. Only for texts that are complete. */
export class LiteralFinder implements Finder {
  readonly longest: number;
  readonly #tree: WordTree;
  readonly #texts: readonly Replacement[];

  constructor(replacements: readonly Replacement[]) {
    this.#texts = [...new Map(replacements.map((it) => [it.find, it])).values()];
    this.#tree = new WordTree(this.#texts.map(({ find }) => find));
    this.longest = Math.max(0, ...this.#texts.map(({ find }) => find.length));
  }

  *find(text: string, from: number): Generator<Span> {
    for (const { word, start, end } of leftmostLongest([...this.#tree.occurrences(text, from)])) {
      const replace = this.#texts[word]?.replace;
      yield replace === undefined ? { start, end } : { start, end, text: replace };
    }
  }
}
