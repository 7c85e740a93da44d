/** Says where in a text something stands. */

/** UTF-16 units, [start, end), never empty. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Stands for it when it is redacted, instead of the rule's name. */
  readonly text?: string;
}

export interface Finder {
  /** Longest match, UTF-16 units: streams are held back as long. */
  readonly longest: number;
  /**
   * Matches that begin at `from` or behind it, in order, not overlapping. What stands before is looked at for the edges of words only.
   * Whether one is at its end depends on no more than the character behind it, unless it is longer than `longest`.
   */
  find(text: string, from: number): Iterable<Span>;
}
