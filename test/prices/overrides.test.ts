import { z } from "zod";
import { kongFields } from "../../kong/schema/convert";
import { checkOverrides, Prices, type PricesConfig, pricesSchema } from "../../plugins/prices";
import { NOW, provider } from "./support";

type Given = z.input<ReturnType<typeof pricesSchema>>["overrides"];

function parse(overrides: Given): PricesConfig["overrides"] {
  return pricesSchema().parse({ overrides }).overrides;
}

function inputOf(overrides: Given, name: string, model: string): number | undefined {
  return new Prices(parse(overrides)).row(provider("openai", undefined, name), model, NOW)?.bands[0].rates.input;
}

const price = (input: number) => ({ input, output: 1 });

test("an override replaces the table's row as a whole", () => {
  const prices = new Prices(parse({ "openai/gpt-4o": { input: 1, output: 2, cached_input: 0.003625 } }));
  expect(prices.row(provider("openai"), "gpt-4o", NOW)).toMatchObject({
    source: "override",
    name: "openai/gpt-4o",
    perWebSearch: 0,
    bands: [{ above: 0, rates: { input: 1e9, output: 2e9, cacheRead: 3_625_000, cacheWrite: 1e9, reasoning: 2e9 } }],
  });
  expect(prices.row(provider("openai"), "gpt-4o-mini", NOW)?.source).toBe("table");
});

test("every kind can have a price", () => {
  const all = {
    input: 1,
    cached_input: 2,
    cache_write: 3,
    cache_write_1h: 4,
    audio_input: 5,
    image_input: 6,
    output: 7,
    reasoning: 8,
    audio_output: 9,
    image_output: 10,
  };
  const [row] = [
    new Prices(parse({ "a/b": { ...all, per_request: 0.5, per_web_search: 0.01 } })).row(provider("x", "", "a"), "b", NOW),
  ];
  expect(row?.bands[0].rates).toEqual({
    input: 1e9,
    cacheRead: 2e9,
    cacheWrite: 3e9,
    cacheWriteHour: 4e9,
    audioInput: 5e9,
    // Nobody says what cached audio costs: the full price.
    audioCacheRead: 5e9,
    imageInput: 6e9,
    imageCacheRead: 6e9,
    output: 7e9,
    reasoning: 8e9,
    audioOutput: 9e9,
    imageOutput: 10e9,
  });
  expect(row).toMatchObject({ perRequest: 500_000_000, perWebSearch: 10_000_000 });
});

test("long prompts in any order, service tiers", () => {
  const given = {
    ...price(1),
    long_prompts: [
      { above: 500, ...price(3) },
      { above: 100, ...price(2) },
    ],
    service_tiers: { flex: 50 },
  };
  const row = new Prices(parse({ "a/b": given })).row(provider("x", "", "a"), "b", NOW);
  expect(row?.bands.map(({ above, rates }) => [above, rates.input])).toEqual([
    [0, 1e9],
    [100, 2e9],
    [500, 3e9],
  ]);
  expect(row?.tiers).toEqual({ flex: 50, batch: 100, priority: 200, other: 200 });
});

test("a model of one's own is free when configuration says so, and only then", () => {
  const own = provider("openai-compatible", undefined, "vllm");
  const prices = new Prices(parse({ "vllm/*": { input: 0, output: 0 } }));
  expect(prices.row(own, "llama", NOW)?.bands[0].rates.output).toBe(0);
  expect(prices.row({ ...own, name: "other" }, "llama", NOW)).toBeUndefined();
});

test.each<[string, Given, string, string, number | undefined]>([
  ["exact before patterns", { "openai/*": price(1), "openai/gpt-4o": price(2) }, "openai", "gpt-4o", 2],
  ["the longest pattern", { "*": price(1), "openai/*": price(2), "openai/gpt-*": price(3) }, "openai", "gpt-4o", 3],
  ["the longest pattern in any order", { "openai/gpt-*": price(3), "openai/*": price(2), "*": price(1) }, "openai", "gpt-4o", 3],
  ["a star in the middle", { "openai/gpt-*-mini": price(4) }, "openai", "gpt-4o-mini", 4],
  ["a star for nothing", { "openai/gpt-4o*": price(5) }, "openai", "gpt-4o", 5],
  ["a star for any provider", { "*/gpt-4o": price(6) }, "eu", "gpt-4o", 6],
  ["halves that overlap do not fit", { "openai/gpt-4o*4o": price(7) }, "openai", "gpt-4o", 2.5],
  ["names that are not data", { "openai/*": price(8) }, "openai", "__proto__", 8],
])("%s", (_, overrides, name, model, dollars) => {
  expect(inputOf(overrides, name, model)).toBe(dollars === undefined ? undefined : dollars * 1e9);
});

test.each<[string, unknown]>([
  ["a price below zero", { input: -1, output: 1 }],
  ["a price beyond belief", { input: 10_001, output: 1 }],
  ["no price for output: it would be free", { input: 1 }],
  ["no price for input", { output: 1 }],
  ["a word nobody knows", { input: 1, output: 1, ouput: 2 }],
  ["text", { input: "1", output: 1 }],
])("refused: %s", (_, override) => {
  expect(pricesSchema().safeParse({ overrides: { "a/b": override } }).success).toBe(false);
});

test("names that fit nothing are found", () => {
  const overrides = parse({
    "openai/gpt-4o": price(1),
    "openai/gpt-5*": price(1),
    "own/*": price(1),
    "*": price(1),
    "nobody/*": price(1),
    "openai/gpt-3": price(1),
    "op*/gpt-*": price(1),
    gpt: price(1),
    "own/a": {
      ...price(1),
      long_prompts: [
        { above: 1, ...price(1) },
        { above: 1, ...price(1) },
      ],
    },
  });
  const labels = ["openai/gpt-4o", "openai/gpt-5-mini", "own/*"];
  expect([...checkOverrides(overrides, labels)]).toEqual([
    ["nobody/*", "no target fits this name"],
    ["openai/gpt-3", "no target fits this name"],
    ["op*/gpt-*", "only one * may stand in a name"],
    ["gpt", "names are written provider/model"],
    ["own/a", "two of its long_prompts begin at the same length"],
  ]);
});

test("Kong's schema language can say all of it", () => {
  const [file, overrides] = kongFields(pricesSchema());
  expect(file).toHaveProperty("table_file");
  expect(overrides).toMatchObject({ overrides: { type: "map", values: { type: "record" } } });
});

test("every field says what it is for", () => {
  const schema = JSON.stringify(z.toJSONSchema(pricesSchema(), { io: "input" }));
  const fields = schema.match(/"type":"(?:number|integer|string|array)"/g)?.length ?? 0;
  expect(schema.match(/"description":/g)?.length).toBeGreaterThanOrEqual(fields);
});
