/**
 * One text under inspection. What several detectors start from is found once, and not before somebody asks: a text without digits is
 * not looked at by any detector of numbers.
 *
 * Patterns of detectors run on *windows*, short stretches around what may be a finding, never on the whole text: that bounds what one
 * pattern can cost, whatever the text is. They see the text as `plain` gives it.
 */
import { isWord, plainOf } from "./plain";

export interface Window {
  readonly start: number;
  readonly end: number;
}

/** How far before and behind a digit the rest of a number or code may stand. */
const REACH = 40;
/** A longer one is a blob, not a token: no secret that is known by its prefix has more. */
const LONGEST_TOKEN = 4096;

/** Shorter ones give nothing away. */
const SHORTEST_TOKEN = 16;

const DIGITS = /\d+/g;
/** What keys, tokens and hashes are made of. */
const TOKEN_CHARACTERS = new Set(
  [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.~+/=-"].map((character) => character.charCodeAt(0)),
);
const IS_TOKEN = Uint8Array.from({ length: 128 }, (_, code) => (TOKEN_CHARACTERS.has(code) ? 1 : 0));

export class Scan {
  readonly text: string;
  #plain: string | undefined;
  #digits: readonly Window[] | undefined;
  #numeric: readonly Window[] | undefined;
  #tokens: readonly Window[] | undefined;
  #lower: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The text in plain characters, each at the place where it stands in `text` (see plainOf): what patterns run on. */
  get plain(): string {
    this.#plain ??= plainOf(this.text);
    return this.#plain;
  }

  /** `plain` in lower case, for words that stand near; as long as `text` is. */
  get lower(): string {
    this.#lower ??= lowerOf(this.plain);
    return this.#lower;
  }

  /** Runs of digits, in order. */
  get digits(): readonly Window[] {
    this.#digits ??= digitsOf(this.plain);
    return this.#digits;
  }

  /** Stretches that hold digits, with what stands around them; in order, not overlapping. */
  get numeric(): readonly Window[] {
    this.#numeric ??= windowsAround(this.digits, REACH, this.text.length);
    return this.#numeric;
  }

  /** Unbroken runs of 16 or more of the characters that secrets are made of; longer ones than a secret can be are left out. */
  get tokens(): readonly Window[] {
    this.#tokens ??= tokensOf(this.plain);
    return this.#tokens;
  }

  /**
   * What `pattern` (with the flag `g`) matches in the windows, `start` and `end` in the text. Matches that go on beyond their window's
   * edge as one word are left out, as are those that are part of a longer word.
   */
  *matches(windows: readonly Window[], pattern: RegExp): Generator<{ start: number; end: number; match: RegExpExecArray }> {
    for (const window of windows) {
      const piece = this.plain.slice(window.start, window.end);
      pattern.lastIndex = 0;
      for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
        if (match[0] === "") {
          pattern.lastIndex += 1;
          continue;
        }
        const start = window.start + match.index;
        const end = start + match[0].length;
        // The consumer may run the same pattern meanwhile.
        const next = pattern.lastIndex;
        if (this.standsAlone(start, end)) {
          yield { start, end, match };
          pattern.lastIndex = next;
        }
        // One that is part of a longer word may hide one behind it, but none that begins within that word.
        else pattern.lastIndex = this.#nextWord(start) - window.start;
      }
    }
  }

  /** No letter, digit or `_` directly before it where it begins with one, nor behind it where it ends with one. */
  standsAlone(start: number, end: number): boolean {
    const { plain } = this;
    return !(isWord(plain, start - 1) && isWord(plain, start)) && !(isWord(plain, end - 1) && isWord(plain, end));
  }

  /**
   * One of these words stands near.
   * @param words with the flag `g` neither nor `y`, matched against lower case
   */
  near({ start, end }: Window, words: RegExp, before = 60, after = 30): boolean {
    return words.test(this.lower.slice(Math.max(0, start - before), start)) || words.test(this.lower.slice(end, end + after));
  }

  /**
   * Windows around each place where `part` stands; those that touch are one.
   * @param text what it is looked for in: `plain`, or `lower` for words
   */
  around(part: string, before: number, after: number, text = this.plain): readonly Window[] {
    const windows: { start: number; end: number }[] = [];
    for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
      add(windows, Math.max(0, at - before), Math.min(text.length, at + part.length + after));
    }
    return windows;
  }

  /** The first place behind `at` that is not inside a word. */
  #nextWord(at: number): number {
    const { plain } = this;
    let next = at + 1;
    while (isWord(plain, next - 1) && isWord(plain, next)) next += 1;
    return next;
  }
}

function digitsOf(text: string): readonly Window[] {
  const runs: Window[] = [];
  DIGITS.lastIndex = 0;
  for (let match = DIGITS.exec(text); match !== null; match = DIGITS.exec(text)) {
    runs.push({ start: match.index, end: match.index + match[0].length });
  }
  return runs;
}

function windowsAround(places: readonly Window[], reach: number, length: number): readonly Window[] {
  const windows: { start: number; end: number }[] = [];
  for (const { start, end } of places) add(windows, Math.max(0, start - reach), Math.min(length, end + reach));
  return windows;
}

/** Windows that touch become one, so that no place is looked at twice. */
function add(windows: { start: number; end: number }[], start: number, end: number): void {
  const last = windows.at(-1);
  if (last !== undefined && start <= last.end) last.end = end;
  else windows.push({ start, end });
}

/**
 * A run as long as a token has one of any that many places: looked at are only every 16th, and what is around them where they are part
 * of a run. A pattern would look at each word from each of its letters.
 */
function tokensOf(text: string): readonly Window[] {
  const runs: Window[] = [];
  for (let at = SHORTEST_TOKEN - 1, behind = 0; at < text.length; at = behind + SHORTEST_TOKEN - 1) {
    let start = at + 1;
    while (start > behind && IS_TOKEN[text.charCodeAt(start - 1)] === 1) start -= 1;
    let end = at + 1;
    if (start <= at) while (end < text.length && IS_TOKEN[text.charCodeAt(end)] === 1) end += 1;
    if (end - start >= SHORTEST_TOKEN && end - start <= LONGEST_TOKEN) runs.push({ start, end });
    behind = end;
  }
  return runs;
}

/** A few letters become two in lower case, and every place behind them would be another one. */
function lowerOf(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
