/** Many words looked for in one pass over the text (Aho and Corasick, 1975): time grows with the text, not with the number of words. */

export interface Occurrence {
  /** Which of the words. */
  readonly word: number;
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly next: Map<number, Node>;
  /** Where to go on when no word goes on here: the longest end of what was read that begins another word. */
  fail: Node | undefined;
  word: number;
  /** The next shorter word that ends here as well. */
  also: Node | undefined;
}

const NO_WORD = -1;

export class WordTree {
  readonly #root = node();
  readonly #lengths: readonly number[];

  /** @param words not empty, no two the same */
  constructor(words: readonly string[]) {
    this.#lengths = words.map(({ length }) => length);
    for (const [index, word] of words.entries()) {
      let at = this.#root;
      for (let unit = 0; unit < word.length; unit++) {
        const code = word.charCodeAt(unit);
        const next = at.next.get(code) ?? node();
        at.next.set(code, next);
        at = next;
      }
      at.word = index;
    }
    this.#link();
  }

  /** All of them, overlapping ones as well, in order of their ends. */
  *occurrences(text: string, from = 0): Generator<Occurrence> {
    let at = this.#root;
    for (let place = from; place < text.length; place++) {
      const code = text.charCodeAt(place);
      let next = at.next.get(code);
      while (next === undefined && at.fail !== undefined) {
        at = at.fail;
        next = at.next.get(code);
      }
      at = next ?? this.#root;
      if (at === this.#root) continue;
      for (let end: Node | undefined = at; end !== undefined; end = end.also) {
        if (end.word !== NO_WORD) yield { word: end.word, start: place + 1 - (this.#lengths[end.word] ?? 0), end: place + 1 };
      }
    }
  }

  #link(): void {
    const queue = [...this.#root.next.values()];
    for (const first of queue) first.fail = this.#root;
    // Grows while it is read.
    for (const at of queue) {
      for (const [code, child] of at.next) {
        let fail = at.fail;
        while (fail !== undefined && !fail.next.has(code)) fail = fail.fail;
        child.fail = fail?.next.get(code) ?? this.#root;
        child.also = child.fail.word === NO_WORD ? child.fail.also : child.fail;
        queue.push(child);
      }
    }
  }
}

function node(): Node {
  return { next: new Map(), fail: undefined, word: NO_WORD, also: undefined };
}

/** The first one, the longest of those that begin there, and so on behind it. */
export function leftmostLongest<T extends { readonly start: number; readonly end: number }>(found: readonly T[]): T[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const chosen: T[] = [];
  for (const it of sorted) if (it.start >= (chosen.at(-1)?.end ?? 0)) chosen.push(it);
  return chosen;
}
