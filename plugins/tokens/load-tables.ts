/** Reads OpenAI's published token lists, as the `tiktoken` package carries them. Half a second of work: for a worker thread. */
import { readFileSync } from "node:fs";
import { isObject, parseJson, stringAt } from "../core/read-json";
import { buildCharClasses } from "./char-classes";
import type { EncodingName } from "./encodings";
import { buildVocabulary, type Vocabulary } from "./vocabulary";

/** What a tokenizer reads: plain data in shared memory, so that it can be posted from thread to thread. */
export interface Tables {
  readonly encoding: EncodingName;
  readonly charClasses: Uint8Array;
  readonly vocabulary: Vocabulary;
}

let charClasses: Uint8Array | undefined;

export function loadTables(encoding: EncodingName): Tables {
  const data = parseJson(readFileSync(require.resolve(`tiktoken/encoders/${encoding}.json`), "utf8"));
  const ranks = isObject(data) ? stringAt(data, "bpe_ranks") : undefined;
  if (ranks === undefined) throw new Error(`the token list of ${encoding} cannot be read`);
  charClasses ??= buildCharClasses();
  return { encoding, charClasses, vocabulary: buildVocabulary(readRanks(ranks)) };
}

/** Lines of `! <rank of the first> <token in base64> <the next> …`; the ranks have no gaps. */
function readRanks(text: string): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (const line of text.split("\n")) {
    const [, first, ...words] = line.split(" ");
    if (Number(first ?? tokens.length) !== tokens.length) throw new Error("the token list has gaps");
    for (const word of words) tokens.push(Buffer.from(word, "base64"));
  }
  return tokens;
}
