import { costOf, diffTables, diffText, doubts, installedTable, Prices, readTable, tableText } from "../../plugins/prices";
import { NOW, provider } from "./support";

const DATA = [
  {
    id: "openai",
    name: "OpenAI",
    api_pattern: "https://api\\.openai\\.com",
    pricing_urls: ["https://openai.com"],
    models: [
      { id: "a", match: { equals: "a" }, prices: { input_mtok: 1, output_mtok: 2 } },
      {
        id: "b",
        match: { or: [{ equals: "b" }, { regex: "^b-\\d+$" }] },
        prices: { input_mtok: { base: 1, tiers: [{ start: 100, price: 2 }] } },
      },
      {
        id: "c",
        match: { starts_with: "c" },
        prices: [
          { constraint: null, prices: { input_mtok: 1, output_mtok: 1 } },
          { constraint: { start_date: "2026-11-01" }, prices: { input_mtok: 3, output_mtok: 3 } },
        ],
      },
    ],
  },
];

const changed = (change: (text: string) => string) => readTable(change(JSON.stringify(DATA)), "newer.json");
const before = changed((text) => text);

test("a table from a file is used like the package's", () => {
  const prices = new Prices({}, before);
  const input = (model: string, at = NOW) => prices.row(provider("openai"), model, at)?.bands.map(({ rates }) => rates.input);
  expect(input("a")).toEqual([1e9]);
  expect(input("b-7")).toEqual([1e9, 2e9]);
  expect(input("cc")).toEqual([3e9]);
  expect(input("cc", Date.UTC(2026, 9, 1))).toEqual([1e9]);
  expect(input("gpt-4o")).toBeUndefined();
});

test("the package's own data goes through a file unharmed", () => {
  const table = installedTable();
  const copy = readTable(JSON.stringify(table.providers), "copy.json");
  expect(diffTables(table, copy)).toEqual({ added: [], removed: [], changed: [] });
  const [ours, theirs] = [new Prices(), new Prices({}, copy)].map((it) => it.row(provider("anthropic"), "claude-opus-5", NOW));
  expect(ours).toEqual(theirs);
  expect(ours && costOf({ input: 1, output: 1 }, ours).nanos).toBe(30_000);
});

test("what would change", () => {
  const after = changed((text) =>
    text
      .replace('"a"', '"new"')
      .replace('"price":2', '"price":2.5')
      .replace('{"input_mtok":3,"output_mtok":3}', '{"input_mtok":4,"cache_read_mtok":1}'),
  );
  const diff = diffTables(before, after);
  expect(diff).toEqual({
    added: ["openai/new"],
    removed: ["openai/a"],
    changed: [
      { model: "openai/b", price: "input_mtok >100", from: 2, to: 2.5 },
      { model: "openai/c", price: "input_mtok (2026-11-01)", from: 3, to: 4 },
      { model: "openai/c", price: "output_mtok (2026-11-01)", from: 3, to: undefined },
      { model: "openai/c", price: "cache_read_mtok (2026-11-01)", from: undefined, to: 1 },
    ],
  });
  expect(diffText(diff)).toBe(`- openai/a
+ openai/new
  openai/b  input_mtok >100: 2 → 2.5
  openai/c  input_mtok (2026-11-01): 3 → 4
  openai/c  output_mtok (2026-11-01): 3 → none
  openai/c  cache_read_mtok (2026-11-01): none → 1
1 models added, 1 removed, 4 prices changed
`);
  expect(doubts(diff, before)).toEqual(["1 of 3 models are missing", "openai/c: output_mtok (2026-11-01) falls from 3 to none"]);
});

test("a price that becomes nothing is doubtful, one that only changes is not", () => {
  expect(
    doubts(
      diffTables(
        before,
        changed((text) => text.replace('"input_mtok":1,"output_mtok":2', '"input_mtok":0,"output_mtok":2')),
      ),
      before,
    ),
  ).toEqual(["openai/a: input_mtok falls from 1 to 0"]);
  expect(
    doubts(
      diffTables(
        before,
        changed((text) => text.replace('"output_mtok":2', '"output_mtok":1')),
      ),
      before,
    ),
  ).toEqual([]);
});

test("a price that falls below a tenth is taken for another unit", () => {
  const tenth = changed((text) => text.replace('"output_mtok":2', '"output_mtok":0.2'));
  const less = changed((text) => text.replace('"output_mtok":2', '"output_mtok":0.000002'));
  expect(doubts(diffTables(before, tenth), before)).toEqual([]);
  expect(doubts(diffTables(before, less), before)).toEqual(["openai/a: output_mtok falls from 2 to 0.000002"]);
});

test("words of the format that the package's own data does not use yet", () => {
  const words = '"input_mtok":1,"cache_write_5m_mtok":1.25,"cache_text_read_mtok":0.1,"output_text_mtok":9,"input_sparks":7';
  const table = changed((text) => text.replace('"input_mtok":1,"output_mtok":2', words));
  const row = new Prices({}, table).row(provider("openai"), "a", NOW);
  expect(row?.bands[0].rates).toMatchObject({ input: 1e9, cacheWrite: 1.25e9, cacheRead: 0.1e9, output: 9e9 });
  expect(row?.unmeasured).toEqual(["input_sparks"]);
});

test("a table that gives models away does not", () => {
  const free = new Prices(
    {},
    changed((text) => text.replace('"input_mtok":1,"output_mtok":2', '"input_mtok":0,"output_mtok":0')),
  );
  expect(free.row(provider("openai"), "a", NOW)).toBeUndefined();
  expect(free.reason(provider("openai"), "a")).toBe("the table's price for it is zero");
});

test("with its source and day", () => {
  const text = tableText(before, "https://prices.example/data.json", "2026-11-20");
  const read = readTable(text, "mine.json");
  expect(read).toMatchObject({ origin: "mine.json, from https://prices.example/data.json", asOf: "2026-11-20" });
  expect(diffTables(before, read)).toEqual({ added: [], removed: [], changed: [] });
});

test.each<[string, string]>([
  ["a day that is none", tableText(before, "x", "2026-13-01")],
  ["not JSON", "{"],
  ["an object", "{}"],
  ["empty", "[]"],
  ["no models", JSON.stringify([{ id: "a", name: "A", api_pattern: "a" }])],
  ["a broken expression", JSON.stringify(DATA).replace("^b-", "(")],
  ["a rule nobody knows", JSON.stringify(DATA).replace('"equals":"a"', '"like":"a"')],
  ["a price below zero", JSON.stringify(DATA).replace('"input_mtok":1', '"input_mtok":-1')],
  ["a price that is text", JSON.stringify(DATA).replace('"input_mtok":1', '"input_mtok":"1"')],
  ["a date that is none", JSON.stringify(DATA).replace("2026-11-01", "2026-13-01")],
])("refused: %s", (_, text) => {
  expect(() => readTable(text, "newer.json")).toThrow(/^newer\.json: /);
});
