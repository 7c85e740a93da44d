/**
 * What stands for a value: `<EMAIL_1>`. Models write it a little differently at times, so it is read leniently: in any case, with
 * blanks, `_`, `-` or nothing between its words, and with its brackets and blanks escaped as JSON, HTML or Markdown do it.
 *
 * Read the same way everywhere: what the client writes in one of these forms is taken for a value of its own, because the answer
 * would be.
 */

/** The longest spelling that is read, in UTF-16 units: what is held back of a stream at most. */
export const LONGEST_PLACEHOLDER = 128;
const LONGEST_LABEL = 48;

/** Of text that only looks like a placeholder. */
export const LOOKALIKE = "text";

export function labelOf(entity: string): string {
  const label = entity.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
  return /[A-Z]/.test(label) ? label.slice(0, LONGEST_LABEL) : "VALUE";
}

/** As placeholders are compared: in capitals, nothing between words and number. */
export function nameOf(label: string): string {
  return label.replaceAll("_", "");
}

/** The end of a placeholder and the name it spells; `more`: the text ends before that can be told. */
export type Reading = { readonly end: number; readonly name: string } | "more" | "none";

/** @param at where an opening bracket may stand. @param couldBe whether a placeholder that is looked for begins so */
export function readPlaceholder(text: string, at: number, couldBe: (name: string) => boolean): Reading {
  let name = "";
  let place = after(OPEN, text, at);
  while (place >= 0 && place < text.length && place - at < LONGEST_PLACEHOLDER) {
    if (isLetterOrDigit(text.charCodeAt(place))) {
      name += text.charAt(place);
      place += 1;
      continue;
    }
    const closed = after(CLOSE, text, place);
    if (closed >= 0) return name === "" || closed - at > LONGEST_PLACEHOLDER ? "none" : { end: closed, name: name.toUpperCase() };
    const next = after(BETWEEN, text, place);
    place = next === NONE && closed === CUT_OFF ? CUT_OFF : next;
  }
  if (place === NONE || (place >= 0 && place < text.length)) return "none";
  return text.length - at < LONGEST_PLACEHOLDER && couldBe(name.toUpperCase()) ? "more" : "none";
}

/**
 * The places where one may begin, in order. A run of backslashes belongs to the escape as far as it can: of three, the first two are a
 * backslash of their own.
 */
export function* starts(text: string): Generator<number> {
  START.lastIndex = 0;
  for (let match = START.exec(text); match !== null; match = START.exec(text)) {
    const end = match.index + match[0].length;
    yield text.charCodeAt(match.index) === BACKSLASH ? end - Math.min(4, match[0].length & -match[0].length) : match.index;
    START.lastIndex = end;
  }
}

const START = /<|&|\\+/g;
const BACKSLASH = 92;

interface Mark {
  readonly plain: string;
  readonly html: readonly string[];
  /** Behind backslashes. */
  readonly escaped: readonly string[];
}

const OPEN: Mark = { plain: "<", html: ["&lt;", "&#60;", "&#x3c;"], escaped: ["u003c"] };
const CLOSE: Mark = { plain: ">", html: ["&gt;", "&#62;", "&#x3e;"], escaped: ["u003e"] };
const BETWEEN: Mark = {
  plain: " \t_-\u00a0\u2010\u2011",
  html: ["&nbsp;", "&#95;", "&#x5f;", "&#45;", "&#32;"],
  escaped: ["_", "-", "u005f", "u002d", "u0020", "u00a0"],
};

const NONE = -1;
const CUT_OFF = -2;
/** JSON in JSON in JSON. */
const MOST_BACKSLASHES = 4;

/** Where the mark at `at` ends. */
function after(mark: Mark, text: string, at: number): number {
  const char = text.charAt(at);
  if (char !== "" && mark.plain.includes(char)) return at + 1;
  if (char === "&") return oneOf(mark.html, text, at);
  if (char !== "\\") return NONE;
  let behind = at;
  while (text.charCodeAt(behind) === BACKSLASH) behind += 1;
  return behind - at > MOST_BACKSLASHES ? NONE : oneOf(mark.escaped, text, behind);
}

function oneOf(forms: readonly string[], text: string, at: number): number {
  for (const form of forms) {
    const found = text.slice(at, at + form.length).toLowerCase();
    if (found === form) return at + form.length;
    if (at + form.length > text.length && form.startsWith(found)) return CUT_OFF;
  }
  return NONE;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
