/** One value's way through a schema. */
export interface Run {
  steps: number;
  depth: number;
}

export type Check = (value: unknown, run: Run) => boolean;

export interface WordContext {
  /** The schema the word stands in: some words depend on their neighbours. */
  readonly schema: { readonly [key: string]: unknown };
  compile(schema: unknown): Check;
}

/** A keyword: its value in the schema, made a check. @throws Error where that value makes no sense */
export type Word = (value: unknown, context: WordContext) => Check;

export type Words = readonly (readonly [string, Word])[];

export function countOf(value: unknown, keyword: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
    throw new Error(`\`${keyword}\` must be a whole number`);
  return value;
}

export function listOf(value: unknown, keyword: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`\`${keyword}\` must be a list`);
  return value;
}
