import { describeAll, describePrices, installedTable, Prices, pricesSchema, priceText } from "../../plugins/prices";
import { NOW, provider } from "./support";

const { overrides } = pricesSchema().parse({ overrides: { "own/*": { input: 0, output: 0.000001 } } });
const prices = new Prices(overrides);
const OWN = provider("openai-compatible", undefined, "own");
const ELSEWHERE = provider("openai-compatible", undefined, "elsewhere");

const TARGETS = [
  { provider: provider("openai"), model: "gpt-5.5" },
  { provider: provider("openai"), model: "gpt-5.5" },
  { provider: provider("openai"), model: "gpt-4.1-latest" },
  { provider: provider("openai"), model: "gpt-99" },
  { provider: OWN, model: "*" },
  { provider: ELSEWHERE, model: "llama" },
  { provider: provider("anthropic"), model: "*" },
];

test("each target once, with price, source and age", () => {
  const report = describePrices(prices, TARGETS, NOW, false);
  expect(report.table).toEqual({ origin: "@pydantic/genai-prices 0.1.8", as_of: "2026-09-23", age_days: 58 });
  expect(report.prices.map(({ target, source, note }) => [target, source, note])).toEqual([
    ["openai/gpt-5.5", "table", "openai/gpt-5.5"],
    ["openai/gpt-4.1-latest", "table", "openai/gpt-4.1, taken for the same"],
    ["openai/gpt-99", "unknown", "the table of OpenAI's prices has no such model"],
    ["own/*", "override", "own/*"],
    ["elsewhere/llama", "unknown", "http://127.0.0.1:8000/v1 is not in the table of public prices"],
    ["anthropic/*", "unknown", "depends on the model asked for"],
  ]);
  expect(report.prices[0]).toEqual({
    target: "openai/gpt-5.5",
    source: "table",
    note: "openai/gpt-5.5",
    usd_per_million: { input: "5.00", cacheRead: "0.50", output: "30.00" },
    long_prompts: [{ above: 271_999, usd_per_million: { input: "10.00", cacheRead: "1.00", output: "45.00" } }],
    usd_per_web_search: "0.01",
    service_tiers: { flex: 50, batch: 50, priority: 250, other: 250 },
    unmeasured: ["storage_searches_kcount"],
  });
  expect(report.prices[3]?.usd_per_million).toEqual({ input: "0.00", output: "0.000001" });
  expect(report.prices[2]?.usd_per_million).toEqual({});
});

test("estimates, where they are asked for and there is something to go by", () => {
  const report = describePrices(prices, TARGETS, NOW, true);
  expect(report.prices.map(({ source }) => source)).toEqual(["table", "table", "estimated", "override", "unknown", "estimated"]);
});

test("as text: a line a target, an unknown price is no number", () => {
  const lines = priceText(describePrices(prices, TARGETS, NOW, false)).split("\n");
  expect(lines[0]).toBe("US dollars for a million tokens. Table: @pydantic/genai-prices 0.1.8, as of 2026-09-23, 58 days old.");
  expect(lines.find((line) => line.startsWith("openai/gpt-5.5"))?.split(/ {2,}/)).toEqual([
    "openai/gpt-5.5",
    "table",
    "5.00",
    "0.50",
    "30.00",
    "openai/gpt-5.5; above 271999: 10.00 in, 45.00 out; web search 0.01; not counted: storage_searches_kcount",
  ]);
  const unknown = lines.find((line) => line.startsWith("openai/gpt-99"));
  expect(unknown).toContain("–");
  expect(unknown).not.toMatch(/0\.00/);
});

test("all of the table", () => {
  const report = describeAll(installedTable(), NOW);
  expect(report.prices.length).toBeGreaterThan(1600);
  const unknown = report.prices.filter(({ source }) => source === "unknown");
  expect(unknown.length).toBeLessThan(40);
  expect(unknown.every(({ note }) => /without a price|not by tokens/.test(note))).toBe(true);
});
