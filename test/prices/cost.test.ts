import fc from "fast-check";
import type { Usage } from "../../plugins/core/events";
import { atServiceTier, costOf, MAX_NANOS, worstCost } from "../../plugins/prices";
import { fillRates } from "../../plugins/prices/row";
import { anyRow, row, usageWithin, usd } from "./support";

const RUNS = { numRuns: 2000, seed: 5 };

const sum = (parts: object): number => Object.values(parts).reduce((total: number, part: number) => total + part, 0);

test("every token is billed once, as what it is", () => {
  const priced = row({
    input: usd(1),
    cacheRead: usd(0.1),
    cacheWrite: usd(1.25),
    cacheWriteHour: usd(2),
    audioInput: usd(32),
    imageInput: usd(5),
    output: usd(10),
    reasoning: usd(3),
    audioOutput: usd(64),
    imageOutput: usd(40),
  });
  const usage: Usage = {
    input: 1000,
    cacheRead: 300,
    cacheWrite: 200,
    cacheWriteHour: 50,
    audioInput: 100,
    imageInput: 60,
    output: 500,
    reasoning: 200,
    audioOutput: 100,
    imageOutput: 50,
  };
  expect(costOf(usage, priced)).toEqual({
    nanos: 14_657_500,
    parts: {
      input: 340_000,
      cacheRead: 30_000,
      cacheWrite: 187_500,
      cacheWriteHour: 100_000,
      audioInput: 3_200_000,
      imageInput: 300_000,
      output: 1_500_000,
      reasoning: 600_000,
      audioOutput: 6_400_000,
      imageOutput: 2_000_000,
    },
  });
});

test.each<[string, Usage, number]>([
  ["nothing", { input: 0, output: 0 }, 0],
  ["totals only", { input: 10, output: 2 }, 10 + 20],
  ["audio that can only have been cached", { input: 100, output: 0, cacheRead: 90, audioInput: 40 }, 10 * 32 + 30 * 3 + 60 * 0.1],
  ["images that can only have been cached", { input: 50, output: 0, cacheRead: 50, imageInput: 20 }, 20 * 0.5 + 30 * 0.1],
  ["a total that leaves out what was cached", { input: 10, output: 0, cacheRead: 90, cacheWrite: 20 }, 10 + 90 * 0.1 + 20],
  ["an hour's writes without a total of writes", { input: 10, output: 0, cacheWriteHour: 4 }, 6 + 4 * 2],
  ["reasoning beyond the output", { input: 0, output: 5, reasoning: 7 }, 5 * 10 + 7 * 4],
])("%s", (_, usage, microDollars) => {
  const priced = row({
    input: usd(1),
    cacheRead: usd(0.1),
    cacheWriteHour: usd(2),
    audioInput: usd(32),
    audioCacheRead: usd(3),
    imageInput: usd(5),
    imageCacheRead: usd(0.5),
    output: usd(10),
    reasoning: usd(4),
  });
  const { nanos } = costOf(usage, priced);
  expect(nanos).toBe(Math.round(microDollars * 1000));
});

test("a long prompt makes all tokens of the request dearer, from one token above the step", () => {
  const priced = row(
    { input: 0 },
    {
      bands: [
        { above: 0, rates: fillRates({ input: usd(1.25), output: usd(10) }) },
        { above: 200_000, rates: fillRates({ input: usd(2.5), output: usd(15) }) },
      ],
    },
  );
  expect(costOf({ input: 200_000, output: 1000 }, priced).nanos).toBe(200_000 * 1250 + 1000 * 10_000);
  expect(costOf({ input: 200_001, output: 1000 }, priced).nanos).toBe(200_001 * 2500 + 1000 * 15_000);
  // What was read from the cache is part of the prompt, also where the provider's total leaves it out.
  expect(costOf({ input: 1, cacheRead: 200_000, output: 0 }, priced).nanos).toBe(200_001 * 2500);
});

test("fees", () => {
  const priced = row({ input: usd(1), output: usd(1) }, { perRequest: 12_000_000, perWebSearch: 10_000_000 });
  expect(costOf({ input: 1, output: 0, webSearches: 3 }, priced)).toEqual({
    nanos: 42_001_000,
    parts: { input: 1000, request: 12_000_000, webSearches: 30_000_000 },
  });
});

