/** What the usage plugin tells clients, the log and the books of: answers of providers, and answers from a cache. */
import { GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { PluginServices } from "../../plugins/define-plugin";
import type { UsageRecord } from "../../plugins/stores/usage/record";
import { usage } from "../../plugins/usage";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  replied,
  sent,
  target,
} from "../support/exchange";
import { KEPT_EVENTS, type Kept, keptAnswer, noKeptAnswer } from "../support/kept-answer";

const JUDGED = { purpose: "cache:judge", target: target("openai", "gpt-4o"), usage: { input: 100, output: 0 } };
/** 100 tokens at 2.50 dollars a million. */
const JUDGED_NANOS = 250_000;
const UNPRICED = { ...JUDGED, target: target("openai-compatible", "own") };
const KEPT = {
  ageMs: 1234,
  target: "openai/gpt-4o",
  usage: { input: 100, output: 50, cacheRead: 40 },
  nanos: 2_000_000,
};

interface Opened {
  readonly records: UsageRecord[];
  readonly counted: Map<string, number>;
  open(inner: (exchange: Exchange) => Hooks): ReturnType<typeof openPipeline>;
}

function opened({ config = {}, books = true }: { config?: unknown; books?: boolean } = {}): Opened {
  const records: UsageRecord[] = [];
  const counted = new Map<string, number>();
  const services: PluginServices = {
    ...pluginServices,
    usage: books ? { add: (record) => void records.push(record) } : undefined,
    metrics: {
      counter:
        (name) =>
        (labels, by = 1) => {
          const key = `${name} ${Object.values(labels).join(" ")}`;
          counted.set(key, (counted.get(key) ?? 0) + by);
        },
    },
  };
  const opener = usage.open(usage.config?.parse(config), services, policyFacts);
  return {
    records,
    counted,
    open: (inner) =>
      openPipeline({
        aliases: [alias("m", [target("openai", "gpt-4o")])],
        hooks: (exchange) => [...Object.values(opener(exchange)), inner(exchange)],
        policy: { needsUsage: true },
      }),
  };
}

const ANSWER = JSON.stringify({
  id: "x",
  model: "gpt-real",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
});

async function hit(it: Opened, kept: Kept = {}, asked: Record<string, unknown> = {}) {
  const pipeline = it.open(keptAnswer({ ...kept, fact: { ...KEPT, ...kept.fact } }));
  const step = await pipeline.request(chat(asked));
  if (step.kind !== "reply") throw new Error("sent");
  const record = await pipeline.log("complete");
  return { headers: step.reply.headers, body: step.reply.body.toString(), record };
}

async function miss(it: Opened, kept: Kept = {}) {
  const pipeline = it.open(noKeptAnswer(kept));
  sent(await pipeline.request(chat()));
  const { headers } = await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER]);
  return { headers, record: await pipeline.log("complete") };
}

describe("an answer from a cache", () => {
  test("has used nothing and cost nothing, whatever its body says of the call it was made by", async () => {
    const { headers, body } = await hit(opened());
    expect(headers).toMatchObject({ "x-graft-usage": "input=0, output=0", "x-graft-cost": "0.00" });
    expect(JSON.parse(body)).toMatchObject({ usage: { prompt_tokens: 100, completion_tokens: 50 } });
  });

  test("is said to have cost what finding it did", async () => {
    const { headers } = await hit(opened(), { sideCalls: [JUDGED] });
    expect(headers).toMatchObject({ "x-graft-usage": "input=0, output=0", "x-graft-cost": "0.00025" });
    expect((await hit(opened(), { sideCalls: [JUDGED, UNPRICED] })).headers).not.toHaveProperty("x-graft-cost");
  });

  test("tells nobody who is not to be told, and streams only behind their end", async () => {
    expect((await hit(opened({ config: { headers: false } }))).headers).not.toHaveProperty("x-graft-usage");
    const silent = await hit(opened(), {}, { stream: true });
    expect(silent.headers).not.toHaveProperty("x-graft-cost");
    expect(silent.body).toMatch(/data: \[DONE\]\n\n$/);
    const { body } = await hit(opened({ config: { trailing_event: true } }), {}, { stream: true });
    expect(body).toMatch(/event: graft\.usage\ndata: \{"input_tokens":0,"output_tokens":0,"cost_usd":"0\.00"\}\n\n$/);
  });

  test("the log has what it was and what it saves", async () => {
    const { record } = await hit(opened(), { fact: { status: "semantic", similarity: 0.97 } });
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({
      cache: "semantic",
      cache_saved_usd: "0.002",
      cache_saved_tokens: 150,
      cache_age_ms: 1234,
      cache_similarity: 0.97,
    });
    expect(record).not.toHaveProperty("cost_usd");
    expect(record?.input_tokens).toBeUndefined();
    const shared = await hit(opened(), { fact: { shared: true, usage: { input: 1, output: 1 } } });
    expect(shared.record).toMatchObject({ cache: "hit", usage: "shared", cache_saved_tokens: 2 });
  });

  test("nobody knows what it saves: nothing is made up", async () => {
    const it = opened();
    const pipeline = it.open(keptAnswer());
    replied(await pipeline.request(chat()));
    const line = JSON.parse(JSON.stringify(await pipeline.log("complete"))) as object;
    expect(line).toMatchObject({ cache: "hit" });
    expect(Object.keys(line).filter((name) => name.startsWith("cache_") || name === "usage")).toEqual([]);
    expect(it.records).toEqual([expect.objectContaining({ cache: "hit", savedNanos: undefined, savedTokens: undefined })]);
  });

  test("the books have it with its model, no tokens, no cost, and what it saves", async () => {
    const it = opened();
    await hit(it);
    expect(it.records).toEqual([
      expect.objectContaining({
        cache: "hit",
        model: "gpt-real",
        alias: "m",
        target: undefined,
        attempts: 0,
        status: 200,
        tokens: expect.objectContaining({ input: 0, output: 0 }),
        usageEstimated: false,
        costNanos: 0,
        priced: "none",
        savedNanos: 2_000_000,
        savedTokens: 150,
      }),
    ]);
    expect([...it.counted]).toEqual([]);
  });

  test.each([true, false])("side calls cost, those made afterwards as well; books: %s", async (books) => {
    const it = opened({ books });
    const { record } = await hit(it, { fact: { status: "stale" }, sideCalls: [JUDGED], later: [JUDGED, UNPRICED] });
    expect(record).toMatchObject({ cache: "stale", cost_usd: "0.0005", priced: "unknown" });
    expect([...it.counted]).toEqual([
      ["graft_cost_usd_total test none", (2 * JUDGED_NANOS) / 1e9],
      ["graft_unpriced_requests_total test none", 1],
    ]);
    expect(it.records).toEqual(
      books ? [expect.objectContaining({ costNanos: 2 * JUDGED_NANOS, priced: "unknown", cache: "stale" })] : [],
    );
  });
});

