/**
 * Slower and faster service at another price. The table has no such prices: these are the providers' published factors, the highest
 * where they differ by model, so that a premium is never billed below what it costs.
 */
import { percentOf } from "./dollars";
import { type Band, mapRates, type PriceRow, type TierPercents } from "./row";

/** A discount nobody published is none, a premium nobody published is taken to double the price. */
const UNKNOWN: TierPercents = { flex: 100, batch: 100, priority: 200, other: 200 };

/** Read 2026-11-20, by provider id of the table. */
const PUBLISHED: ReadonlyMap<string, TierPercents> = new Map([
  // https://openai.com/api-priority-processing: 1.7 to 2 times, GPT-5.5 2.5 times; flex and batch are half.
  ["openai", { flex: 50, batch: 50, priority: 200, other: 200 }],
  // https://ai.google.dev/gemini-api/docs/optimization: priority is 75 to 100 % more.
  ["google", { flex: 50, batch: 50, priority: 200, other: 200 }],
  // https://platform.claude.com/docs/en/about-claude/pricing: batch is half, fast mode twice; priority capacity is paid in advance.
  ["anthropic", { flex: 100, batch: 50, priority: 100, other: 200 }],
  // https://console.groq.com/docs/flex-processing: the usual price for a chance of being refused.
  ["groq", { flex: 100, batch: 50, priority: 200, other: 200 }],
]);

export function tierPercents(provider: string, model: string): TierPercents {
  const known = PUBLISHED.get(provider) ?? UNKNOWN;
  return provider === "openai" && model.startsWith("gpt-5.5") ? { ...known, priority: 250, other: 250 } : known;
}

/** The words of OpenAI, Gemini, Anthropic, Groq and Vertex AI for what is usual, and for capacity that is paid in advance. */
const USUAL: ReadonlySet<string> = new Set(
  "auto default standard standard_only on_demand unspecified traffic_type_unspecified scale reserved provisioned_throughput".split(
    " ",
  ),
);

const scaled = new WeakMap<PriceRow, Map<number, PriceRow>>();

/**
 * The same row as this service tier is billed. Fees for requests and searches stay.
 * @param tier the provider's word for how it served the request, or the client's for how it wants to be served
 */
export function atServiceTier(row: PriceRow, tier: string | undefined): PriceRow {
  // Vertex AI's `ON_DEMAND_FLEX` is flex.
  const word = tier?.toLowerCase().replace(/^on_demand_/, "");
  if (word === undefined || word === "" || USUAL.has(word)) return row;
  const percent = word === "flex" || word === "batch" || word === "priority" ? row.tiers[word] : row.tiers.other;
  if (percent === 100) return row;
  const rows = scaled.get(row) ?? new Map<number, PriceRow>();
  scaled.set(row, rows);
  const known = rows.get(percent);
  if (known !== undefined) return known;
  const [first, ...others] = row.bands;
  const bands = [scaleBand(first, percent), ...others.map((band) => scaleBand(band, percent))] as const;
  const found: PriceRow = { ...row, bands: [...bands] };
  rows.set(percent, found);
  return found;
}

function scaleBand({ above, rates }: Band, percent: number): Band {
  return { above, rates: mapRates((kind) => percentOf(rates[kind], percent)) };
}
