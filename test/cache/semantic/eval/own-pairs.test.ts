import { agrees } from "../../../../plugins/cache/semantic/agreement/agrees";
import { type EvalTable, evaluate } from "../../../../plugins/cache/semantic/eval/evaluate";
import { showEval } from "../../../../plugins/cache/semantic/eval/show-eval";
import { embedHashed } from "../support/hashed-embedder";
import { embedOverHttp } from "../support/http-embedder";
import { loadPairs } from "../support/pair-files";

const { tuned, held, all } = loadPairs();
const THRESHOLDS = [0.7, 0.75, 0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99];
/**
 * The one documented for the hashed embedder, chosen by this very table: it knows no synonyms, so its paraphrases score low, and
 * at 0.80 and above fewer than 30 % of them hit.
 */
const HASHED_THRESHOLD = 0.75;

const hashed = (texts: string[]): Promise<Float32Array[]> => Promise.resolve(texts.map(embedHashed));

function print(title: string, table: EvalTable): void {
  process.stdout.write(`\n${title}\n${showEval(table)}\n`);
}

function rowAt(table: EvalTable, threshold: number): EvalTable["rows"][number] {
  const row = table.rows.find((it) => it.threshold === threshold);
  if (row === undefined) throw new Error(`no row for ${threshold}`);
  return row;
}

test("there are enough pairs, none twice, and none that only repeats itself", () => {
  expect(all.filter(({ same }) => same).length).toBeGreaterThanOrEqual(300);
  expect(all.filter(({ same }) => !same).length).toBeGreaterThanOrEqual(150);
  expect(new Set(all.map(({ a, b }) => JSON.stringify([a, b].sort()))).size).toBe(all.length);
  expect(all.filter(({ a, b }) => a === b)).toEqual([]);
});

test.each([
  ["all", all],
  ["those held out", held],
])("with the second check, of %s: false hits at most 2 %, 30 %% of the paraphrases hit", async (title, pairs) => {
  const table = await evaluate(pairs, hashed, THRESHOLDS);
  print(`hashed embedder, ${title}`, table);
  const row = rowAt(table, HASHED_THRESHOLD);
  expect(row.checkedFalseHits / table.different).toBeLessThanOrEqual(0.02);
  expect(row.checkedHits / table.same).toBeGreaterThanOrEqual(0.3);
  // Similarity alone would have served these.
  expect(row.falseHits / table.different).toBeGreaterThan(0.5);
});

test.each([
  ["those the check was written with", tuned],
  ["those held out", held],
])("the check alone, whatever the similarity, of %s: false hits at most 2 %%", (_, pairs) => {
  const wrong = pairs.filter(({ a, b, same }) => !same && agrees(a, b).agree);
  expect(wrong.length).toBeLessThanOrEqual(pairs.filter(({ same }) => !same).length * 0.02);
});

test("it is symmetric, and a question agrees with itself", () => {
  expect(all.filter(({ a, b }) => agrees(a, b).agree !== agrees(b, a).agree)).toEqual([]);
  expect(all.filter(({ a, b }) => !agrees(a, a).agree || !agrees(b, b).agree)).toEqual([]);
});

const url = process.env["EMBEDDINGS_URL"];
if (url === undefined) console.warn("EMBEDDINGS_URL is not set: the table of pairs is not tried with a real embedding model.");

(url === undefined ? describe.skip : describe)("with the model at EMBEDDINGS_URL", () => {
  test("false hits at most 2 % with the second check, at any threshold", async () => {
    const table = await evaluate(all, embedOverHttp(url ?? ""), THRESHOLDS);
    print("model at EMBEDDINGS_URL, all", table);
    print("model at EMBEDDINGS_URL, those held out", await evaluate(held, embedOverHttp(url ?? ""), THRESHOLDS));
    for (const { checkedFalseHits } of table.rows) expect(checkedFalseHits / table.different).toBeLessThanOrEqual(0.02);
  }, 120_000);
});
