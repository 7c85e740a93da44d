/** The ways a network may cut a body: whole, byte by byte, in sevens, and at random places (repeatable). */
export function everyCut(bytes: Uint8Array): readonly { readonly name: string; readonly pieces: readonly Uint8Array[] }[] {
  return [
    { name: "whole", pieces: [bytes] },
    { name: "byte by byte", pieces: cutBy(bytes, () => 1) },
    { name: "sevens", pieces: cutBy(bytes, () => 7) },
    ...[1, 2, 3].map((seed) => {
      const next = randomSizes(seed);
      return { name: `random ${seed}`, pieces: cutBy(bytes, next) };
    }),
  ];
}

/** Pieces of the sizes `size` returns; a size of 0 yields an empty piece, which a decoder must survive as well. */
export function cutBy(bytes: Uint8Array, size: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size());
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

function randomSizes(seed: number): () => number {
  let state = seed;
  return () => {
    // A linear congruential generator: good enough to cut bytes, the same on every machine.
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) ** 3 * 64);
  };
}
