import { createReadStream } from "node:fs";

/** Far longer than any line that is written; so much and a piece of a file is the most that is held of it. */
export const LONGEST_LINE = 16 * 1024 * 1024;
const PIECE = 256 * 1024;
const LINE_END = 0x0a;

export interface FileLine {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Without its end; `undefined` = too long. */
  readonly bytes: Buffer | undefined;
  /** False for what stands behind the last line's end. */
  readonly whole: boolean;
}

/** @throws Error when the file cannot be read */
export async function* readLines(path: string, longest = LONGEST_LINE): AsyncGenerator<FileLine> {
  let number = 1;
  let held: Buffer[] = [];
  let length = 0;
  const take = (whole: boolean): FileLine => {
    const bytes = length > longest ? undefined : Buffer.concat(held);
    held = [];
    length = 0;
    return { number: number++, bytes, whole };
  };
  const hold = (bytes: Buffer): void => {
    length += bytes.length;
    if (length <= longest) held.push(bytes);
    else held = [];
  };
  for await (const piece of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = piece.indexOf(LINE_END); end !== -1; end = piece.indexOf(LINE_END, from)) {
      hold(piece.subarray(from, end));
      yield take(true);
      from = end + 1;
    }
    if (from < piece.length) hold(piece.subarray(from));
  }
  if (length > 0) yield take(false);
}
