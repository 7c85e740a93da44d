import { checkRateLimit } from "../../plugins/rate-limit/check";
import { rateLimitSchema } from "../../plugins/rate-limit/config";

const UNPRICED = new Map([["gpt", ["own/x"]]]);

const faults = (...limits: object[]) =>
  checkRateLimit(rateLimitSchema.parse({ limits: limits.map((it) => ({ name: "a", unit: "requests", ...it })) }), {
    models: ["gpt", "x/*"],
    providers: [],
    regions: [],
    tags: [],
    aliases: [],
    plugins: [],
    audited: false,
    sharedStore: false,
    embedders: [],
    host: undefined,
    unpriced: () => UNPRICED,
  });

test.each([
  [{ limit: 1 }],
  [{ limit: 1, unit: "concurrency" }],
  [{ limit: 60, algorithm: "token_bucket", burst: 5, by: ["caller", "header"], header: "x-a" }],
  [{ limit: 1, match: { models: ["x/*"] } }],
])("%j is fine", (limit) => {
  expect(faults(limit)).toEqual([]);
});

test.each([
  [{}, "unit", "needs `limit`"],
  [{ limit: 1, name: "A b" }, "name", "lower-case"],
  [{ unit: "cost", match: { models: ["x/*"] } }, "unit", "limit_usd"],
  [{ unit: "cost", limit: 1, limit_usd: 1, match: { models: ["x/*"] } }, "limit", "limit_usd"],
  [{ limit: 1, limit_usd: 1 }, "limit_usd", "no effect"],
  [{ limit: 1, burst: 2 }, "burst", "token_bucket"],
  [{ limit: 1, unit: "concurrency", algorithm: "token_bucket" }, "algorithm", "no effect"],
  [{ limit: 1, by: ["header"] }, "by", "go together"],
  [{ limit: 1, header: "x-a" }, "header", "go together"],
  [{ limit: 1, by: ["header"], header: "X-A" }, "header", "lower case"],
  [{ limit: 1, by: ["header"], header: "cookie" }, "header", "secret"],
  [{ limit: 1, unit: "concurrency", per: "month" }, "per", "no effect"],
  [{ limit: 1, by: ["ip", "ip"] }, "by", "twice"],
  [{ limit: 1, by: ["target"], shadow: true }, "shadow", "targets"],
  [{ limit: 2 ** 50 + 1, algorithm: "token_bucket", per: "month" }, "limit", "too fine"],
])("%j: %s", (limit, field, message) => {
  expect(faults(limit)).toEqual([{ path: ["limits", 0, field], message: expect.stringContaining(message) }]);
});

test("header names nobody sends in capitals", () => {
  expect(faults({ limit: 1, match: { headers: { "X-Plan": "free" } } })).toEqual([
    { path: ["limits", 0, "match", "headers"], message: expect.stringContaining("lower case") },
  ]);
});

test("a model no alias serves, and a name that stands twice", () => {
  expect(faults({ limit: 1 }, { limit: 1, match: { models: ["gpd"] } })).toEqual([
    { path: ["limits", 1, "match", "models", 0], message: expect.stringContaining("gpt, x/*") },
    { path: ["limits", 1, "name"], message: expect.stringContaining("twice") },
  ]);
});

test("cost of a model nobody knows the price of is warned of", () => {
  const warning = { path: ["limits", 0, "unit"], message: expect.stringContaining("own/x"), severity: "warning" };
  expect(faults({ limit_usd: 0.5, unit: "cost", per: "day" })).toEqual([warning]);
  expect(faults({ limit_usd: 0.5, unit: "cost", match: { models: ["x/*"] } })).toEqual([]);
});
