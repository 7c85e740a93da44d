/** The character classes that the encodings' split patterns speak of, one byte a code point. */

export const UPPER = 1; // Lu, Lt
export const LOWER = 2; // Ll
export const CASELESS = 3; // Lm, Lo
export const MARK = 4; // M
export const NUMBER = 5; // N
export const NEWLINE = 6; // CR, LF
export const SPACE = 7; // the rest of White_Space
export const OTHER = 8;

const CODE_POINTS = 0x110000;

/** `White_Space` and not `\s`: the patterns were written for Rust, whose `\s` has U+0085 and not U+FEFF. */
const PATTERNS: readonly (readonly [number, RegExp])[] = [
  [UPPER, /[\p{Lu}\p{Lt}]+/gu],
  [LOWER, /\p{Ll}+/gu],
  [CASELESS, /[\p{Lm}\p{Lo}]+/gu],
  [MARK, /\p{M}+/gu],
  [NUMBER, /\p{N}+/gu],
  [SPACE, /\p{White_Space}+/gu],
  [NEWLINE, /[\r\n]+/gu],
];

/** About 100 ms of work. In shared memory, so that one thread can build it for all. */
export function buildCharClasses(): Uint8Array {
  const classes = new Uint8Array(new SharedArrayBuffer(CODE_POINTS)).fill(OTHER);
  const block = 0x8000;
  for (let first = 0; first < CODE_POINTS; first += block) {
    // Halves of surrogate pairs are no characters and never arrive here as UTF-8.
    if (first === 0xd800 - (0xd800 % block)) markBlock(classes, first, 0xd800);
    else markBlock(classes, first, first + block);
  }
  markBlock(classes, 0xe000, 0x10000);
  return classes;
}

function markBlock(classes: Uint8Array, from: number, to: number): void {
  let text = "";
  for (let code = from; code < to; code++) text += String.fromCodePoint(code);
  const width = from < 0x10000 ? 1 : 2;
  for (const [charClass, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const start = from + match.index / width;
      classes.fill(charClass, start, start + match[0].length / width);
    }
  }
}
