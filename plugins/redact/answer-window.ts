/**
 * Looks at a text that comes in pieces before it goes on. So much is held back that whatever begins in what is let go lies in sight to
 * its end: what is split over pieces is found as if it came in one. What went out last is looked at again for what it says of the rest.
 */
import type { TextFilter } from "./answer-events";
import type { Found } from "./findings";
import { JsonPlace } from "./json-place";
import { escapeJson, unescapeJson } from "./json-text";
import { Offsets } from "./offsets";
import type { AnswerInspection } from "./redact-answer";
import { CONTEXT_BEFORE, CONTEXT_BEHIND, LONGEST_RUN, STEP } from "./window-size";

export interface WindowOptions {
  /** The text is JSON, and stays it. */
  readonly json: boolean;
  /** Of findings that may hold blanks. */
  readonly longest: number;
  /** Some detector finds unbroken runs that are longer than what is held back of other text. */
  readonly longRuns: boolean;
}

export class AnswerWindow implements TextFilter {
  readonly offsets = new Offsets();
  readonly #inspection: AnswerInspection;
  readonly #it: WindowOptions;
  /** At most, of text without keys and tokens. */
  readonly #held: number;
  readonly #place = new JsonPlace();
  /** Gone out already, as the model wrote it. */
  #before = "";
  #pending = "";
  /** So much must be pending before it is looked at again: where a key is held, more, or each piece would have it read anew. */
  #next: number;
  /** Of the pending text in all that came. */
  #at = 0;

  constructor(inspection: AnswerInspection, options: WindowOptions) {
    this.#inspection = inspection;
    this.#it = options;
    this.#held = options.longest + CONTEXT_BEHIND;
    this.#next = this.#held + STEP;
  }

  push(text: string): string {
    this.#pending += text;
    return this.#pending.length < this.#next ? "" : this.#release(false);
  }

  end(): string {
    return this.#release(true);
  }

  #release(complete: boolean): string {
    const text = this.#before + this.#pending;
    const from = this.#before.length;
    const found = this.#inspection.look(text);
    const cut = complete ? text.length : this.#cut(text, found);
    const kept = text.length - Math.max(cut, from);
    this.#next = kept > 2 * this.#held ? kept + (kept >> 2) : this.#held + STEP;
    if (cut <= from) return "";
    for (const { start, entity } of found.flagged) if (start >= from && start < cut) this.#inspection.flag(entity);
    let out = "";
    let done = from;
    for (const { start, end, entity } of found.regions) {
      if (end <= done) continue;
      if (start >= cut) break;
      const begin = Math.max(start, done);
      out += this.#pass(text.slice(done, begin));
      const value = text.slice(begin, end);
      const instead = this.#instead(entity, value);
      this.offsets.replaced(this.#at + begin - from, this.#at + end - from, instead.length);
      out += instead;
      if (this.#it.json) this.#place.pass(value);
      done = end;
    }
    out += this.#pass(text.slice(done, cut));
    this.#before = text.slice(Math.max(0, cut - CONTEXT_BEFORE), cut);
    this.#pending = text.slice(cut);
    this.#at += cut - from;
    return out;
  }

  #pass(text: string): string {
    if (this.#it.json) this.#place.pass(text);
    return text;
  }

  #instead(entity: string, value: string): string {
    if (!this.#it.json) return this.#inspection.replace(entity, value);
    const instead = this.#inspection.replace(entity, unescapeJson(value) ?? value);
    return this.#place.depth > 0 ? escapeJson(instead) : JSON.stringify(instead);
  }

  /** What stands before can no longer become part of something, or something else. */
  #cut(text: string, found: Found): number {
    let cut = text.length - this.#held;
    if (this.#it.longRuns) {
      const run = startOfRun(text, cut);
      if (text.length - run <= LONGEST_RUN) cut = run;
    }
    // A private key is found from its first line on, and grows.
    for (const { start, end } of [...found.regions, ...found.flagged]) if (start < cut && cut < end) cut = start;
    return isLow(text, cut) ? cut - 1 : cut;
  }
}

function startOfRun(text: string, at: number): number {
  let start = at;
  while (start > 0 && !/\s/.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
