/**
 * What ids have in common: a few ways to write them, check digits, and words that name them near by.
 *
 * A check digit alone proves little: any ten digits pass one in eleven times. So an id that is only digits needs words near it, or a
 * way of writing that nothing else has, unless fewer than one in a thousand numbers of its length would pass for it.
 */
import type { Detector, Finding } from "../detector";
import { isWord } from "../plain";
import type { Scan, Window } from "../scan";

/** How an id is written and known. */
export interface IdForm {
  /** All ways to write it: `written` or `groups`. */
  readonly pattern: RegExp;
  /** What every id must hold. It comes without blanks and punctuation, its letters in upper case. */
  isValid(id: string): boolean;
  /** Words that name it: `named`. */
  readonly words?: RegExp;
  /** How far before and behind the id those words may stand; without, as far as Scan.near looks. */
  readonly reach?: { readonly before: number; readonly after: number };
  /** So written, and so made, it needs no words. Without, it always needs them. */
  isUnmistakable?(text: string, id: string): boolean;
}

export interface NationalId extends IdForm {
  readonly entity: string;
  readonly description: string;
  /** UTF-16 units, of its widest way of writing. */
  readonly longest: number;
}

/** What stands between the ids of a list: `, `, `" and "`, a line of JSON. */
const LIST_GAP = 12;
const PUNCTUATION = /[^A-Z0-9]/g;
const ONE_DIGIT = /^(\d)\1+$/;

/** A pattern for what stands alone; letters beyond ASCII are left to Scan.standsAlone. */
export function written(source: string, flags: "g" | "gi" = "gi"): RegExp {
  return new RegExp(`(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`, flags);
}

/**
 * Words that name an id, in lower case. A blank in them may as well be a `_` or a hyphen, or missing: keys of JSON are words too.
 * @param phrases found wherever they stand
 * @param alone found as words of their own, `nhs` in `nhs_id`, `nhsNumber` and `nhsNo`, though not in `enhst`
 */
export function named(phrases: string, alone?: string): RegExp {
  const bounded = alone === undefined ? "" : `|(?<![a-z\\d])(?:${alone})(?:(?![a-z\\d])|(?=n(?:o|r|um)))`;
  return new RegExp((phrases + bounded).replaceAll(" ", "[ _-]?"));
}

/** Digits in groups, `"3 3 4"`, in one of several ways; a blank, dot or hyphen between the groups, or nothing. */
export function groups(...ways: readonly string[]): RegExp {
  return written(ways.map((way) => way.replace(/\d+/g, "\\d{$&}").replaceAll(" ", "[ .-]?")).join("|"), "g");
}

export function nationalId(rule: NationalId): Detector {
  const { entity, description, longest } = rule;
  return { entity, group: "national_id", description, longest, find: (scan) => findIds(scan, rule) };
}

/** In order, not overlapping. */
export function findIds(scan: Scan, form: IdForm): readonly Finding[] {
  const { pattern } = form;
  const findings: Finding[] = [];
  for (const window of scan.numeric) {
    const piece = scan.plain.slice(window.start, window.end);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(piece); match !== null; match = pattern.exec(piece)) {
      const start = window.start + match.index;
      const place = { start, end: start + match[0].length };
      if (isOne(scan, place, match[0], form, findings.at(-1))) findings.push(place);
      // `12 943 476 5919`: what is none may begin with a number that does not belong to it.
      else pattern.lastIndex = match.index + 1;
    }
  }
  return findings;
}

function isOne(scan: Scan, place: Window, text: string, form: IdForm, previous: Finding | undefined): boolean {
  if (!scan.standsAlone(place.start, place.end)) return false;
  const id = text.toUpperCase().replace(PUNCTUATION, "");
  if (ONE_DIGIT.test(id) || !form.isValid(id)) return false;
  if (form.isUnmistakable?.(text, id) && !goesOn(scan.plain, place, text)) return true;
  if (form.words === undefined) return false;
  // In a list, the words stand before the first.
  if (previous !== undefined && place.start - previous.end <= LIST_GAP) return true;
  return scan.near(place, form.words, form.reach?.before, form.reach?.after);
}

/** It is part of a longer number in groups, such as a card's, of a number with a fraction, or of a longer code. */
function goesOn(plain: string, { start, end }: Window, text: string): boolean {
  return joins(plain.charAt(start - 1), plain, start - 2, text) || joins(plain.charAt(end), plain, end + 1, text);
}

function joins(separator: string, plain: string, beyond: number, text: string): boolean {
  if (separator === ".") return isDigit(plain, beyond);
  if (!text.includes(separator)) return false;
  if (separator === " ") return isDigit(plain, beyond);
  return (separator === "-" || separator === "/") && isWord(plain, beyond);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
