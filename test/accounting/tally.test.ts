/** What an exchange is charged for, by how it ended. */
import { Accounting } from "../../plugins/accounting";
import { GraftError } from "../../plugins/core/errors";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Target } from "../../plugins/core/target";
import { Prices } from "../../plugins/prices";
import { loadTables } from "../../plugins/tokens/load-tables";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  SSE_HEADERS,
  sent,
  services,
  target,
} from "../support/exchange";

const { accounting } = pluginServices;
const parts = {
  estimator: services.estimator,
  outputs: services.outputs,
  prices: new Prices(),
  unknownPrice: "estimate",
} as const;
beforeAll(() => services.estimator.use(loadTables("o200k_base")));

async function asked(
  it: Record<string, unknown> = {},
  targets: readonly Target[] = [target("openai", "gpt-4o")],
): Promise<Pipeline> {
  const pipeline = openPipeline({ aliases: [alias("m", targets)], policy: { needsUsage: true } });
  sent(await pipeline.request(chat({ messages: [{ role: "user", content: "one two three four five" }], ...it })));
  return pipeline;
}

const answer = (usage: object | undefined, content = "six seven eight") =>
  JSON.stringify({
    id: "x",
    model: "g",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage,
  });
const TOLD = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
const piece = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: "x", model: "g", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;

test("the provider's word, priced: gpt-4o at 2.50 and 10 dollars for a million", async () => {
  const pipeline = await asked();
  await answerWith(pipeline, 200, JSON_HEADERS, [answer(TOLD)]);
  expect(await accounting.tally(pipeline.exchange)).toMatchObject({
    usage: { input: 100, output: 50 },
    nanos: 100 * 2500 + 50 * 10_000,
    priced: "table",
  });
});

test.each([
  ["nothing", undefined],
  ["zeros", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
])("a whole answer that says %s of usage is counted", async (_, usage) => {
  const pipeline = await asked();
  await answerWith(pipeline, 200, JSON_HEADERS, [answer(usage)]);
  // "one … five" and 7 of the message; "six seven eight".
  expect((await accounting.tally(pipeline.exchange)).usage).toEqual({ input: 12, output: 3, estimated: true });
});

test("a stream that breaks off is charged for what came, tool calls as well", async () => {
  const pipeline = await asked({ stream: true });
  await pipeline.response(200, SSE_HEADERS);
  await pipeline.chunk(Buffer.from(piece({ role: "assistant", content: "six seven" })));
  const call = { index: 0, id: "c", type: "function", function: { name: "weather", arguments: '{"city":' } };
  await pipeline.chunk(Buffer.from(piece({ tool_calls: [call] })));
  await pipeline.end(new GraftError("upstream_failed", "gone"));
  const { usage } = await accounting.tally(pipeline.exchange);
  expect(usage).toMatchObject({ input: 12, estimated: true });
  expect(usage.output).toBeGreaterThanOrEqual(5);
});

test("of a long stream the beginning is counted, and the rest taken to be like it", async () => {
  const pipeline = await asked({ stream: true });
  await pipeline.response(200, SSE_HEADERS);
  const chunk = Buffer.from(piece({ content: " word" }));
  const chunks = 5000;
  for (let at = 0; at < chunks; at += 1) await pipeline.chunk(chunk);
  const { usage } = await accounting.tally(pipeline.exchange);
  expect(usage.output).toBeGreaterThan(chunks * 0.98);
  expect(usage.output).toBeLessThan(chunks * 1.02);
});

test("a client that left before it saw anything is charged what was set aside for the answer", async () => {
  for (const begun of [false, true]) {
    const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])], policy: { needsUsage: true } });
    sent(await pipeline.request(chat({ max_tokens: 700 })));
    accounting.forecast(pipeline.exchange, target("openai", "gpt-4o"), "max");
    if (begun) await pipeline.response(200, JSON_HEADERS);
    await pipeline.log("aborted");
    expect((await accounting.tally(pipeline.exchange)).usage).toMatchObject({ output: 700, estimated: true });
  }
});

test("what the provider took and we cannot read is charged by its size", async () => {
  const pipeline = await asked({ stop: [1], messages: [{ role: "user", content: "x".repeat(4000) }] });
  await answerWith(pipeline, 200, JSON_HEADERS, [answer(undefined)]);
  const { usage } = await accounting.tally(pipeline.exchange);
  expect(usage.input).toBeGreaterThan(1000);
  expect(usage).toMatchObject({ output: 3, estimated: true });
});

test("answers that clients have cut short teach nothing of how long answers are", async () => {
  const set = async () => accounting.forecast((await asked()).exchange, target("openai", "gpt-4o"), "learned").output;
  for (let at = 0; at < 50; at += 1) {
    const pipeline = await asked({ max_tokens: 1 });
    await answerWith(pipeline, 200, JSON_HEADERS, [answer({ prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 })]);
    await accounting.tally(pipeline.exchange);
  }
  expect(await set()).toBe(4096);
});

test("a client that left before the answer, where nothing was set aside, has sent its prompt all the same", async () => {
  const pipeline = await asked();
  await pipeline.log("aborted");
  expect((await accounting.tally(pipeline.exchange)).usage).toEqual({ input: 12, output: 0, estimated: true });
});

