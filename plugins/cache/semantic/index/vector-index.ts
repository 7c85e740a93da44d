export interface Neighbour {
  readonly id: string;
  /** Cosine of the angle between both vectors: 1 = the same direction. */
  readonly score: number;
}

export interface NewVector {
  readonly id: string;
  readonly vector: Float32Array;
  /** Unix milliseconds. It is found until then, or until there is no more room for it. */
  readonly expiresAt: number;
}

/**
 * Vectors by partition, compared by direction alone. What is in one partition is never found in another, and vectors of different
 * lengths are strangers. Whoever names partitions keeps vectors of different models apart: they cannot be compared, and nothing
 * shows.
 */
export interface VectorIndex {
  /** At most `k`, nearest first, none below `minScore`. A vector without direction (zeros, infinities) is near nothing. */
  search(partition: string, vector: Float32Array, k: number, minScore: number): Promise<readonly Neighbour[]>;
  /** In place of what was there under this id. @throws RangeError for a vector without direction */
  add(partition: string, vector: NewVector): Promise<void>;
}
