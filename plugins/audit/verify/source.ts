/** Where a verification reads from. */
export interface RawLine {
  /** For people: `file:line`. */
  readonly place: string;
  /** Without the line's end; `undefined` = longer than any line is. */
  readonly bytes: Buffer | undefined;
  /** False for what stands at the end of a file without a line's end. */
  readonly whole: boolean;
  /** What it is filed under, where records are: its own number. */
  readonly seq?: number;
}

/** A part of a chain: a file, or all of it. */
export interface Piece {
  readonly name: string;
  /** What its first line must say in `file`; `undefined` where chains are not kept in files. */
  readonly number: number | undefined;
  lines(): AsyncIterable<RawLine>;
}

export interface LogSource {
  /** For people: the directory or table. */
  readonly name: string;
  /** In no order. */
  writers(): readonly string[];
  /** In the order of the chain; none where nobody knows the writer. */
  pieces(writer: string): readonly Piece[];
  /** What stands beside the log and is none of it. */
  readonly strangers: readonly string[];
}
