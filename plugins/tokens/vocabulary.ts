/**
 * The tokens of an encoding as one hash table in shared memory: 5 MB, built once by whichever thread loads it, read by all.
 * A token's rank is its place in the list; a lower rank is merged first.
 */
export interface Vocabulary {
  /** All tokens' bytes, one after the other in order of rank. */
  readonly bytes: Uint8Array;
  /** Where each token begins; one more entry at the end. */
  readonly starts: Uint32Array;
  /** rank + 1 by hash, open addressing; 0 = free. Size is a power of two. */
  readonly slots: Uint32Array;
  readonly longest: number;
}

/** By name, it would be looked up in the global object for each byte where that is a sandbox's, as in tests: ten times slower. */
const { imul } = Math;

export const NO_RANK = -1;

/** @param tokens in order of rank */
export function buildVocabulary(tokens: readonly Uint8Array[]): Vocabulary {
  const total = tokens.reduce((sum, token) => sum + token.length, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(total));
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (tokens.length + 1)));
  // A third full: most look-ups are misses, and those end at the first free slot.
  const slots = new Uint32Array(new SharedArrayBuffer(4 * 2 ** Math.ceil(Math.log2(2 * tokens.length))));
  let at = 0;
  let longest = 0;
  for (const [rank, token] of tokens.entries()) {
    starts[rank] = at;
    bytes.set(token, at);
    at += token.length;
    longest = Math.max(longest, token.length);
    let slot = hash(token, 0, token.length) & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = rank + 1;
  }
  starts[tokens.length] = at;
  return { bytes, starts, slots, longest };
}

/** The rank of the token that is exactly these bytes, else NO_RANK. */
export function rankOf(vocabulary: Vocabulary, text: Uint8Array, from: number, to: number): number {
  if (to - from > vocabulary.longest) return NO_RANK;
  const { bytes, starts, slots } = vocabulary;
  const mask = slots.length - 1;
  for (let slot = hash(text, from, to) & mask; ; slot = (slot + 1) & mask) {
    const rank = slots[slot]! - 1;
    if (rank === NO_RANK) return NO_RANK;
    const start = starts[rank]!;
    if (starts[rank + 1]! - start !== to - from) continue;
    let same = 0;
    while (from + same < to && bytes[start + same] === text[from + same]) same++;
    if (from + same === to) return rank;
  }
}

/** FNV-1a with its high bits folded in. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let at = from; at < to; at++) value = imul(value ^ bytes[at]!, 0x01000193);
  return value ^ (value >>> 15);
}
