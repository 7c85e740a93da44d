/** One entry of the table → rows, or why there are none. */
import { MAX_DOLLARS, nanoDollars } from "./dollars";
import { type Band, fillRates, type GivenRates, KINDS, type Kind, type PriceRow, type TierPercents } from "./row";
import { publishedSearchFee } from "./search-fee";
import { tierPercents } from "./service-tier";
import type { ModelInfo } from "./table";

/** The words of its format. What a usage does not tell apart, images and films, has the dearer price. Other units are fees or not measured. */
const KIND_KEYS: ReadonlyMap<string, Kind> = new Map([
  ["input_mtok", "input"],
  ["input_text_mtok", "input"],
  ["cache_read_mtok", "cacheRead"],
  ["cache_text_read_mtok", "cacheRead"],
  ["cache_write_mtok", "cacheWrite"],
  ["cache_write_5m_mtok", "cacheWrite"],
  ["cache_text_write_mtok", "cacheWrite"],
  ["cache_write_1h_mtok", "cacheWriteHour"],
  ["input_audio_mtok", "audioInput"],
  ["cache_audio_read_mtok", "audioCacheRead"],
  ["input_image_mtok", "imageInput"],
  ["input_video_mtok", "imageInput"],
  ["cache_image_read_mtok", "imageCacheRead"],
  ["output_mtok", "output"],
  ["output_text_mtok", "output"],
  ["output_reasoning_mtok", "reasoning"],
  ["output_audio_mtok", "audioOutput"],
  ["output_image_mtok", "imageOutput"],
  ["output_video_mtok", "imageOutput"],
]);
const FEE_KEYS = ["requests_kcount", "web_searches_kcount"];

type Prices = Exclude<ModelInfo["prices"], readonly unknown[]>;
type Constraint = NonNullable<Extract<ModelInfo["prices"], readonly unknown[]>[number]["constraint"]>;

/** A row and when it holds; of several that hold the last counts. */
export interface TimedRow {
  /** @param at milliseconds since the epoch */
  readonly holds: (at: number) => boolean;
  readonly row: PriceRow;
}

export type ReadModel = { readonly rows: readonly [TimedRow, ...TimedRow[]] } | { readonly reason: string };

/** @param provider id of the table */
export function readModel(provider: string, model: ModelInfo, shortened: boolean): ReadModel {
  const list = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const rows: TimedRow[] = [];
  for (const { constraint, prices } of list) {
    const found = readPrices(provider, model, prices);
    if ("reason" in found) return found;
    const name = `${provider}/${model.id}`;
    rows.push({ holds: holdsFor(constraint), row: { source: "table", name, shortened, ...found } });
  }
  const [first, ...others] = rows;
  return first === undefined ? { reason: NO_PRICE } : { rows: [first, ...others] };
}

/** @returns the last row that holds, else the first. */
export function rowAt(rows: readonly [TimedRow, ...TimedRow[]], at: number): PriceRow {
  return rows.findLast(({ holds }) => holds(at))?.row ?? rows[0].row;
}

const NO_PRICE = "the table lists it without a price";

interface Found {
  readonly bands: PriceRow["bands"];
  readonly perRequest: number;
  readonly perWebSearch: number;
  readonly tiers: TierPercents;
  readonly unmeasured: readonly string[];
}

function readPrices(provider: string, model: ModelInfo, prices: Prices): Found | { readonly reason: string } {
  const keys = Object.keys(prices).filter((key) => prices[key] !== undefined);
  // Only what calls itself free is.
  const free = keys.length === 0 && model.id.endsWith(":free");
  if (keys.length === 0 && !free) return { reason: NO_PRICE };
  if (!free && !keys.includes("input_mtok")) return { reason: `the table prices it by ${keys.join(", ")}, not by tokens` };

  const starts = new Set([0]);
  for (const key of keys) {
    const price = prices[key];
    if (typeof price === "object") for (const tier of price.tiers) starts.add(tier.start);
  }
  const bands: Band[] = [];
  for (const above of [...starts].sort((a, b) => a - b)) {
    const given = ratesAbove(prices, keys, above);
    if ("reason" in given) return given;
    bands.push({ above, rates: fillRates(withClaudeHour(model, given)) });
  }
  const [first, ...others] = bands;
  if (first === undefined) return { reason: NO_PRICE };
  // A damaged table would make models free overnight. Who knows better says so in an override.
  if (!free && KINDS.every((kind) => first.rates[kind] === 0)) return { reason: "the table's price for it is zero" };
  return {
    bands: [first, ...others],
    perRequest: perPiece(prices["requests_kcount"]),
    perWebSearch: perPiece(prices["web_searches_kcount"]) || publishedSearchFee(provider, model.id),
    tiers: tierPercents(provider, model.id),
    unmeasured: keys.filter((key) => !KIND_KEYS.has(key) && !FEE_KEYS.includes(key)),
  };
}

function ratesAbove(prices: Prices, keys: readonly string[], above: number): GivenRates | { readonly reason: string } {
  const given: { [K in Kind]?: number } & { input: number } = { input: 0 };
  for (const key of keys) {
    const nanos = priceAbove(prices[key], above);
    if (nanos === undefined) return { reason: `the table's ${key} is no price from 0 to ${MAX_DOLLARS} dollars` };
    const kind = KIND_KEYS.get(key);
    if (kind !== undefined) given[kind] = Math.max(given[kind] ?? 0, nanos);
  }
  return given;
}

/** Claude's writes for an hour cost twice its input wherever it is sold; the table says so for Anthropic's own API only. */
function withClaudeHour(model: ModelInfo, given: GivenRates): GivenRates {
  if (given.cacheWrite === undefined || given.cacheWriteHour !== undefined || !model.id.includes("claude")) return given;
  return { ...given, cacheWriteHour: 2 * given.input };
}

function priceAbove(price: Prices[string], above: number): number | undefined {
  if (typeof price !== "object") return price === undefined ? undefined : nanoDollars(price);
  let dollars = price.base;
  for (const tier of [...price.tiers].sort((a, b) => a.start - b.start)) if (tier.start <= above) dollars = tier.price;
  return nanoDollars(dollars);
}

/** From dollars for a thousand. */
function perPiece(price: Prices[string]): number {
  return Math.ceil((priceAbove(price, 0) ?? 0) / 1000);
}

function holdsFor(constraint: Constraint | undefined): (at: number) => boolean {
  if (constraint === undefined) return () => true;
  if (constraint.type === "start_date") {
    const from = Date.parse(`${constraint.start_date}T00:00:00Z`);
    return (at) => at >= from;
  }
  const start = timeOfDay(constraint.start_time);
  const end = timeOfDay(constraint.end_time);
  return (at) => {
    const now = at % DAY_MS;
    return start <= end ? now >= start && now < end : now >= start || now < end;
  };
}

const DAY_MS = 86_400_000;

/** `16:30:00Z`, `09:00:00+08:00` → milliseconds since midnight UTC. Not a time → never. */
function timeOfDay(text: string): number {
  const ms = Date.parse(`1970-01-02T${text}`);
  return ms % DAY_MS;
}
