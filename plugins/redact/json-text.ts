/** JSON as text, edited in place: what is not touched keeps its bytes. */
import { parseJson } from "../core/read-json";

export interface JsonToken {
  readonly kind: "string" | "number";
  /** Quotes included. */
  readonly start: number;
  readonly end: number;
  /** The member's name, as written, of the first string or number behind it: it says what that is. */
  readonly key: string | undefined;
}

/** Strings and numbers in order, names of members included; `undefined` = not an object or array of JSON. */
export function jsonTokens(text: string): readonly JsonToken[] | undefined {
  if (!looksLikeJson(text) || parseJson(text) === undefined) return undefined;
  const tokens: JsonToken[] = [];
  let key: string | undefined;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const start = match.index;
    if (match[0] === ":") {
      const last = tokens.at(-1);
      key = last === undefined ? undefined : text.slice(last.start + 1, last.end - 1);
      continue;
    }
    const isString = match[0] === '"';
    const end = isString ? closingQuote(text, start) + 1 : start + match[0].length;
    tokens.push({ kind: isString ? "string" : "number", start, end, key });
    TOKEN.lastIndex = end;
    key = undefined;
  }
  return tokens;
}

/** In valid JSON nothing else begins with these outside of strings (`true`, `false` and `null` hold none). */
const TOKEN = /[":]|-?\d[\d.eE+-]*/g;

export function looksLikeJson(text: string): boolean {
  return /^\s{0,64}[[{]/.test(text);
}

function closingQuote(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return text.length - 1;
}

/** The content of a string, and where in `text` each of its units stands; the last item is the end. */
export function decodeString(text: string, start: number, end: number): { readonly text: string; readonly places: Uint32Array } {
  const places = new Uint32Array(end - start + 1);
  let decoded = "";
  let copied = start;
  let units = 0;
  for (let at = start; at < end; ) {
    const slash = text.indexOf("\\", at);
    const stop = slash === -1 || slash >= end ? end : slash;
    for (; at < stop; at += 1) places[units++] = at;
    if (stop === end) break;
    const length = escapeLength(text, stop);
    decoded += text.slice(copied, stop) + unescapeOne(text.slice(stop, stop + length));
    places[units++] = stop;
    at = stop + length;
    copied = at;
  }
  decoded += text.slice(copied, end);
  places[units] = end;
  return { text: decoded, places: places.subarray(0, units + 1) };
}

function escapeLength(text: string, at: number): number {
  return text.charCodeAt(at + 1) === 117 ? 6 : 2;
}

function unescapeOne(written: string): string {
  if (written.length === 6) return String.fromCharCode(Number.parseInt(written.slice(2), 16));
  return SHORT_ESCAPES.get(written.charAt(1)) ?? written.charAt(1);
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map(Object.entries({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }));

/** The start and end of the escape that `at` stands inside of; `undefined` = between characters. */
export function escapeAround(text: string, at: number): { readonly start: number; readonly end: number } | undefined {
  for (let start = at - 1; start >= 0 && start > at - 6; start -= 1) {
    if (text.charCodeAt(start) !== 92) continue;
    let before = start;
    while (before > 0 && text.charCodeAt(before - 1) === 92) before -= 1;
    if ((start - before) % 2 === 1) continue;
    const end = start + escapeLength(text, start);
    return end > at ? { start, end } : undefined;
  }
  return undefined;
}

/** As it stands between the quotes. */
export function escapeJson(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

/** What JSON.stringify may write otherwise than it is: control characters and halves of characters as well. */
const ESCAPED = /["\\]|[^ -\ud7ff\ue000-\uffff]/;

/** The content of a JSON string; `undefined` = it is none. */
export function unescapeJson(text: string): string | undefined {
  const value = parseJson(`"${text}"`);
  return typeof value === "string" ? value : undefined;
}
