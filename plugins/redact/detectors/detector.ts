/**
 * A detector knows one kind of thing that must not leave: where it stands in a text, and how sure it is.
 *
 * Each is bounded and linear in the length of the text, whatever the text is: nothing is looked for but around what can belong to
 * such a thing (a digit, an `@`, a known prefix), and no pattern can run on (see Scan).
 */
import type { Scan } from "./scan";

export interface Finding {
  /** UTF-16 units, [start, end). */
  readonly start: number;
  readonly end: number;
}

export interface DetectorSettings {
  /** ISO 3166 countries, upper case, whose phone numbers are known without a country code. */
  readonly regions: readonly string[];
}

/** What kinds of things there are, for operators who want all of one kind. */
export type Group = "contact" | "finance" | "network" | "national_id" | "personal" | "secret";

export interface Detector {
  /** What operators call it: lower case, `_` between words, `email`, `es_nif`. Its placeholders are `<EMAIL_1>`. */
  readonly entity: string;
  readonly group: Group;
  /** Off unless it is named: it is often wrong. */
  readonly optIn?: boolean;
  /** One line for the documentation: what is found, by what, and what is not. */
  readonly description: string;
  /** Longest finding in UTF-16 units, context not included; what is longer is not found. Streams are held back as long. */
  readonly longest: number;
  /** In order, not overlapping. */
  find(scan: Scan, settings: DetectorSettings): readonly Finding[];
}

/** Found nothing; made once. */
export const NOTHING: readonly Finding[] = [];

/** Findings of several passes as a detector gives them: in order, of overlapping ones the first, and the longer of two that begin at one place. */
export function inOrder(findings: Finding[]): readonly Finding[] {
  findings.sort((one, other) => one.start - other.start || other.end - one.end);
  let end = 0;
  return findings.filter((finding) => {
    if (finding.start < end) return false;
    end = finding.end;
    return true;
  });
}
