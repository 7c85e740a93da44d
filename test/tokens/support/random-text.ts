import fc from "fast-check";
import { NASTY, OTHERS, PROSE } from "./corpus";

/** Nasty pieces, whole code points of all planes, halves of pairs, and slices of real text, mixed. */
export const randomText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
      { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
      { weight: 2, arbitrary: sliceOf([...Object.values(PROSE), ...Object.values(OTHERS)]) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.nat(60)).map(([piece, times]) => piece.repeat(times)) },
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

function sliceOf(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(80))
    .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length));
}
