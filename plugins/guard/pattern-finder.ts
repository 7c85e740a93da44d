/** A pattern of the configuration. RE2: time grows with the text alone, whatever the pattern. */
import { RE2JS } from "re2js";
import type { Finder, Span } from "./finder";
import { longestMatch } from "./longest-match";

/** Longer matches are looked for in streams only where the configuration says so: as much text is held back. */
const MOST_HELD = 4096;
/** Of a pattern without an end. */
export const UNBOUNDED = 256;

export interface PatternOptions {
  readonly caseSensitive: boolean;
  /** UTF-16 units, instead of what the pattern itself says. */
  readonly longest: number | undefined;
}

/** @throws Error that says what is wrong with it */
export function compilePattern(pattern: string, caseSensitive: boolean): RE2JS {
  return RE2JS.compile(pattern, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
}

/** How long its matches may be for streams, and whether longer ones are possible. */
export function heldFor(regex: RE2JS, longest: number | undefined): { readonly held: number; readonly exceeds: boolean } {
  const most = longestMatch(regex);
  const held = longest ?? (most <= MOST_HELD ? most : UNBOUNDED);
  return { held, exceeds: most > held };
}

export class PatternFinder implements Finder {
  readonly longest: number;
  readonly #regex: RE2JS;

  constructor(pattern: string, { caseSensitive, longest }: PatternOptions) {
    this.#regex = compilePattern(pattern, caseSensitive);
    this.longest = heldFor(this.#regex, longest).held;
  }

  *find(text: string, from: number): Generator<Span> {
    // Several times faster than looking for the place, and nearly all texts hold none.
    if (!this.#regex.test(text)) return;
    const matcher = this.#regex.matcher(text);
    let at = from;
    while (at <= text.length && matcher.find(at)) {
      const start = matcher.start();
      const end = matcher.end();
      if (end > start) yield { start, end };
      at = Math.max(end, start + 1);
    }
  }
}
