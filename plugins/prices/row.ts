/** The price of one model as the hot path uses it: whole numbers only, every kind filled in. */

/** Kinds of tokens that may have a price of their own. Those of `Usage`, and what of audio and images came from the cache. */
export const INPUT_KINDS = [
  "input",
  "cacheRead",
  "cacheWrite",
  "cacheWriteHour",
  "audioInput",
  "audioCacheRead",
  "imageInput",
  "imageCacheRead",
] as const;
export const OUTPUT_KINDS = ["output", "reasoning", "audioOutput", "imageOutput"] as const;
export const KINDS = [...INPUT_KINDS, ...OUTPUT_KINDS] as const;
export type Kind = (typeof KINDS)[number];

/** Nano-dollars for a million tokens. */
export type Rates = Readonly<Record<Kind, number>>;

/** Long prompts cost more: with more input tokens than `above`, ALL tokens of the request are billed at these rates. */
export interface Band {
  readonly above: number;
  readonly rates: Rates;
}

/** Percent of the usual price, for requests the provider serves slower or faster. */
export interface TierPercents {
  readonly flex: number;
  readonly batch: number;
  readonly priority: number;
  /** In a word that is not known here: taken for a premium. */
  readonly other: number;
}

export interface PriceRow {
  readonly source: "table" | "override" | "estimated";
  /** What it was found as: `openai/gpt-4o` of the table, the override's pattern, or what the estimate rests on. */
  readonly name: string;
  /** The table knows the model by a shorter name only, without date or `-latest`: taken to cost the same. */
  readonly shortened: boolean;
  /** By `above`, from 0: never empty. The last one that applies counts. */
  readonly bands: readonly [Band, ...Band[]];
  /** Nano-dollars. */
  readonly perRequest: number;
  readonly perWebSearch: number;
  readonly tiers: TierPercents;
  /** What the provider charges for as well and no usage tells, in the table's words: `storage_searches_kcount`. */
  readonly unmeasured: readonly string[];
}

/** What a price list says; `output` as well is absent for models that only read. */
export type GivenRates = { readonly input: number } & { readonly [K in Exclude<Kind, "input">]?: number | undefined };

/**
 * A kind without a price of its own costs what the more general kind costs, never nothing: reasoning is output, a cached token whose
 * discount is unknown is a full one, and should a model without output price (embeddings) write something, it costs as if read.
 */
export function fillRates(given: GivenRates): Rates {
  const { input, output = input, cacheRead = input, cacheWrite = input } = given;
  const { audioInput, imageInput } = given;
  return {
    input,
    cacheRead,
    cacheWrite,
    cacheWriteHour: given.cacheWriteHour ?? cacheWrite,
    audioInput: audioInput ?? input,
    audioCacheRead: given.audioCacheRead ?? audioInput ?? cacheRead,
    imageInput: imageInput ?? input,
    imageCacheRead: given.imageCacheRead ?? imageInput ?? cacheRead,
    output,
    reasoning: given.reasoning ?? output,
    audioOutput: given.audioOutput ?? output,
    imageOutput: given.imageOutput ?? output,
  };
}

export function mapRates(rate: (kind: Kind) => number): Rates {
  return {
    input: rate("input"),
    cacheRead: rate("cacheRead"),
    cacheWrite: rate("cacheWrite"),
    cacheWriteHour: rate("cacheWriteHour"),
    audioInput: rate("audioInput"),
    audioCacheRead: rate("audioCacheRead"),
    imageInput: rate("imageInput"),
    imageCacheRead: rate("imageCacheRead"),
    output: rate("output"),
    reasoning: rate("reasoning"),
    audioOutput: rate("audioOutput"),
    imageOutput: rate("imageOutput"),
  };
}
