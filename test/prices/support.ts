import fc from "fast-check";
import type { Usage } from "../../plugins/core/events";
import type { PricedProvider } from "../../plugins/prices";
import { fillRates, KINDS, mapRates, type PriceRow, type Rates } from "../../plugins/prices/row";

/** The date all price facts of these tests were looked up for. */
export const NOW = Date.UTC(2026, 10, 20, 12);

const URLS: Record<string, string> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
  gemini: "https://generativelanguage.googleapis.com/v1beta",
  "openai-compatible": "http://127.0.0.1:8000/v1",
};

export function provider(kind: string, baseUrl = URLS[kind] ?? "", name = kind): PricedProvider {
  return { name, kind, baseUrl };
}

export function row(given: Partial<Rates> & { readonly input: number }, more: Partial<PriceRow> = {}): PriceRow {
  return {
    source: "override",
    name: "test",
    shortened: false,
    bands: [{ above: 0, rates: fillRates(given) }],
    perRequest: 0,
    perWebSearch: 0,
    tiers: { flex: 50, batch: 50, priority: 200, other: 300 },
    unmeasured: [],
    ...more,
  };
}

/** Dollars for a million, as nano-dollars for a million. */
export function usd(dollars: number): number {
  return Math.round(dollars * 1e9);
}

const rate = fc.oneof(fc.integer({ min: 0, max: 200 * 1e9 }), fc.constantFrom(0, 1, 999_999, 1_000_000, 2_500_000_000));

export const anyRates: fc.Arbitrary<Rates> = fc
  .array(rate, { minLength: KINDS.length, maxLength: KINDS.length })
  .map((list) => mapRates((kind) => list[KINDS.indexOf(kind)] ?? 0));

export const anyRow: fc.Arbitrary<PriceRow> = fc
  .record({
    rates: fc.array(anyRates, { minLength: 1, maxLength: 3 }),
    steps: fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 2, maxLength: 2 }),
    perRequest: fc.integer({ min: 0, max: 20_000_000 }),
    perWebSearch: fc.integer({ min: 0, max: 20_000_000 }),
  })
  .map(({ rates: [first, ...longer], steps, perRequest, perWebSearch }) => {
    const ascending = steps.toSorted((a, b) => a - b);
    const bands = longer.map((rates, at) => ({ above: ascending[at] ?? 1, rates }));
    return row(
      { input: 0 },
      { bands: [{ above: 0, rates: first ?? fillRates({ input: 0 }) }, ...bands], perRequest, perWebSearch },
    );
  });

/** Usages whose kinds are parts of their totals, as providers are meant to report. */
export function usageWithin(most: number): fc.Arbitrary<Usage> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  return fc
    .record({
      input: fc.integer({ min: 0, max: most }),
      output: fc.integer({ min: 0, max: most }),
      shares: fc.array(share, { minLength: 8, maxLength: 8 }),
      webSearches: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ input, output, shares, webSearches }) => {
      const part = (total: number, at: number): number => Math.floor(total * (shares[at] ?? 0));
      const cacheRead = part(input, 0);
      const cacheWrite = part(input - cacheRead, 1);
      const audioInput = part(input - cacheWrite, 3);
      const reasoning = part(output, 5);
      const audioOutput = part(output - reasoning, 6);
      return {
        input,
        output,
        cacheRead,
        cacheWrite,
        cacheWriteHour: part(cacheWrite, 2),
        audioInput,
        imageInput: part(input - cacheWrite - audioInput, 4),
        reasoning,
        audioOutput,
        imageOutput: part(output - reasoning - audioOutput, 7),
        webSearches,
      };
    });
}
