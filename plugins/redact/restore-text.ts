/** Placeholders become their values again in one text that comes in pieces, wherever it is split. */
import type { TextFilter } from "./answer-events";
import { JsonPlace } from "./json-place";
import { escapeJson } from "./json-text";
import { Offsets } from "./offsets";
import { LONGEST_PLACEHOLDER, readPlaceholder, starts } from "./placeholder";
import type { Entry, Vault } from "./vault";

/** What a text is: in JSON, values are escaped. */
export type TextForm = "text" | "json";

export interface RestoreOptions {
  readonly vault: Vault;
  readonly form: TextForm;
  /** False for values that shall not come back here: their placeholders stay. */
  readonly allows: (entry: Entry) => boolean;
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly entry: Entry | undefined;
  /** With the quotes around it. */
  readonly bare: boolean;
}

/** Nothing in a text without these is a placeholder. */
const SIGNS = /[<&\\]/;
const SIGNS_AND_QUOTES = /[<&\\"]/;
const BEHIND_NUMBER = /"[ \t\r\n]{0,16}[,}\]]/y;
const MAYBE_BEHIND_NUMBER = /"?[ \t\r\n]{0,16}$/y;
/** One placeholder, the quotes around it and the blanks behind those. */
export const LONGEST_HELD = LONGEST_PLACEHOLDER + 18;

export class TextRestorer implements TextFilter {
  readonly offsets = new Offsets();
  readonly #it: RestoreOptions;
  /** Numbers of JSON may come back without the quotes around their placeholders. */
  readonly #quotes: boolean;
  /** Followed only where it matters. */
  readonly #place: JsonPlace | undefined;
  #held = "";
  /** Where the held text stands in all that came. */
  #came = 0;
  /** What went out last ends with a backslash that escapes what follows. */
  #escapes = false;

  constructor(options: RestoreOptions) {
    this.#it = options;
    this.#quotes = options.form === "json" && options.vault.hasBare;
    this.#place = options.form === "json" && options.vault.hasEscapable ? new JsonPlace() : undefined;
  }

  push(text: string): string {
    if (this.#held === "" && !(this.#quotes ? SIGNS_AND_QUOTES : SIGNS).test(text)) {
      this.#came += text.length;
      this.#escapes = false;
      this.#place?.pass(text);
      return text;
    }
    return this.#restore(this.#held + text, false);
  }

  end(): string {
    return this.#restore(this.#held, true);
  }

  #restore(text: string, complete: boolean): string {
    let out = "";
    let done = 0;
    let kept = complete ? text.length : endOfSure(text, this.#quotes);
    const pass = (end: number): void => {
      const piece = text.slice(done, end);
      this.#place?.pass(piece);
      out += piece;
    };
    for (const start of starts(text)) {
      if (start < done) continue;
      const found = this.#at(text, start, done, complete);
      if (found === undefined) continue;
      if (found.entry === undefined) {
        kept = Math.min(kept, found.start);
        break;
      }
      pass(found.start);
      const value = found.bare ? found.entry.text : this.#valueOf(found.entry);
      out += value;
      this.offsets.replaced(this.#came + found.start, this.#came + found.end, value.length);
      done = found.end;
    }
    kept = Math.max(kept, done);
    pass(kept);
    this.#held = text.slice(kept);
    this.#came += kept;
    this.#escapes = this.#isEscaped(text, kept);
    return out;
  }

  /** What is to be replaced, or, without an entry, what must be kept until more has come. */
  #at(text: string, start: number, done: number, complete: boolean): Found | undefined {
    const read = readPlaceholder(text, start, this.#it.vault.couldBe);
    if (read === "none") return undefined;
    const quote = this.#opensString(text, start, done) ? start - 1 : start;
    const more = { start: quote, end: quote, entry: undefined, bare: false };
    if (read === "more") return complete ? undefined : more;
    const entry = this.#it.vault.find(text.slice(start, read.end), read.name);
    if (entry === undefined || !this.#it.allows(entry)) return undefined;
    const end = entry.bare && quote < start ? endOfBare(text, read.end, complete) : undefined;
    if (end === "more") return more;
    return end === undefined ? { start, end: read.end, entry, bare: false } : { start: quote, end, entry, bare: true };
  }

  #valueOf({ text, json, escapable }: Entry): string {
    if (this.#it.form === "text") return text;
    let value = json;
    for (let depth = this.#place?.depth ?? 1; escapable && depth > 1; depth -= 1) value = escapeJson(value);
    return value;
  }

  /** A quote stands before `start` with which a string of JSON begins. */
  #opensString(text: string, start: number, done: number): boolean {
    return this.#quotes && start > done && text.charAt(start - 1) === '"' && !this.#isEscaped(text, start - 1);
  }

  #isEscaped(text: string, at: number): boolean {
    let slashes = 0;
    while (slashes < at && text.charCodeAt(at - 1 - slashes) === 92) slashes += 1;
    return slashes === at ? (slashes % 2 === 1) !== this.#escapes : slashes % 2 === 1;
  }
}

/** Before what may be the begin of a bracket's escape, or of a string. */
function endOfSure(text: string, quotes: boolean): number {
  let slashes = 0;
  while (text.charCodeAt(text.length - 1 - slashes) === 92) slashes += 1;
  // By eights: how many belong to an escape depends on the rest of them only (see `starts`).
  if (slashes > 0) return text.length - (((slashes - 1) % 8) + 1);
  return quotes && text.endsWith('"') ? text.length - 1 : text.length;
}

/** Where the string ends that is nothing but this placeholder and no name of a member. */
function endOfBare(text: string, end: number, complete: boolean): number | "more" | undefined {
  BEHIND_NUMBER.lastIndex = end;
  MAYBE_BEHIND_NUMBER.lastIndex = end;
  if (BEHIND_NUMBER.test(text) || (complete && text.slice(end) === '"')) return end + 1;
  return !complete && MAYBE_BEHIND_NUMBER.test(text) ? "more" : undefined;
}
