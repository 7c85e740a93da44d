/** The table's own library, asked the same things another way: its calculation in floats, from the names and usages it knows. */
import { calcPrice, waitForUpdate } from "@pydantic/genai-prices";
import fc from "fast-check";
import type { Usage } from "../../plugins/core/events";
import { costOf, installedTable } from "../../plugins/prices";
import { findModel } from "../../plugins/prices/match-model";
import { readModel, rowAt } from "../../plugins/prices/read-model";
import type { ModelInfo, Provider } from "../../plugins/prices/table";
import { NOW, usageWithin } from "./support";

const table = installedTable();
const EVERY = table.providers.flatMap((it) => it.models.map((model) => ({ it, model })));

test("the table is all that the package has", async () => {
  const all = await waitForUpdate();
  expect(table.providers.map(({ id }) => id)).toEqual(all?.map(({ id }) => id));
  expect(EVERY.length).toBeGreaterThan(1600);
});

test("the table's version and date are those of the installed package", () => {
  // Both change with every update of the package; the date is when it was published.
  const entry = require.resolve("@pydantic/genai-prices");
  const { version } = jest.requireActual<{ version: string }>(entry.replace(/dist\/.*$/, "package.json"));
  expect({ origin: table.origin, asOf: table.asOf }).toEqual({
    origin: `@pydantic/genai-prices ${version}`,
    asOf: "2026-09-23",
  });
});

test("every model of the table has a row, or a reason that is known here", () => {
  const reasons = new Map<string, string[]>();
  for (const { it, model } of EVERY) {
    const read = readModel(it.id, model, false);
    if ("rows" in read) continue;
    reasons.set(read.reason, [...(reasons.get(read.reason) ?? []), `${it.id}/${model.id}`]);
  }
  const kinds = [...reasons.keys()].sort();
  expect(kinds).toEqual([
    "the table lists it without a price",
    "the table prices it by audio_hours, input_audio_hours, not by tokens",
    "the table prices it by audio_hours, input_text_messages_kcount, not by tokens",
    "the table prices it by input_document_kpages, input_annotated_document_kpages, not by tokens",
    "the table prices it by input_document_kpages, not by tokens",
  ]);
  expect(reasons.get("the table lists it without a price")?.filter((name) => name.endsWith(":free"))).toEqual([]);
  expect([...reasons.values()].flat().length).toBeLessThan(40);
});

test("a model that costs nothing says so in its name", () => {
  const free = EVERY.filter(({ it, model }) => {
    const read = readModel(it.id, model, false);
    return "rows" in read && costOf({ input: 1e6, output: 1e6 }, rowAt(read.rows, NOW)).nanos === 0;
  });
  expect(free.length).toBeGreaterThan(0);
  expect(free.filter(({ model }) => !model.id.endsWith(":free"))).toEqual([]);
});

test("every price of the table is read exactly", () => {
  for (const { it, model } of EVERY) {
    const read = readModel(it.id, model, false);
    if (!("rows" in read) || Array.isArray(model.prices)) continue;
    const price = model.prices["input_mtok"];
    if (price === undefined) continue;
    const [first] = rowAt(read.rows, NOW).bands;
    expect(first.rates.input / 1e9).toBe(Number((typeof price === "number" ? price : price.base).toPrecision(12)));
  }
});

test("names lead to the same models", () => {
  const differ: string[] = [];
  for (const { it, model } of EVERY) {
    const theirs = calcPrice({ input_tokens: 0 }, model.id, { providerId: it.id, timestamp: new Date(NOW) });
    const ours = findModel(table, it, model.id);
    if (ours?.shortened === true ? theirs !== null : ours?.model.id !== theirs?.model.id) differ.push(`${it.id}/${model.id}`);
  }
  expect(differ).toEqual([]);
});

/** One model by itself: some ids of the table do not fit their own rule. */
function alone(it: Provider, model: ModelInfo): { readonly provider: Provider; readonly timestamp: Date } {
  return { provider: { ...it, models: [{ ...model, match: { equals: model.id } }] }, timestamp: new Date(NOW) };
}