describe("an answer of a provider", () => {
  test("costs what it did, the way to it included; the cache has saved nothing", async () => {
    const it = opened();
    const { headers, record } = await miss(it, { sideCalls: [JUDGED] });
    expect(headers).toMatchObject({ "x-graft-usage": "input=100, output=50", "x-graft-cost": "0.001" });
    expect(record).toMatchObject({ cache: "miss", cost_usd: "0.001", priced: "table" });
    expect(record?.["cache_saved_usd"]).toBeUndefined();
    expect(it.records).toEqual([
      expect.objectContaining({ cache: "miss", costNanos: 1_000_000, savedNanos: undefined, savedTokens: undefined }),
    ]);
  });

  test("a side call nobody knows the price of: the rest is counted, and said not to be all", async () => {
    const it = opened();
    const { headers, record } = await miss(it, { sideCalls: [UNPRICED] });
    expect(headers).toMatchObject({ "x-graft-usage": "input=100, output=50" });
    expect(headers).not.toHaveProperty("x-graft-cost");
    expect(record).toMatchObject({ cost_usd: "0.00075", priced: "unknown" });
    expect(it.records).toEqual([expect.objectContaining({ costNanos: 750_000, priced: "unknown" })]);
    expect(it.counted.get("graft_unpriced_requests_total test openai")).toBe(1);
  });

  test("in a policy without cache nothing is said of one", async () => {
    const it = opened();
    const pipeline = it.open(() => ({}));
    sent(await pipeline.request(chat()));
    await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER]);
    const line = JSON.parse(JSON.stringify(await pipeline.log("complete"))) as object;
    expect(Object.keys(line).filter((name) => name.startsWith("cache") || name === "usage")).toEqual([]);
    expect(it.records[0]?.cache).toBeUndefined();
  });
});

test("a request that was refused before anything was asked leaves a record without cost, and no cost in the log", async () => {
  const it = opened();
  const pipeline = it.open(() => ({ request: () => Promise.reject(new GraftError("content_blocked", "no")) }));
  const { headers } = replied(await pipeline.request(chat()));
  expect(headers).not.toHaveProperty("x-graft-usage");
  const record = await pipeline.log("complete");
  expect(record).not.toHaveProperty("cost_usd");
  expect(it.records).toEqual([expect.objectContaining({ status: 400, costNanos: 0, priced: "none" })]);
});

test("a stale answer after a target failed: nothing is told of usage that nobody knows, and it is a hit in the books", async () => {
  const it = opened();
  const pipeline = it.open((exchange) => ({
    request: () => void exchange.facts.add({ kind: "cache", status: "miss" }),
    rescue() {
      exchange.facts.add({ kind: "cache", status: "stale", ...KEPT });
      return { events: KEPT_EVENTS };
    },
  }));
  sent(await pipeline.request(chat()));
  await pipeline.response(503, JSON_HEADERS);
  await pipeline.end();
  const reply = await pipeline.rescue();
  expect(reply).toMatchObject({ status: 200 });
  expect(reply?.headers).not.toHaveProperty("x-graft-usage");
  const record = await pipeline.log("complete");
  expect(record).toMatchObject({ status: 200, cache: "stale", cache_saved_usd: "0.002", attempts: 1 });
  expect(it.records).toEqual([
    expect.objectContaining({ cache: "stale", savedNanos: 2_000_000, costNanos: 0, priced: "none", status: 200, attempts: 1 }),
  ]);
});
