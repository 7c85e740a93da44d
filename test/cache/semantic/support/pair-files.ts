import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Pair, readPairs } from "../../../../plugins/cache/semantic/eval/pairs";

const FOLDER = path.resolve(__dirname, "../pairs");

/**
 * The pairs of this repository: paraphrases as people type them, and questions of which a word or two change the meaning. Every
 * third of a file is `held`: how the check judged these was counted, but not looked at one by one, while it was written.
 */
export function loadPairs(): { readonly tuned: readonly Pair[]; readonly held: readonly Pair[]; readonly all: readonly Pair[] } {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  const read = files.map((name) => readPairs(readFileSync(path.join(FOLDER, name), "utf8"), name));
  return {
    tuned: read.flatMap((pairs) => pairs.filter((_, at) => at % 3 !== 2)),
    held: read.flatMap((pairs) => pairs.filter((_, at) => at % 3 === 2)),
    all: read.flat(),
  };
}