/** In the library's words. What of audio and images came from the cache it wants to be told. */
function theirUsage(usage: Usage, prices: ReadonlySet<string>): Record<string, number> {
  const { input, output, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, webSearches = 0 } = usage;
  const fresh = input - cacheRead - cacheWrite;
  const audio = Math.min(usage.audioInput ?? 0, fresh);
  const image = Math.min(usage.imageInput ?? 0, fresh - audio);
  const all: Record<string, number> = {
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWriteHour,
    input_audio_tokens: usage.audioInput ?? 0,
    cache_audio_read_tokens: (usage.audioInput ?? 0) - audio,
    input_image_tokens: usage.imageInput ?? 0,
    cache_image_read_tokens: (usage.imageInput ?? 0) - image,
    output_reasoning_tokens: usage.reasoning ?? 0,
    output_audio_tokens: usage.audioOutput ?? 0,
    output_image_tokens: usage.imageOutput ?? 0,
    web_searches: webSearches,
  };
  // What it has no price for it takes to be of the general kind, as we do; told of it, it may refuse the combination.
  const known = Object.entries(all).filter(([unit]) => prices.has(priceKey(unit)));
  return { input_tokens: input, output_tokens: output, ...Object.fromEntries(known) };
}

function priceKey(unit: string): string {
  return unit === "web_searches" ? "web_searches_kcount" : unit.replace("_tokens", "_mtok");
}

test("random usages of every model cost the same, but for rounding and what we know better", () => {
  let compared = 0;
  const seed = fc.sample(usageWithin(400_000), { numRuns: 40, seed: 7 });
  EVERY.forEach(({ it, model }, index) => {
    const read = readModel(it.id, model, false);
    if (!("rows" in read)) return;
    const row = rowAt(read.rows, NOW);
    for (let run = 0; run < 10; run++) {
      const full = seed[(index + 7 * run) % seed.length] ?? { input: 0, output: 0 };
      const probe = calcPrice({ input_tokens: 0 }, model.id, alone(it, model));
      const keys = new Set(Object.keys(probe?.model_price ?? {}));
      // Ours alone: Claude's hour where the table has none, and words of a model without a price for words.
      const usage = {
        ...full,
        cacheWriteHour: keys.has("cache_write_1h_mtok") ? (full.cacheWriteHour ?? 0) : 0,
        output: keys.has("output_mtok") ? full.output : 0,
        // Films are images to us.
        ...(keys.has("output_video_mtok") ? { imageOutput: 0 } : {}),
        webSearches: keys.has("web_searches_kcount") ? (full.webSearches ?? 0) : 0,
        ...(keys.has("output_mtok") ? {} : { reasoning: 0, audioOutput: 0, imageOutput: 0 }),
        // Cached audio and images of models without a price for them: see the overlap in costOf.
        audioInput: keys.has("input_audio_mtok") ? withoutCached(full, keys.has("cache_audio_read_mtok"), full.audioInput) : 0,
        imageInput: 0,
      };
      const theirs = calcPrice(theirUsage(usage, keys), model.id, alone(it, model));
      if (theirs === null) throw new Error(`no price for ${it.id}/${model.id}`);
      const ours = costOf(usage, row).nanos;
      const exact = theirs.total_price * 1e9;
      // Doubles carry 15 digits; a nano-dollar for each of our kinds.
      expect(Math.abs(ours - exact)).toBeLessThanOrEqual(14 + exact * 1e-12);
      compared += 1;
    }
  });
  expect(compared).toBeGreaterThan(15_000);
});

function withoutCached(usage: Usage, cachedIsPriced: boolean, count = 0): number {
  return cachedIsPriced ? count : Math.min(count, usage.input - (usage.cacheRead ?? 0) - (usage.cacheWrite ?? 0));
}

test("prices that depend on the time agree at any time", () => {
  const timed = EVERY.filter(({ model }) => Array.isArray(model.prices) && "rows" in readModel("x", model, false));
  const when = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 5, 1) });
  fc.assert(
    fc.property(fc.nat(timed.length - 1), when, (index, at) => {
      const { it, model } = timed[index]!;
      const theirs = calcPrice({ input_tokens: 1000, output_tokens: 1000 }, model.id, {
        ...alone(it, model),
        timestamp: new Date(at),
      });
      const read = readModel(it.id, model, false);
      if (!("rows" in read) || theirs === null) throw new Error("no price");
      const { nanos } = costOf({ input: 1000, output: 1000 }, rowAt(read.rows, at));
      expect(Math.abs(nanos - theirs.total_price * 1e9)).toBeLessThan(3);
    }),
    { numRuns: 1000, seed: 3 },
  );
});
