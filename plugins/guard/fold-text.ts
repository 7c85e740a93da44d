/**
 * Text as it is compared: case, accents of letters, widths and the kind of blanks make no difference, and what nobody sees is not there.
 * "Ｋéy\u200bWord" is "keyword".
 */

export interface Folded {
  readonly text: string;
  /** Where each unit begins in the original, and one more for its end. */
  readonly places: Uint32Array;
}

/** Soft hyphens, zero-width marks, variation selectors, tags; and accents, which NFKD has taken off their letters. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|[\u0300-\u036f]/gu;
const BLANK = /^\s$/;

/** Of every character that is not ASCII, once. Bounded: there are not many that texts are made of. */
const known = new Map<number, string>();
const MOST_KNOWN = 20_000;
/** One character is a whole prayer when it is written out: such stay as they are. */
const LONGEST_FOLDED = 3;

const BLANK_CODE = 0x20;

export function foldText(text: string): Folded {
  let units = new Uint16Array(text.length);
  let places = new Uint32Array(text.length + 1);
  let length = 0;
  const put = (unit: number, at: number): void => {
    // Blanks stand alone.
    if (unit === BLANK_CODE && length > 0 && units[length - 1] === BLANK_CODE) return;
    if (length === units.length) {
      // A few letters become several.
      units = grown(units, new Uint16Array(2 * length + 8));
      places = grown(places, new Uint32Array(2 * length + 9));
    }
    units[length] = unit;
    places[length] = at;
    length += 1;
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 128) {
      put(ASCII[unit] ?? unit, at);
      continue;
    }
    const code = text.codePointAt(at) ?? unit;
    const letters = folded(code);
    for (let index = 0; index < letters.length; index++) put(letters.charCodeAt(index), at);
    if (code > 0xffff) at += 1;
  }
  places[length] = text.length;
  return {
    text: Buffer.from(units.buffer, 0, 2 * length).toString("utf16le"),
    places: places.subarray(0, length + 1),
  };
}

function grown<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 0x09 && code <= 0x0d) return BLANK_CODE;
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
});

const NOT_ASCII = /\P{ASCII}/gu;

/** The same without places and with its blanks as they are: several times faster. */
export function foldedText(text: string): string {
  return text.toLowerCase().replace(NOT_ASCII, (letter) => folded(letter.codePointAt(0) ?? 0));
}

function folded(code: number): string {
  const found = known.get(code);
  if (found !== undefined) return found;
  const letter = String.fromCodePoint(code);
  const made = BLANK.test(letter) ? " " : letter.normalize("NFKD").toLowerCase().normalize("NFKD").replace(UNSEEN, "");
  const kept = made.length > LONGEST_FOLDED ? letter : made;
  if (known.size < MOST_KNOWN) known.set(code, kept);
  return kept;
}

/** Where the character that begins in front of `place` of the folded text ends in the original. */
export function endOf(text: string, { places }: Folded, place: number): number {
  const at = places[place - 1] ?? 0;
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}
