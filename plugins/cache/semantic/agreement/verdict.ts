/** On what two questions differ, or may differ: the first that was found. */
export type Ground =
  | "length"
  | "placeholders"
  | "urls"
  | "code"
  | "quotes"
  | "numbers"
  | "dates"
  | "units"
  | "negation"
  | "entities"
  | "words"
  | "question"
  | "modality"
  | "tense"
  | "persons"
  | "direction";

export type Verdict = { readonly agree: true } | { readonly agree: false; readonly on: Ground };

export const AGREE: Verdict = { agree: true };

export function differ(on: Ground): Verdict {
  return { agree: false, on };
}
