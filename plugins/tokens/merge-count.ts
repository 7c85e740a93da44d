/**
 * Byte-pair encoding of one piece, counting only. The published algorithm looks for the best pair anew after each merge, which is
 * quadratic on a long piece (a megabyte of one letter: hours); a heap of pairs makes it n log n.
 */
import { NO_RANK, rankOf, type Vocabulary } from "./vocabulary";

/** Scratch memory is kept up to this piece length; what a longer piece took is given back. */
const KEPT_LENGTH = 4096;
/** rank × 2^32 + position as one exact number: the heap orders by rank, then leftmost first. */
const RANK_UNIT = 2 ** 32;

export class MergeCounter {
  readonly #vocabulary: Vocabulary;
  #scratch = new Scratch(256);
  /** Since the start, for whoever wants to know what was worked where. */
  bytes = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Tokens of the bytes from `from` to `to`, which are one piece. */
  count(text: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (this.#scratch.length < length) this.#scratch = new Scratch(Math.max(length, 2 * this.#scratch.length));
    const { next, previous, pair, heap } = this.#scratch;
    // Positions are those of parts: each begins as one byte and ends where the next begins.
    for (let at = 0; at < length; at++) {
      next[at] = at + 1;
      previous[at] = at - 1;
    }
    heap.clear();
    const rank = (at: number): void => {
      const second = next[at]!;
      const found = second >= length ? NO_RANK : rankOf(this.#vocabulary, text, from + at, from + next[second]!);
      pair[at] = found;
      if (found !== NO_RANK) heap.push(found * RANK_UNIT + at);
    };
    for (let at = 0; at < length; at++) rank(at);
    let parts = length;
    while (heap.size > 0) {
      const top = heap.pop();
      const at = top % RANK_UNIT;
      // A pair that has changed since has another rank, for its bytes are others.
      if (pair[at] !== (top - at) / RANK_UNIT) continue;
      const gone = next[at]!;
      const after = next[gone]!;
      next[at] = after;
      if (after < length) previous[after] = at;
      pair[gone] = NO_RANK;
      parts -= 1;
      rank(at);
      if (at > 0) rank(previous[at]!);
    }
    this.bytes += length;
    if (length > KEPT_LENGTH) this.#scratch = new Scratch(256);
    return parts;
  }
}

class Scratch {
  readonly length: number;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly pair: Int32Array;
  readonly heap: NumberHeap;

  constructor(length: number) {
    this.length = length;
    this.next = new Int32Array(length);
    this.previous = new Int32Array(length);
    this.pair = new Int32Array(length);
    // One entry a position to begin with; a merge takes one and adds two, and there are fewer merges than positions.
    this.heap = new NumberHeap(2 * length);
  }
}

/** A binary heap, smallest first. */
class NumberHeap {
  readonly #items: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#items = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 0;
  }

  push(item: number): void {
    const items = this.#items;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent]!;
      if (above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  /** Not on an empty heap. */
  pop(): number {
    const items = this.#items;
    const top = items[0]!;
    const item = items[--this.size]!;
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      if (child + 1 < this.size && items[child + 1]! < items[child]!) child += 1;
      const below = items[child]!;
      if (below >= item) break;
      items[at] = below;
      at = child;
    }
    items[at] = item;
    return top;
  }
}
