/** Whether a value was drawn at random, as keys are, or written by people. */

/** Shannon's, in bits for each character: hex digits come to 4 at most, base 64 to 6, and short texts stay well below. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const OTHER = 4;

function kindOf(code: number): number {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  return code >= 48 && code <= 57 ? DIGIT : OTHER;
}

/**
 * How often the kind of character changes, of letters and digits only: in 100 characters of base 62 about 44 times, of hex 47, of
 * base 32 30; in `getTokenFromRequest2` as often as a word ends. A capital that begins a word is no change of its own.
 */
export function mixture(text: string): number {
  let changes = 0;
  let pairs = 0;
  let before = OTHER;
  for (let at = 0; at < text.length; at += 1) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind === OTHER) continue;
    if (before !== OTHER) {
      pairs += 1;
      if (kind !== before && !(before === UPPER && kind === LOWER)) changes += 1;
    }
    before = kind;
  }
  return pairs === 0 ? 0 : changes / pairs;
}

/** Hex digits of 16 characters have about 3.3 bits each; names of files and variables have as many, but few changes. */
const LEAST_ENTROPY = 2.9;
const LEAST_MIXTURE = 0.2;

export function isRandom(text: string): boolean {
  return entropy(text) >= LEAST_ENTROPY && mixture(text) >= LEAST_MIXTURE;
}
