/**
 * An embedder that needs no model and gives the same vectors everywhere: words and their trigrams, hashed into 256 buckets with a
 * sign. It knows no meaning, as small models know little: paraphrases score lower than with a real one, swapped words as high.
 */
export const DIMENSIONS = 256;
const TRIGRAM_WEIGHT = 0.5;

export function embedHashed(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    // Long words say more than short ones, which hold sentences together.
    add(vector, word, Math.min(word.length, 8) / 4);
    const padded = `^${word}$`;
    for (let at = 0; at + 3 <= padded.length; at++) add(vector, padded.slice(at, at + 3), TRIGRAM_WEIGHT);
  }
  return vector;
}

function add(vector: Float32Array, feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const bucket = hash % DIMENSIONS;
  vector[bucket] = (vector[bucket] ?? 0) + (hash & 0x8000_0000 ? -weight : weight);
}

function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash;
}
