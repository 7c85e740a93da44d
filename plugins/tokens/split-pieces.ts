/**
 * The split patterns of o200k and cl100k: where one piece of text ends and the next begins. Tokens never span pieces.
 *
 * By hand instead of the published regular expressions: those need lookahead, Rust's idea of `\s` and inline `(?i:)`, and V8's
 * backtracking stack overflows on long runs. Each function is one alternative of the pattern; every character is looked at a fixed
 * number of times whatever the text, and positions are bytes of valid UTF-8.
 */
import { CASELESS, LOWER, MARK, NEWLINE, NUMBER, OTHER, SPACE, UPPER } from "./char-classes";
import type { EncodingName } from "./encodings";

const BLANK = 0x20;
const SLASH = 0x2f;
const END = 0;

export class PieceSplitter {
  readonly #classes: Uint8Array;
  readonly #cased: boolean;
  #text: Uint8Array = new Uint8Array(0);
  #length = 0;

  constructor(encoding: EncodingName, charClasses: Uint8Array) {
    this.#classes = charClasses;
    this.#cased = encoding === "o200k_base";
  }

  /** @param length how much of `text` counts */
  begin(text: Uint8Array, length: number): void {
    this.#text = text;
    this.#length = length;
  }

  /** Where the piece that begins at `from` (before the end) ends. */
  next(from: number): number {
    const charClass = this.#class(from);
    const after = this.#after(from);
    if (!this.#cased) {
      const contraction = this.#contraction(from);
      if (contraction !== from) return contraction;
    }
    const word = this.#cased ? this.#casedWord(from, after, charClass) : this.#word(from, after, charClass);
    if (word !== from) return word;
    if (charClass === NUMBER) return this.#number(from);
    const symbols = this.#symbols(this.#text[from] === BLANK ? after : from);
    return symbols === undefined ? this.#space(from) : symbols;
  }

  /** `[^\r\n\p{L}\p{N}]?\p{L}+` */
  #word(from: number, after: number, charClass: number): number {
    const start = charClass <= CASELESS ? from : mayLead(charClass) ? after : this.#length;
    let at = start;
    while (isLetter(this.#class(at))) at = this.#after(at);
    return at === start ? from : at;
  }

  /** The two alternatives that begin with `[^\r\n\p{L}\p{N}]?`, each tried with that character and then without. */
  #casedWord(from: number, after: number, charClass: number): number {
    const leads = mayLead(charClass);
    const alone = isCaselessOrMark(charClass) || charClass === UPPER || charClass === LOWER;
    let end = from;
    if (leads) end = this.#endingLower(after, from);
    if (end === from && alone) end = this.#endingLower(from, from);
    if (end === from && leads) end = this.#beginningUpper(after, from);
    if (end === from && alone) end = this.#beginningUpper(from, from);
    return end === from ? from : this.#contraction(end);
  }

  /** `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`. The star gives back up to the last character that the plus can take. */
  #endingLower(from: number, none: number): number {
    let at = from;
    let afterLast = none;
    let charClass = this.#class(at);
    while (charClass === UPPER || isCaselessOrMark(charClass)) {
      const before = at;
      at = this.#after(at);
      if (charClass !== UPPER) afterLast = this.#after(before);
      charClass = this.#class(at);
    }
    return charClass === LOWER ? this.#lowerRun(at) : afterLast;
  }

  /** `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*` */
  #beginningUpper(from: number, none: number): number {
    let at = from;
    for (let charClass = this.#class(at); charClass === UPPER || isCaselessOrMark(charClass); charClass = this.#class(at))
      at = this.#after(at);
    return at === from ? none : this.#lowerRun(at);
  }

  #lowerRun(from: number): number {
    let at = from;
    for (let charClass = this.#class(at); charClass === LOWER || isCaselessOrMark(charClass); charClass = this.#class(at))
      at = this.#after(at);
    return at;
  }

  /** `\p{N}{1,3}` */
  #number(from: number): number {
    let at = from;
    for (let count = 0; count < 3 && this.#class(at) === NUMBER; count++) at = this.#after(at);
    return at;
  }

  /** `[^\s\p{L}\p{N}]+` and then `[\r\n/]*` or `[\r\n]*` */
  #symbols(from: number): number | undefined {
    let at = from;
    while (isSymbol(this.#class(at))) at = this.#after(at);
    if (at === from) return undefined;
    while (this.#class(at) === NEWLINE || (this.#cased && this.#text[at] === SLASH && at < this.#length)) at += 1;
    return at;
  }

  /** `\s*[\r\n]+`, else `\s+(?!\S)`, else `\s+` */
  #space(from: number): number {
    let at = from;
    let last = from;
    let afterNewline = from;
    for (let charClass = this.#class(at); charClass === SPACE || charClass === NEWLINE; charClass = this.#class(at)) {
      last = at;
      at = this.#after(at);
      if (charClass === NEWLINE) afterNewline = at;
    }
    if (afterNewline !== from) return afterNewline;
    return at === this.#length || last === from ? at : last;
  }

  /** `(?i:'s|'t|'re|'ve|'m|'ll|'d)`, as far as it is there. With `i`, the long s (U+017F) is an s. */
  #contraction(from: number): number {
    if (this.#text[from] !== 0x27 || from >= this.#length) return from;
    const first = this.#lowerAt(from + 1);
    if (first === "s" || first === "t" || first === "m" || first === "d") return from + 2;
    const second = this.#lowerAt(from + 2);
    if ((first === "r" && second === "e") || (first === "v" && second === "e") || (first === "l" && second === "l"))
      return from + 3;
    return this.#text[from + 1] === 0xc5 && this.#text[from + 2] === 0xbf && from + 2 < this.#length ? from + 3 : from;
  }

  #lowerAt(at: number): string {
    return at < this.#length ? String.fromCharCode(this.#text[at]! | 0x20) : "";
  }

  #after(at: number): number {
    const byte = this.#text[at]!;
    return byte < 0x80 ? at + 1 : byte < 0xe0 ? at + 2 : byte < 0xf0 ? at + 3 : at + 4;
  }

  #class(at: number): number {
    if (at >= this.#length) return END;
    const text = this.#text;
    const byte = text[at]!;
    if (byte < 0x80) return this.#classes[byte]!;
    if (byte < 0xe0) return this.#classes[((byte & 0x1f) << 6) | (text[at + 1]! & 0x3f)]!;
    if (byte < 0xf0) return this.#classes[((byte & 0x0f) << 12) | ((text[at + 1]! & 0x3f) << 6) | (text[at + 2]! & 0x3f)]!;
    const high = ((byte & 0x07) << 18) | ((text[at + 1]! & 0x3f) << 12);
    return this.#classes[high | ((text[at + 2]! & 0x3f) << 6) | (text[at + 3]! & 0x3f)]!;
  }
}

function isLetter(charClass: number): boolean {
  return charClass === UPPER || charClass === LOWER || charClass === CASELESS;
}

function isCaselessOrMark(charClass: number): boolean {
  return charClass === CASELESS || charClass === MARK;
}

/** `[^\r\n\p{L}\p{N}]` */
function mayLead(charClass: number): boolean {
  return charClass === SPACE || charClass === OTHER || charClass === MARK;
}

/** `[^\s\p{L}\p{N}]` */
function isSymbol(charClass: number): boolean {
  return charClass === OTHER || charClass === MARK;
}
