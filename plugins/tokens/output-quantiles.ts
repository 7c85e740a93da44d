/** How long answers usually are, by model and alias: what `reserve: learned` sets aside for an answer. */
import { LRUCache } from "lru-cache";
import { arrayAt, isObject } from "../core/read-json";

/** Buckets grow by this factor: a quantile is at most this much too high. */
const STEP = 1.15;
/** 1.15^99 is a million tokens; longer answers count in the last bucket. */
const BUCKETS = 100;
/** When so many were seen, all counts are halved: what answers were like last month fades. */
const FADE_AT = 1024;
/** Fewer say nothing about a 95th percentile. */
const LEAST = 20;

export interface QuantileSnapshot {
  readonly version: 1;
  /** Of the buckets that are not empty: number and count. */
  readonly counts: readonly { readonly key: string; readonly buckets: readonly (readonly [number, number])[] }[];
}

export class OutputQuantiles {
  readonly #histograms: LRUCache<string, Float32Array>;

  /** @param maxKeys 400 bytes each; the least recently used is forgotten */
  constructor(maxKeys = 1000) {
    this.#histograms = new LRUCache({ max: maxKeys });
  }

  /** @param key model and alias, say */
  observe(key: string, outputTokens: number): void {
    if (!(outputTokens >= 0)) return;
    const histogram = this.#histograms.get(key) ?? new Float32Array(BUCKETS);
    const bucket = bucketOf(outputTokens);
    histogram[bucket] = histogram[bucket]! + 1;
    if (total(histogram) >= FADE_AT) for (let at = 0; at < BUCKETS; at++) histogram[at] = histogram[at]! / 2;
    this.#histograms.set(key, histogram);
  }

  /**
   * @param share from 0 to 1: this share of answers was not longer
   * @param most the model's own limit, which caps it
   * @returns tokens, never too low for what was seen up to a million; `undefined` while too little was
   */
  quantile(key: string, share: number, most = Number.POSITIVE_INFINITY): number | undefined {
    const histogram = this.#histograms.get(key);
    if (histogram === undefined) return undefined;
    const all = total(histogram);
    if (all < LEAST) return undefined;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += histogram[bucket]!;
      if (seen >= share * all) return Math.min(most, Math.floor(STEP ** bucket));
    }
    return Math.min(most, Math.floor(STEP ** (BUCKETS - 1)));
  }

  snapshot(): QuantileSnapshot {
    const counts = [...this.#histograms.entries()].reverse().map(([key, histogram]) => ({
      key,
      buckets: [...histogram.entries()].filter(([, count]) => count > 0),
    }));
    return { version: 1, counts };
  }

  /** Adds what a store kept; entries that are not sound are left out. */
  restore(snapshot: unknown): void {
    if (!isObject(snapshot) || snapshot["version"] !== 1) return;
    for (const item of arrayAt(snapshot, "counts")) {
      const histogram = isObject(item) ? readHistogram(arrayAt(item, "buckets")) : undefined;
      if (histogram !== undefined && isObject(item) && typeof item["key"] === "string")
        this.#histograms.set(item["key"], histogram);
    }
  }
}

function readHistogram(buckets: readonly unknown[]): Float32Array | undefined {
  const histogram = new Float32Array(BUCKETS);
  for (const pair of buckets) {
    const [bucket, count]: unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof bucket !== "number" || !(bucket in histogram)) return undefined;
    if (typeof count !== "number" || !(count >= 0 && count <= FADE_AT)) return undefined;
    histogram[bucket] = count;
  }
  return histogram;
}

function bucketOf(tokens: number): number {
  if (tokens <= 1) return 0;
  const bucket = Math.ceil(Math.log(tokens) / Math.log(STEP));
  // The bucket's figure is rounded down.
  return Math.min(BUCKETS - 1, Math.floor(STEP ** bucket) < tokens ? bucket + 1 : bucket);
}

function total(histogram: Float32Array): number {
  let sum = 0;
  for (const count of histogram) sum += count;
  return sum;
}
