/**
 * Values that were found somewhere, wherever else they stand. A passport number is known by the words around it; when the model has
 * repeated it without them, and the client sends that back, it must not leave either.
 */
import { isWord } from "./detectors/plain";
import type { Region } from "./regions";
import { viewsOf } from "./views";

/** What is shorter stands for too many other things. */
const SHORTEST = 4;
/** Longer ones are known by themselves: keys, tokens. */
const LONGEST = 256;
const KEY = 3;

interface Value {
  readonly text: string;
  readonly entity: string;
  /** The longest other value that this one begins with. */
  readonly shorter: Value | undefined;
}

export class KnownValues {
  readonly #byStart = new Map<string, Value[]>();
  /** UTF-16 units that values begin with. */
  readonly #first = new Set<number>();

  /** @param values text → entity */
  constructor(values: ReadonlyMap<string, string>) {
    const fit = [...values].filter(([text]) => text.length >= SHORTEST && text.length <= LONGEST);
    fit.sort(([a], [b]) => (a < b ? -1 : 1));
    let before: Value | undefined;
    for (const [text, entity] of fit) {
      while (before !== undefined && !text.startsWith(before.text)) before = before.shorter;
      const value = { text, entity, shorter: before };
      this.#first.add(text.charCodeAt(0));
      const key = text.slice(0, KEY);
      const list = this.#byStart.get(key);
      if (list === undefined) this.#byStart.set(key, [value]);
      else list.push(value);
      before = value;
    }
  }

  get empty(): boolean {
    return this.#byStart.size === 0;
  }

  find(text: string): readonly Region[] {
    const found: Region[] = [];
    for (const view of viewsOf(text)) {
      for (const { start, end, entity } of this.#findPlain(view.text)) {
        const place = view.place(start, end);
        if (place !== undefined) found.push({ ...place, entity });
      }
    }
    return found;
  }

  #findPlain(text: string): readonly Region[] {
    const found: Region[] = [];
    for (let at = 0; at < text.length; at += 1) {
      if (!this.#first.has(text.charCodeAt(at)) || (isWord(text, at - 1) && isWord(text, at))) continue;
      const value = this.#at(text, at);
      if (value === undefined) continue;
      const end = at + value.text.length;
      found.push({ start: at, end, entity: value.entity });
      at = end - 1;
    }
    return found;
  }

  /** The longest value that stands here as words of its own. Values are sorted: a few comparisons, however many there are. */
  #at(text: string, start: number): Value | undefined {
    const list = this.#byStart.get(text.slice(start, start + KEY));
    if (list === undefined) return undefined;
    const here = text.slice(start, start + LONGEST);
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as Value).text <= here) low = middle + 1;
      else high = middle;
    }
    let value = list[low - 1];
    while (value !== undefined && !(here.startsWith(value.text) && isEnd(text, start + value.text.length))) value = value.shorter;
    return value;
  }
}

function isEnd(text: string, end: number): boolean {
  return !(isWord(text, end - 1) && isWord(text, end));
}
