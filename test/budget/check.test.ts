import { budget } from "../../plugins/budget";
import { one } from "./support";

const MODELS = ["dear", "cheap", "acme/*"];

function faultsOf(config: unknown, models = MODELS): string[] {
  const parsed = budget.config?.parse(config);
  return budget
    .check(parsed, {
      models,
      providers: [],
      regions: [],
      tags: [],
      aliases: [],
      plugins: [],
      audited: false,
      sharedStore: false,
      embedders: [],
      host: undefined,
      unpriced: () => new Map(),
    })
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const webhook = (it: Record<string, unknown>) => one({}, { webhook: { secret: "s", ...it } });

test.each([
  ["the least", one()],
  [
    "all of it",
    one({
      period: "week",
      time_zone: "America/New_York",
      by: ["header", "team"],
      header: "x-a",
      over: "reroute",
      reroute_to: "cheap",
    }),
  ],
  ["soft with alerts", one({ hard: false })],
  ["rolling", one({ period: "rolling", rolling_days: 7 })],
  ["webhook", webhook({ url: "https://hooks.example/a?b=c" })],
  ["webhook, allowed", webhook({ url: "http://169.254.1.1/", allow_link_local: true })],
])("nothing is wrong: %s", (_, config) => {
  expect(faultsOf(config)).toEqual([]);
});

test.each([
  ["budgets.0.name: must have", one({ name: "A b" })],
  ['budgets.1.name: "b" stands twice', { budgets: [...one().budgets, ...one().budgets] }],
  ["budgets.0.time_zone: there is no time zone", one({ time_zone: "Mars/Olympus" })],
  ["budgets.0.time_zone: has no effect", one({ time_zone: "Europe/Berlin", period: "rolling" })],
  ["budgets.0.by: `by: [header]` and `header` go together", one({ by: ["header"] })],
  ["budgets.0.header: `by: [header]` and `header` go together", one({ header: "x" })],
  ["budgets.0.header: must be in lower case", one({ by: ["header"], header: "X-A" })],
  ["budgets.0.header: holds a secret", one({ by: ["header"], header: "authorization" })],
  ["budgets.0.header: holds a secret", one({ by: ["header"], header: "x-api-key" })],
  ["budgets.0.rolling_days: has no effect", one({ rolling_days: 7 })],
  ["budgets.0.by: names something twice", one({ by: ["team", "team"] })],
  ["budgets.0.match.headers: names must be in lower case", one({ match: { headers: { "X-A": "b" } } })],
  ["budgets.0.over: `over: reroute` and `reroute_to` go together", one({ over: "reroute" })],
  ["budgets.0.reroute_to: `over: reroute` and `reroute_to` go together", one({ reroute_to: "cheap" })],
  ['budgets.0.reroute_to: no model of this policy is called "chaep"', one({ over: "reroute", reroute_to: "chaep" })],
  ["budgets.0.reroute_to: is a pattern", one({ over: "reroute", reroute_to: "acme/*" })],
  [
    "budgets.0.reroute_to: is the only model this budget is for",
    one({ over: "reroute", reroute_to: "cheap", match: { models: ["cheap"] } }),
  ],
  ["budgets.0.match.models.0: no model of this policy", one({ match: { models: ["daer"] } })],
  ["budgets.0.hard: a soft budget without", one({ hard: false, alerts: [] })],
  ["webhook: would never be called", one({ alerts: [] }, { webhook: { url: "https://a.example", secret: "s" } })],
  ["webhook.url: must be an http", webhook({ url: "ftp://a.example" })],
  ["webhook.url: must not hold a user name", webhook({ url: "https://a:b@a.example" })],
  ["webhook.url: leads to a link-local", webhook({ url: "http://169.254.169.254/" })],
])("%s", (fault, config) => {
  expect(faultsOf(config)).toEqual([expect.stringContaining(fault)]);
});

test("nowhere else to go", () => {
  expect(faultsOf(one({ over: "reroute", reroute_to: "cheap" }), ["cheap"])).toEqual([
    "budgets.0.reroute_to: is the only model of this policy: nothing would change",
  ]);
});

test.each([
  [{ budgets: [] }],
  [one({ limit_usd: 0 })],
  [one({ limit_usd: 5_000_000 })],
  [one({ period: "year" })],
  [one({ by: ["target"] })],
  [one({ alerts: [0] })],
  [one({}, { webhook: { url: "https://a.example" } })],
])("no budget at all: %j", (config) => {
  expect(budget.config?.safeParse(config).success).toBe(false);
});
