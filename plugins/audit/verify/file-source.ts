import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readFileName } from "../chain/names";
import { readLines } from "./read-lines";
import type { LogSource, Piece, RawLine } from "./source";

/** @param directories their files taken together, as if some had been moved. @throws Error when one cannot be read */
export async function openFileSource(directories: readonly string[]): Promise<LogSource> {
  const strangers: string[] = [];
  const files = new Map<string, { readonly path: string; readonly number: number }[]>();
  for (const directory of directories) {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const found = readFileName(name);
      if (found === undefined) strangers.push(path);
      else {
        const known = files.get(found.writer) ?? [];
        known.push({ path, number: found.number });
        files.set(found.writer, known);
      }
    }
  }
  return {
    name: directories.join(", "),
    strangers,
    writers: () => [...files.keys()],
    pieces: (writer) => (files.get(writer) ?? []).sort((a, b) => a.number - b.number).map(piece),
  };
}

function piece({ path, number }: { readonly path: string; readonly number: number }): Piece {
  return {
    name: path,
    number,
    async *lines(): AsyncGenerator<RawLine> {
      for await (const line of readLines(path)) yield { ...line, place: `${path}:${line.number}` };
    },
  };
}