test("whole, the sum of its parts, and at most a nano-dollar a kind above the true cost", () => {
  fc.assert(
    fc.property(anyRow, usageWithin(500_000), (priced, usage) => {
      const { nanos, parts } = costOf(usage, priced);
      expect(Number.isSafeInteger(nanos)).toBe(true);
      expect(sum(parts)).toBe(nanos);
      const exact = exactCost(usage, priced);
      const billed = BigInt(nanos) * 1_000_000n;
      expect(billed >= exact).toBe(true);
      expect(billed - exact < BigInt(Object.keys(parts).length) * 1_000_000n || billed === exact).toBe(true);
    }),
    RUNS,
  );
});

/** In millionths of a nano-dollar, another way: by what each single token of the prompt is. */
function exactCost(usage: Usage, priced: ReturnType<typeof row>): bigint {
  const { rates } = priced.bands.findLast(({ above }) => above === 0 || usage.input > above) ?? priced.bands[0];
  const { cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, audioInput = 0, imageInput = 0 } = usage;
  const fresh = usage.input - cacheRead - cacheWrite;
  const freshAudio = Math.min(audioInput, fresh);
  const freshImage = Math.min(imageInput, fresh - freshAudio);
  const { reasoning = 0, audioOutput = 0, imageOutput = 0 } = usage;
  const counts = {
    audioInput: freshAudio,
    imageInput: freshImage,
    input: fresh - freshAudio - freshImage,
    audioCacheRead: audioInput - freshAudio,
    imageCacheRead: imageInput - freshImage,
    cacheRead: cacheRead - (audioInput - freshAudio) - (imageInput - freshImage),
    cacheWriteHour,
    cacheWrite: cacheWrite - cacheWriteHour,
    reasoning,
    audioOutput,
    imageOutput,
    output: usage.output - reasoning - audioOutput - imageOutput,
  };
  // Each token once: the kinds add up to the totals.
  expect(sum(counts)).toBe(usage.input + usage.output);
  const fees = BigInt(priced.perRequest + (usage.webSearches ?? 0) * priced.perWebSearch) * 1_000_000n;
  return Object.entries(counts).reduce(
    (total, [kind, count]) => total + BigInt(count) * BigInt(Object.entries(rates).find(([key]) => key === kind)?.[1] ?? 0),
    fees,
  );
}

test("more tokens never cost less", () => {
  const flat = row({ input: usd(0.1357), cacheRead: usd(0.013), cacheWrite: usd(0.2), output: usd(3.3), reasoning: usd(1.1) });
  const grown = fc.record({ input: fc.nat(1000), output: fc.nat(1000) });
  fc.assert(
    fc.property(usageWithin(100_000), grown, (usage, more) => {
      const larger = { ...usage, input: usage.input + more.input, output: usage.output + more.output };
      expect(costOf(larger, flat).nanos).toBeGreaterThanOrEqual(costOf(usage, flat).nanos);
    }),
    RUNS,
  );
});

test("two requests cost as much as one of both, but for rounding", () => {
  const flat = row({ input: 135_713, cacheRead: 13_131, cacheWrite: 177_777, output: 3_333_333 });
  fc.assert(
    fc.property(usageWithin(100_000), usageWithin(100_000), (a, b) => {
      const text = (it: Usage): Usage => ({ input: it.input, output: it.output, cacheRead: it.cacheRead ?? 0 });
      const both = { input: a.input + b.input, output: a.output + b.output, cacheRead: (a.cacheRead ?? 0) + (b.cacheRead ?? 0) };
      const apart = costOf(text(a), flat).nanos + costOf(text(b), flat).nanos;
      expect(apart - costOf(both, flat).nanos).toBeGreaterThanOrEqual(0);
      expect(apart - costOf(both, flat).nanos).toBeLessThanOrEqual(3);
    }),
    RUNS,
  );
});