test.each([
  ["an error from the provider", (it: Pipeline) => answerWith(it, 500, JSON_HEADERS, ["{}"])],
  ["a provider that cannot be reached", (it: Pipeline) => it.response(503, {}, new GraftError("unavailable", "refused"))],
])("%s costs nothing", async (_, end) => {
  const pipeline = await asked();
  await end(pipeline);
  expect(await accounting.tally(pipeline.exchange)).toEqual({ usage: { input: 0, output: 0 }, nanos: 0, priced: "none" });
});

test("a request that was never sent costs nothing", async () => {
  const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])] });
  expect(await accounting.tally(pipeline.exchange)).toMatchObject({ nanos: 0, priced: "none" });
});

test("the last attempt counts: what failed before it said nothing", async () => {
  const [a, b] = [target("openai", "gpt-4o"), target("openai", "gpt-4o-mini")];
  const pipeline = await asked({}, [a, b]);
  pipeline.attemptFailed(1, 503, {}, Buffer.from("{}"));
  sent(await pipeline.attempt(2));
  await answerWith(pipeline, 200, JSON_HEADERS, [answer(TOLD)]);
  expect((await accounting.tally(pipeline.exchange)).nanos).toBe(100 * 150 + 50 * 600);
});

test("side calls are paid for by the exchange, its tokens stay the answer's own", async () => {
  const pipeline = await asked();
  const { exchange } = pipeline;
  const side = target("openai", "gpt-4o");
  exchange.usage = { input: 100, output: 50 };
  exchange.finished = true;
  const alone = (await new Accounting(parts).tally(exchange)).nanos;
  exchange.sideCalls.push({ purpose: "guard:topic", target: side, usage: { input: 100, output: 50 } });
  exchange.sideCalls.push({ purpose: "guard:topic", target: side, usage: undefined });
  const both = await new Accounting(parts).tally(exchange);
  expect(both.usage).toEqual({ input: 100, output: 50 });
  expect(alone).toBeGreaterThan(0);
  expect(both.nanos).toBe((alone ?? 0) * 2);
});

test("a blocked request pays for what decided it", async () => {
  const { exchange } = openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])] });
  exchange.sideCalls.push({ purpose: "guard:topic", target: target("openai", "gpt-4o"), usage: { input: 100, output: 50 } });
  const { nanos, priced, usage } = await new Accounting(parts).tally(exchange);
  expect(usage).toEqual({ input: 0, output: 0 });
  expect(nanos).toBeGreaterThan(0);
  expect(priced).not.toBe("none");
});

describe("side calls", () => {
  const KNOWN = { purpose: "cache:judge", target: target("openai", "gpt-4o"), usage: { input: 100, output: 0 } };
  const EMBEDDING = { ...KNOWN, target: target("openai", "text-embedding-3-small"), usage: { input: 1000, output: 0 } };
  const RELATED = { ...KNOWN, target: target("openai", "text-embedding-99") };
  const UNKNOWN = { ...KNOWN, target: target("openai-compatible", "own") };
  const answered = async (...sides: readonly (typeof KNOWN)[]) => {
    const pipeline = await asked();
    pipeline.exchange.sideCalls.push(...sides);
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(TOLD)]);
    return pipeline.exchange;
  };
  const OWN = 100 * 2500 + 50 * 10_000;

  test.each([
    ["embeddings, 2 cents for a million", [EMBEDDING], OWN + 1000 * 20, "table"],
    ["one with relatives", [KNOWN, RELATED], undefined, "estimated"],
    ["one that nobody knows the price of: the rest counts", [UNKNOWN, KNOWN], OWN + 100 * 2500, "unknown"],
  ])("%s", async (_, sides, nanos, priced) => {
    const exchange = await answered(...sides);
    const tally = await new Accounting(parts).tally(exchange);
    expect(tally).toMatchObject({ usage: { input: 100, output: 50 }, nanos: nanos ?? expect.any(Number), priced });
    expect(tally.nanos).toBeGreaterThan(OWN);
    expect(new Accounting(parts).told(exchange)).toEqual(tally);
  });

  test("what is told includes those that were made since it was told last", async () => {
    const it = new Accounting(parts);
    const exchange = await answered();
    expect(it.told(exchange)?.nanos).toBe(OWN);
    exchange.sideCalls.push(KNOWN);
    expect(it.told(exchange)?.nanos).toBe(OWN + 100 * 2500);
  });

  test("an exchange for which no provider was asked costs those", async () => {
    const { exchange } = openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])] });
    const it = new Accounting(parts);
    expect(it.told(exchange)).toEqual({ usage: { input: 0, output: 0 }, nanos: 0, priced: "none" });
    exchange.sideCalls.push(EMBEDDING);
    expect(it.told(exchange)?.nanos).toBe(1000 * 20);
    exchange.sideCalls.push(KNOWN);
    expect(await it.tally(exchange)).toMatchObject({ nanos: 1000 * 20 + 100 * 2500, priced: "table" });
  });

  test("of one call alone", async () => {
    const { exchange } = openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])] });
    const it = new Accounting(parts);
    expect([KNOWN, UNKNOWN].map((call) => it.cost(exchange, call.target, call.usage))).toEqual([100 * 2500, undefined]);
    expect([KNOWN, RELATED, UNKNOWN].map((call) => it.knowsPrice(exchange, call.target))).toEqual([true, true, false]);
    expect(new Accounting({ ...parts, unknownPrice: "block" }).knowsPrice(exchange, RELATED.target)).toBe(false);
  });
});
