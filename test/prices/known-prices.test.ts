/**
 * Costs computed by hand from public price pages as read on 2026-11-20 (for models whose price has not changed since the table was
 * published): what a million tokens of each kind costs, in dollars.
 */
import { atServiceTier, costOf, Prices } from "../../plugins/prices";
import { NOW, provider } from "./support";

const prices = new Prices();
const GROQ = provider("openai-compatible", "https://api.groq.com/openai/v1", "groq");
const DEEPSEEK = provider("openai-compatible", "https://api.deepseek.com", "deepseek");
const XAI = provider("openai-compatible", "https://api.x.ai/v1", "xai");
const COHERE = provider("openai-compatible", "https://api.cohere.ai/compatibility/v1", "cohere");
const MISTRAL = provider("openai-compatible", "https://api.mistral.ai/v1", "mistral");
const OPENAI = provider("openai");
const CLAUDE = provider("anthropic");
const GEMINI = provider("gemini");

const M = 1_000_000;

interface Page {
  readonly input: number;
  readonly cached?: number;
  readonly write?: number;
  readonly hour?: number;
  readonly output: number;
}

// https://developers.openai.com/api/docs/pricing, https://openai.com/api-priority-processing,
// https://platform.claude.com/docs/en/about-claude/pricing, https://ai.google.dev/gemini-api/docs/pricing, https://groq.com/pricing,
// https://docs.x.ai, https://cohere.com/pricing, https://mistral.ai/pricing
test.each<[typeof OPENAI, string, Page]>([
  [OPENAI, "gpt-4o-mini", { input: 0.15, cached: 0.075, output: 0.6 }],
  [OPENAI, "gpt-4o", { input: 2.5, cached: 1.25, output: 10 }],
  [OPENAI, "gpt-4.1", { input: 2, cached: 0.5, output: 8 }],
  [OPENAI, "gpt-5", { input: 1.25, cached: 0.125, output: 10 }],
  [OPENAI, "gpt-5-mini", { input: 0.25, cached: 0.025, output: 2 }],
  [OPENAI, "gpt-5.2", { input: 1.75, cached: 0.175, output: 14 }],
  [OPENAI, "gpt-5.4-mini", { input: 0.75, cached: 0.075, output: 4.5 }],
  [OPENAI, "gpt-5.4-nano", { input: 0.2, cached: 0.02, output: 1.25 }],
  [CLAUDE, "claude-fable-5-1", { input: 10, cached: 0.25, write: 12.5, hour: 20, output: 50 }],
  [CLAUDE, "claude-fable-5", { input: 10, cached: 1, write: 12.5, hour: 20, output: 50 }],
  [CLAUDE, "claude-opus-5", { input: 5, cached: 0.5, write: 6.25, hour: 10, output: 25 }],
  [CLAUDE, "claude-opus-4-8", { input: 5, cached: 0.5, write: 6.25, hour: 10, output: 25 }],
  [CLAUDE, "claude-opus-4-6", { input: 5, cached: 0.5, write: 6.25, hour: 10, output: 25 }],
  [CLAUDE, "claude-opus-4-1", { input: 15, cached: 1.5, write: 18.75, hour: 30, output: 75 }],
  [CLAUDE, "claude-sonnet-5", { input: 2, cached: 0.2, write: 2.5, hour: 4, output: 10 }],
  [CLAUDE, "claude-haiku-4-5", { input: 1, cached: 0.1, write: 1.25, hour: 2, output: 5 }],
  [GEMINI, "gemini-2.5-flash", { input: 0.3, cached: 0.03, output: 2.5 }],
  [GEMINI, "gemini-2.5-flash-lite", { input: 0.1, cached: 0.01, output: 0.4 }],
  [GROQ, "openai/gpt-oss-120b", { input: 0.15, cached: 0.075, output: 0.6 }],
  [COHERE, "command-a-03-2025", { input: 2.5, output: 10 }],
  [COHERE, "command-r7b-12-2024", { input: 0.0375, output: 0.15 }],
  [MISTRAL, "mistral-medium-latest", { input: 1.5, cached: 0.15, output: 7.5 }],
])("%o %s", (at, model, page) => {
  const found = prices.row(at, model, NOW);
  if (found === undefined) throw new Error("no price");
  const rates = found.bands[0].rates;
  const dollars = (perMillion: number): number => perMillion / 1e9;
  expect(dollars(rates.input)).toBe(page.input);
  expect(dollars(rates.cacheRead)).toBe(page.cached ?? page.input);
  expect(dollars(rates.cacheWrite)).toBe(page.write ?? page.input);
  expect(dollars(rates.cacheWriteHour)).toBe(page.hour ?? page.write ?? page.input);
  expect(dollars(rates.output)).toBe(page.output);
  expect(dollars(rates.reasoning)).toBe(page.output);
  // A tenth of a million of each: below the steps of long prompts.
  const usage = { input: 0.2 * M, cacheRead: 0.1 * M, output: 0.1 * M, reasoning: 0.05 * M };
  const cost = Math.round(1e9 * (0.1 * page.input + 0.1 * (page.cached ?? page.input) + 0.1 * page.output));
  expect(costOf(usage, found).nanos).toBe(cost);
});

