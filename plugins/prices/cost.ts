/** From usage to money. Every kind is rounded up to a nano-dollar by itself, so `nanos` is the exact sum of `parts`. */
import type { Usage } from "../core/events";
import { MAX_NANOS, tokenNanos } from "./dollars";
import { INPUT_KINDS, type Kind, OUTPUT_KINDS, type PriceRow, type Rates } from "./row";

/** Nano-dollars; kinds that cost nothing are absent. */
export type CostParts = Partial<Record<Kind | "request" | "webSearches", number>>;

export interface Cost {
  /** Whole, from 0 to MAX_NANOS. Never below the true cost, never a whole nano-dollar above it for any kind. */
  readonly nanos: number;
  readonly parts: CostParts;
}

/**
 * @param usage sound counts (core's `soundUsage`). Kinds are taken out of the totals that include them, each token once. Kinds that
 *   are more than their total cannot be part of it (Perplexity's reasoning, relays that pass on Anthropic's own counts): both count.
 */
export function costOf(usage: Usage, row: PriceRow): Cost {
  const { cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, reasoning = 0, audioOutput = 0, imageOutput = 0 } = usage;
  const written = Math.max(cacheWrite, cacheWriteHour);
  let fresh = remainder(usage.input, cacheRead + written);
  const rates = ratesFor(fresh + cacheRead + written, row);
  // Nobody says how much of the audio came from the cache: it is taken to be what did not, as far as that goes, for that is dearer.
  let cached = cacheRead;
  const audio = Math.min(usage.audioInput ?? 0, fresh);
  fresh -= audio;
  const audioCached = Math.min((usage.audioInput ?? 0) - audio, cached);
  cached -= audioCached;
  const image = Math.min(usage.imageInput ?? 0, fresh);
  fresh -= image;
  const imageCached = Math.min((usage.imageInput ?? 0) - image, cached);
  cached -= imageCached;

  const parts: CostParts = {};
  let nanos = 0;
  const charge = (part: keyof CostParts, amount: number): void => {
    if (amount === 0) return;
    parts[part] = amount;
    nanos += amount;
  };
  charge("input", tokenNanos(fresh, rates.input));
  charge("cacheRead", tokenNanos(cached, rates.cacheRead));
  charge("cacheWrite", tokenNanos(written - cacheWriteHour, rates.cacheWrite));
  charge("cacheWriteHour", tokenNanos(cacheWriteHour, rates.cacheWriteHour));
  charge("audioInput", tokenNanos(audio, rates.audioInput));
  charge("audioCacheRead", tokenNanos(audioCached, rates.audioCacheRead));
  charge("imageInput", tokenNanos(image, rates.imageInput));
  charge("imageCacheRead", tokenNanos(imageCached, rates.imageCacheRead));
  charge("output", tokenNanos(remainder(usage.output, reasoning + audioOutput + imageOutput), rates.output));
  charge("reasoning", tokenNanos(reasoning, rates.reasoning));
  charge("audioOutput", tokenNanos(audioOutput, rates.audioOutput));
  charge("imageOutput", tokenNanos(imageOutput, rates.imageOutput));
  charge("request", row.perRequest);
  charge("webSearches", Math.min((usage.webSearches ?? 0) * row.perWebSearch, MAX_NANOS));
  return { nanos: Math.min(nanos, MAX_NANOS), parts };
}

/** What a request may turn out to be, where the caller knows better: all that is not excluded may happen. */
export interface Possible {
  /** False: no audio goes in, none is asked for. */
  readonly audio?: boolean;
  /** False: the request asks for no one-hour cache writes. */
  readonly cacheHour?: boolean;
  /** How often the provider may search the web for it. Default: never. */
  readonly webSearches?: number;
}

/**
 * What to reserve: no usage within these totals, and with no more searches, costs more.
 * @param input tokens of the prompt @param output tokens of all answers together, reasoning included
 */
export function worstCost(input: number, output: number, row: PriceRow, possible: Possible = {}): number {
  let dearestInput = 0;
  let dearestOutput = 0;
  for (const { above, rates } of row.bands) {
    if (above > 0 && input <= above) break;
    dearestInput = Math.max(dearestInput, dearest(INPUT_KINDS, rates, possible));
    dearestOutput = Math.max(dearestOutput, dearest(OUTPUT_KINDS, rates, possible));
  }
  const tokens = tokenNanos(input, dearestInput) + tokenNanos(output, dearestOutput);
  // Kinds are rounded up one by one, and the totals only once.
  const rounding = Math.min(INPUT_KINDS.length - 1, input) + Math.min(OUTPUT_KINDS.length - 1, output);
  const searches = (possible.webSearches ?? 0) * row.perWebSearch;
  return Math.min(tokens + (tokens === 0 ? 0 : rounding) + row.perRequest + searches, MAX_NANOS);
}

function dearest(kinds: readonly Kind[], rates: Rates, { audio = true, cacheHour = true }: Possible): number {
  let most = 0;
  for (const kind of kinds) {
    if (!audio && kind.startsWith("audio")) continue;
    if (!cacheHour && kind === "cacheWriteHour") continue;
    most = Math.max(most, rates[kind]);
  }
  return most;
}

function ratesFor(input: number, { bands }: PriceRow): Rates {
  let { rates } = bands[0];
  for (const band of bands) if (band.above > 0 && input > band.above) rates = band.rates;
  return rates;
}

function remainder(total: number, parts: number): number {
  return total >= parts ? total - parts : total;
}
