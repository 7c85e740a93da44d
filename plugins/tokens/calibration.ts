/**
 * Learns, model by model, how what a provider reports differs from what we estimated: reported ≈ offset + slope × estimated. The offset
 * takes hidden prompts and message overhead, the slope the difference of tokenizers; a mere ratio learned from ten-token prompts would be
 * far off on long ones. A Kalman filter over the two numbers: a few multiplications a request, and it needs no history.
 */
import { LRUCache } from "lru-cache";
import { isObject, numberAt } from "../core/read-json";

interface Line {
  offset: number;
  slope: number;
  /** How unsure we are: variances of both, and their covariance. */
  offsetVar: number;
  slopeVar: number;
  covariance: number;
  /** Reports, up to LEAST. */
  seen: number;
}

/** Before anything was seen: the families' figures are a few hundred tokens or a fifth off. */
const FRESH: Line = { offset: 0, slope: 1, offsetVar: 150 ** 2, slopeVar: 0.15 ** 2, covariance: 0, seen: 0 };
/** Fewer reports correct nothing: the first may be of requests like no others (a cached book, a picture behind a link). */
const LEAST = 8;
/** Requests scatter around their line by this share and these tokens. */
const SCATTER = 0.06;
const SCATTER_TOKENS = 2;
/** Models change behind their names: what is known fades, down to this. */
const DRIFT = 1.03;
/** A report further out than this many standard deviations counts as one that far out. */
const OUTLIER = 3;
const SLOPES = { least: 0.4, most: 3 };
const MOST_OFFSET = 20_000;

/** As kept in a store: plain JSON. */
export interface CalibrationSnapshot {
  readonly version: 1;
  readonly lines: readonly (Readonly<Line> & { readonly key: string })[];
}

export class Calibration {
  readonly #lines: LRUCache<string, Line>;

  /** @param maxModels the least recently used is forgotten: clients may name models */
  constructor(maxModels = 1000) {
    this.#lines = new LRUCache({ max: maxModels });
  }

  /**
   * @param key provider kind, model, and whatever else sets requests apart
   * @returns tokens, and how far off they may be: two standard deviations
   */
  predict(key: string, estimated: number): { readonly tokens: number; readonly spread: number } {
    const known = this.#lines.get(key);
    const line = known === undefined || known.seen < LEAST ? FRESH : known;
    // However the line was bent (tenants may try), a long request stays a long one.
    const tokens = clamp(line.offset + line.slope * estimated, SLOPES.least * estimated, SLOPES.most * estimated + MOST_OFFSET);
    return { tokens, spread: 2 * Math.sqrt(varianceAt(line, estimated)) };
  }

  /** @param estimated uncorrected. @param reported by the provider; nonsense is ignored */
  observe(key: string, estimated: number, reported: number): void {
    if (!(estimated > 0 && reported > 0 && Number.isFinite(estimated) && Number.isFinite(reported))) return;
    const line = this.#lines.get(key) ?? { ...FRESH };
    const gainOffset = line.offsetVar + estimated * line.covariance;
    const gainSlope = line.covariance + estimated * line.slopeVar;
    const variance = varianceAt(line, estimated);
    const limit = OUTLIER * Math.sqrt(variance);
    const surprise = clamp(reported - line.offset - line.slope * estimated, -limit, limit);
    this.#lines.set(key, {
      offset: clamp(line.offset + (gainOffset / variance) * surprise, -MOST_OFFSET, MOST_OFFSET),
      slope: clamp(line.slope + (gainSlope / variance) * surprise, SLOPES.least, SLOPES.most),
      offsetVar: clamp(DRIFT * (line.offsetVar - gainOffset ** 2 / variance), 0, FRESH.offsetVar),
      slopeVar: clamp(DRIFT * (line.slopeVar - gainSlope ** 2 / variance), 0, FRESH.slopeVar),
      covariance: line.covariance - (gainOffset * gainSlope) / variance,
      seen: Math.min(LEAST, line.seen + 1),
    });
  }

  snapshot(): CalibrationSnapshot {
    return { version: 1, lines: [...this.#lines.entries()].reverse().map(([key, line]) => ({ key, ...line })) };
  }

  /** Adds what a store kept; entries that are not sound are left out. */
  restore(snapshot: unknown): void {
    if (!isObject(snapshot) || snapshot["version"] !== 1 || !Array.isArray(snapshot["lines"])) return;
    for (const item of snapshot["lines"]) {
      const line = readLine(item);
      if (line !== undefined) this.#lines.set(line.key, line);
    }
  }
}

/** Of a report about its line: what we are unsure of, and scatter. */
function varianceAt({ offsetVar, slopeVar, covariance }: Line, estimated: number): number {
  const unsure = offsetVar + 2 * estimated * covariance + estimated ** 2 * slopeVar;
  return Math.max(0, unsure) + (SCATTER * estimated + SCATTER_TOKENS) ** 2;
}

function readLine(item: unknown): (Line & { key: string }) | undefined {
  if (!isObject(item) || typeof item["key"] !== "string") return undefined;
  const names = ["offset", "slope", "offsetVar", "slopeVar", "covariance", "seen"];
  const [offset, slope, offsetVar, slopeVar, covariance, seen] = names.map((name) => numberAt(item, name));
  if (offset === undefined || slope === undefined || covariance === undefined || seen === undefined) return undefined;
  if (offsetVar === undefined || slopeVar === undefined || offsetVar < 0 || slopeVar < 0) return undefined;
  if (offsetVar > FRESH.offsetVar || slopeVar > FRESH.slopeVar) return undefined;
  if (covariance ** 2 > offsetVar * slopeVar * 1.001 || Math.abs(offset) > MOST_OFFSET) return undefined;
  if (slope < SLOPES.least || slope > SLOPES.most) return undefined;
  return { key: item["key"], offset, slope, offsetVar, slopeVar, covariance, seen };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
