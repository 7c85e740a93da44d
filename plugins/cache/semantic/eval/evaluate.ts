import { agrees } from "../agreement/agrees";
import type { Pair } from "./pairs";

/** What counts as safe: false hits per pair of different meaning. */
export const TOLERATED_FALSE_HITS = 0.02;
export const THRESHOLDS: readonly number[] = [0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99];

/** Texts a call: what every provider of embeddings takes. */
const BATCH = 32;

/** How many pairs are this similar at least; `checked`: and agree besides. */
export interface EvalRow {
  readonly threshold: number;
  readonly hits: number;
  readonly falseHits: number;
  readonly checkedHits: number;
  readonly checkedFalseHits: number;
}

export interface EvalTable {
  /** Pairs with one meaning, and with two. */
  readonly same: number;
  readonly different: number;
  /** By threshold, the lowest first. */
  readonly rows: readonly EvalRow[];
  /** The threshold with the most hits of those with tolerable false hits, both with the second check; the highest of equals. */
  readonly recommended: number | undefined;
}

/** @param embed one vector for each text, in order, of any length but zero @throws Error when it gives others */
export async function evaluate(
  pairs: readonly Pair[],
  embed: (texts: string[]) => Promise<Float32Array[]>,
  thresholds: readonly number[] = THRESHOLDS,
): Promise<EvalTable> {
  const vectors = await embedAll([...new Set(pairs.flatMap(({ a, b }) => [a, b]))], embed);
  const scored = pairs.map(({ a, b, same }) => ({
    same,
    score: cosine(vectors.get(a), vectors.get(b)),
    agree: agrees(a, b).agree,
  }));
  const count = (like: (it: (typeof scored)[number]) => boolean): number => scored.filter(like).length;
  const rows = [...thresholds]
    .sort((one, other) => one - other)
    .map((threshold) => ({
      threshold,
      hits: count(({ same, score }) => same && score >= threshold),
      falseHits: count(({ same, score }) => !same && score >= threshold),
      checkedHits: count(({ same, score, agree }) => same && agree && score >= threshold),
      checkedFalseHits: count(({ same, score, agree }) => !same && agree && score >= threshold),
    }));
  const different = count(({ same }) => !same);
  return { same: pairs.length - different, different, rows, recommended: recommend(rows, different) };
}

/** Nothing is known to be safe without pairs that should miss. */
function recommend(rows: readonly EvalRow[], different: number): number | undefined {
  if (different === 0) return undefined;
  const safe = rows.filter(
    ({ checkedHits, checkedFalseHits }) => checkedHits > 0 && checkedFalseHits <= different * TOLERATED_FALSE_HITS,
  );
  const most = Math.max(...safe.map(({ checkedHits }) => checkedHits));
  return safe.findLast(({ checkedHits }) => checkedHits === most)?.threshold;
}

async function embedAll(
  texts: readonly string[],
  embed: (texts: string[]) => Promise<Float32Array[]>,
): Promise<ReadonlyMap<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  for (let at = 0; at < texts.length; at += BATCH) {
    const batch = texts.slice(at, at + BATCH);
    const given = await embed(batch);
    if (given.length !== batch.length)
      throw new Error(`the embeddings model gave ${given.length} vectors for ${batch.length} texts`);
    batch.forEach((text, index) => {
      vectors.set(text, given[index] ?? new Float32Array());
    });
  }
  return vectors;
}

function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined || one.length !== other.length)
    throw new Error("the embeddings model gave vectors of different lengths");
  let product = 0;
  let first = 0;
  let second = 0;
  for (let at = 0; at < one.length; at++) {
    const x = one[at] ?? 0;
    const y = other[at] ?? 0;
    product += x * y;
    first += x * x;
    second += y * y;
  }
  // A text without a vector is like no other. Rounding must not keep a text from being like itself.
  return first === 0 || second === 0 ? 0 : Math.min(1, product / Math.sqrt(first * second) + Number.EPSILON * 8);
}