test.each<[typeof OPENAI, string, number, Page, Page]>([
  // GPT-5.5: above 272,000 tokens input doubles and output costs half as much again.
  [OPENAI, "gpt-5.5", 272_000, { input: 5, cached: 0.5, output: 30 }, { input: 10, cached: 1, output: 45 }],
  [GEMINI, "gemini-2.5-pro", 200_001, { input: 1.25, cached: 0.125, output: 10 }, { input: 2.5, cached: 0.25, output: 15 }],
  [GEMINI, "gemini-3.1-pro-preview", 200_001, { input: 2, cached: 0.2, output: 12 }, { input: 4, cached: 0.4, output: 18 }],
  // Grok 4.6: "200k and above".
  [XAI, "grok-4.6", 200_000, { input: 2, cached: 0.5, output: 6 }, { input: 4, cached: 1, output: 12 }],
])("long prompts: %o %s from %d tokens", (at, model, from, short, long) => {
  const found = prices.row(at, model, NOW);
  if (found === undefined) throw new Error("no price");
  const cost = (input: number, { input: price, cached = price, output }: Page): number =>
    Math.round(1e3 * ((input - 1000) * price + 1000 * cached + 500 * output));
  const usage = (input: number) => ({ input, cacheRead: 1000, output: 500 });
  expect(costOf(usage(from - 1), found).nanos).toBe(cost(from - 1, short));
  expect(costOf(usage(from), found).nanos).toBe(cost(from, long));
});

test("audio", () => {
  const flash = prices.row(GEMINI, "gemini-2.5-flash", NOW);
  expect(flash?.bands[0].rates).toMatchObject({ audioInput: 1e9, audioCacheRead: 0.1e9 });
  const spoken = prices.row(OPENAI, "gpt-audio", NOW);
  expect(spoken?.bands[0].rates).toMatchObject({ input: 2.5e9, audioInput: 32e9, output: 10e9, audioOutput: 64e9 });
});

// https://api-docs.deepseek.com/quick_start/pricing: peak hours 01:00–04:00 and 06:00–10:00 UTC, from 2026-08-16 on.
test.each<[string, number]>([
  ["2026-11-20T00:59:59Z", 0.66],
  ["2026-11-20T01:00:00Z", 1.32],
  ["2026-11-20T03:59:59Z", 1.32],
  ["2026-11-20T04:00:00Z", 0.66],
  ["2026-11-20T06:00:00Z", 1.32],
  ["2026-11-20T10:00:00Z", 0.66],
])("deepseek-v4-pro at %s", (time, dollars) => {
  expect(prices.row(DEEPSEEK, "deepseek-v4-pro", Date.parse(time))?.bands[0].rates.input).toBe(dollars * 1e9);
});

test("prices change on their day", () => {
  const at = (time: string) => prices.row(GEMINI, "gemini-3.6-flash", Date.parse(time))?.bands[0].rates;
  expect(at("2026-12-31T23:59:59Z")).toMatchObject({ input: 0.75e9, output: 3.75e9 });
  expect(at("2027-01-01T00:00:00Z")).toMatchObject({ input: 1.5e9, output: 7.5e9 });
});

test("fees: web searches of Claude and GPT, requests of Perplexity", () => {
  const perplexity = provider("openai-compatible", "https://api.perplexity.ai", "pplx");
  expect(prices.row(CLAUDE, "claude-sonnet-5", NOW)?.perWebSearch).toBe(10_000_000);
  expect(prices.row(OPENAI, "gpt-5", NOW)?.perWebSearch).toBe(10_000_000);
  expect(prices.row(perplexity, "sonar-pro", NOW)).toMatchObject({ perRequest: 14_000_000 });
  expect(prices.row(perplexity, "sonar-deep-research", NOW)?.bands[0].rates).toMatchObject({ output: 8e9, reasoning: 3e9 });
});

// 14 dollars for 1000 queries, before Gemini 3 it is 35 for 1000 requests that search; the table says neither.
test.each<[typeof GEMINI, string, number]>([
  [GEMINI, "gemini-3-flash-preview", 14_000_000],
  [GEMINI, "gemini-3.8-flash", 14_000_000],
  [GEMINI, "gemini-2.5-pro", 35_000_000],
  [GEMINI, "gemma-3-27b-it", Number.NaN],
  [provider("gemini", "https://europe-west4-aiplatform.googleapis.com/v1", "vertex"), "claude-opus-5", 10_000_000],
  [OPENAI, "gpt-3.5-turbo", 0],
])("web searches: %o %s", (at, model, fee) => {
  expect(prices.row(at, model, NOW)?.perWebSearch ?? Number.NaN).toBe(fee);
});

test("films have the price of their own in the place of images", () => {
  expect(prices.row(GEMINI, "gemini-omni-flash-preview", NOW)?.bands[0].rates).toMatchObject({
    output: 9e9,
    imageOutput: 17.5e9,
  });
  const embeds = prices.row(GEMINI, "gemini-embedding-2", NOW);
  expect(embeds?.bands[0].rates).toMatchObject({ input: 0.2e9, audioInput: 6.5e9, imageInput: 12e9 });
  expect(embeds?.unmeasured).toEqual([]);
});

test("Claude's fast mode costs twice, capacity paid in advance does not", () => {
  const row = prices.row(CLAUDE, "claude-opus-5", NOW);
  const output = (tier: string) => row && atServiceTier(row, tier).bands[0].rates.output;
  expect([output("standard"), output("priority"), output("batch"), output("fast")]).toEqual([25e9, 25e9, 12.5e9, 50e9]);
});

test("service tiers: priority of GPT-5.5 costs 12.50, 1.25 and 75, flex of GPT-5 half", () => {
  const row = (model: string, tier: string) => {
    const found = prices.row(OPENAI, model, NOW);
    return found && atServiceTier(found, tier).bands[0].rates;
  };
  expect(row("gpt-5.5", "priority")).toMatchObject({ input: 12.5e9, cacheRead: 1.25e9, output: 75e9 });
  expect(row("gpt-5.4", "priority")).toMatchObject({ input: 5e9, cacheRead: 0.5e9, output: 30e9 });
  expect(row("gpt-5", "flex")).toMatchObject({ input: 0.625e9, cacheRead: 0.0625e9, output: 5e9 });
});