test("no usage within the totals costs more than the worst case, at any service tier", () => {
  const tier = fc.constantFrom(undefined, "default", "flex", "batch", "priority", "unheard-of");
  fc.assert(
    fc.property(anyRow, usageWithin(500_000), fc.nat(1000), fc.nat(1000), tier, (usual, usage, room, roomOut, served) => {
      const priced = atServiceTier(usual, served);
      const worst = worstCost(usage.input + room, usage.output + roomOut, priced, { webSearches: 5 });
      expect(costOf(usage, priced).nanos).toBeLessThanOrEqual(worst);
      expect(Number.isSafeInteger(worst)).toBe(true);
    }),
    RUNS,
  );
});

test("the worst case knows what cannot happen", () => {
  fc.assert(
    fc.property(anyRow, usageWithin(500_000), (priced, usage) => {
      const plain = { ...usage, audioInput: 0, audioOutput: 0, cacheWriteHour: 0, webSearches: 0 };
      const worst = worstCost(usage.input, usage.output, priced, { audio: false, cacheHour: false });
      expect(costOf(plain, priced).nanos).toBeLessThanOrEqual(worst);
      expect(worst).toBeLessThanOrEqual(worstCost(usage.input, usage.output, priced));
    }),
    RUNS,
  );
  const claude = row({ input: usd(3), cacheWrite: usd(3.75), cacheWriteHour: usd(6), output: usd(15) });
  expect(worstCost(1000, 100, claude)).toBe(1000 * 6000 + 100 * 15_000 + 10);
  expect(worstCost(1000, 100, claude, { cacheHour: false })).toBe(1000 * 3750 + 100 * 15_000 + 10);
});

test("what is free reserves nothing", () => {
  expect(worstCost(1e9, 1e9, row({ input: 0 }))).toBe(0);
  expect(costOf({ input: 1e9, output: 1e9 }, row({ input: 0 }))).toEqual({ nanos: 0, parts: {} });
});

test("a model without a price for output is not free to talk", () => {
  expect(costOf({ input: 0, output: 10 }, row({ input: usd(1) })).nanos).toBe(10_000);
});

test("amounts stop at the bound and stay whole", () => {
  const dear = row({ input: usd(10_000), output: usd(10_000) }, { perRequest: 1e13, perWebSearch: 1e13 });
  const most = { input: 1e9, output: 1e9, reasoning: 1e9, webSearches: 1e9 };
  expect(costOf(most, dear).nanos).toBe(MAX_NANOS);
  expect(worstCost(1e9, 1e9, atServiceTier(dear, "priority"), { webSearches: 1e9 })).toBe(MAX_NANOS);
});

test("service tiers scale tokens, not fees, and are computed once", () => {
  const priced = row({ input: 3, output: usd(1) }, { perRequest: 7 });
  expect(atServiceTier(priced, "flex").bands[0].rates).toMatchObject({ input: 2, output: usd(0.5) });
  expect(atServiceTier(priced, "flex").perRequest).toBe(7);
  expect(atServiceTier(priced, "flex")).toBe(atServiceTier(priced, "batch"));
  expect(atServiceTier(priced, "__proto__").bands[0].rates.output).toBe(usd(3));
});

test.each<[string | undefined, number]>([
  ...[undefined, "", "auto", "default", "standard", "standard_only", "scale"].map((word): [string | undefined, number] => [
    word,
    100,
  ]),
  // Groq's and Vertex AI's words for what is usual, and capacity paid in advance.
  ["on_demand", 100],
  ["ON_DEMAND", 100],
  ["PROVISIONED_THROUGHPUT", 100],
  ["flex", 50],
  ["ON_DEMAND_FLEX", 50],
  ["batch", 50],
  ["priority", 200],
  ["ON_DEMAND_PRIORITY", 200],
  ["fast", 300],
  ["performance", 300],
])("service tier %s costs %d percent", (word, percent) => {
  const priced = row({ input: usd(1), output: usd(1) });
  expect(atServiceTier(priced, word).bands[0].rates.output).toBe((usd(1) * percent) / 100);
  if (percent === 100) expect(atServiceTier(priced, word)).toBe(priced);
});
