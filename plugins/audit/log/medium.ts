/** Where the lines of one chain go. */
export interface Medium {
  /** What its next line must say when something begins with it: the chain itself, or a file. `undefined` = nothing does. */
  begins(): Readonly<Record<string, unknown>> | undefined;
  /**
   * Lines that follow those before them; in stable storage when it resolves. After a failure, of which nobody can say what of it is
   * there, this medium takes no more: the chain ends with what was appended before, and another one begins.
   */
  append(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
  /** Of a chain to which nothing was ever appended: takes away what there is of it. @returns whether nothing is left for sure */
  discard(): Promise<boolean>;
}

/** @param writer of a new chain */
export type OpenMedium = (writer: string) => Medium;
