/** What every answer with vectors must hold, whoever gives it: a wrong one would be compared with right ones for as long as it is kept. */
import { GraftError } from "../../core/errors";

/** Longer than any model's. */
const MOST_DIMENSIONS = 16_384;

/** @throws GraftError `upstream_invalid` unless there are `count`, all of one length finite, and not all zeros */
export function checkVectors(vectors: readonly (Float32Array | undefined)[], count: number): readonly Float32Array[] {
  if (vectors.length !== count) throw badVectors(`${vectors.length} vectors for ${count} texts`);
  return vectors.map((vector) => {
    if (vector === undefined || vector.length === 0) throw badVectors("a vector is missing");
    if (vector.length > MOST_DIMENSIONS) throw badVectors("a vector is too long");
    if (vector.length !== vectors[0]?.length) throw badVectors("vectors of different lengths");
    if (!vector.every(Number.isFinite)) throw badVectors("a vector holds something else than numbers");
    // Local servers asked for what they do not know have been seen to answer zeros.
    if (vector.every((value) => value === 0)) throw badVectors("a vector of zeros");
    return vector;
  });
}

/** A list of numbers; anything else in it reads as a number that is none. */
export function readNumbers(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  return Float32Array.from(value, (item: unknown) => (typeof item === "number" ? item : Number.NaN));
}

export function badVectors(what: string): GraftError {
  return new GraftError("upstream_invalid", "The provider's answer holds no usable embeddings.", { cause: new Error(what) });
}
