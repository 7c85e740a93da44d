import { type ErrorKind, type ErrorOptions, GraftError } from "../../plugins/core/errors";
import type { Attempt } from "../../plugins/core/exchange";
import { blamesKey, noteFailure } from "../../plugins/core/note-failure";
import type { Target } from "../../plugins/core/target";
import { alias, chat, clock, openPipeline, sent, target } from "../support/exchange";

const error = (kind: ErrorKind, options: ErrorOptions = {}) => new GraftError(kind, "no", options);

async function attemptAt(it: Target) {
  const pipeline = openPipeline({ aliases: [alias("m", [it])] });
  const { attempt } = sent(await pipeline.request(chat()));
  const facts = () => pipeline.exchange.facts.all.map(({ kind }) => kind);
  return { attempt, exchange: pipeline.exchange, facts };
}

async function noted(it: Target, status: number, failure: GraftError) {
  const { attempt, exchange, facts } = await attemptAt(it);
  noteFailure(exchange, attempt, status, failure);
  return { attempt, exchange, facts: facts() };
}

const admits = ({ provider, model }: Target): boolean => provider.health.admits(model);

test("a failure is a fact, with its reason only where there is no status", async () => {
  const { exchange, attempt } = await attemptAt(target("openai", "x"));
  noteFailure(exchange, attempt, 503, error("upstream_busy"));
  expect(exchange.facts.of("attempt-failed")).toEqual([{ kind: "attempt-failed", target: "openai/x", status: 503 }]);
  expect(attempt.status).toBe(503);
  const died = await noted(target("openai", "x"), 0, error("timeout"));
  expect(died.exchange.facts.of("attempt-failed")).toEqual([
    { kind: "attempt-failed", target: "openai/x", status: 0, error: "timeout" },
  ]);
});

test.each([
  [0, error("unavailable")],
  [503, error("upstream_busy")],
])("told twice, it counts once (status %i)", async (status, failure) => {
  const it = target("openai", "x");
  const { exchange, attempt, facts } = await attemptAt(it);
  for (let times = 0; times < 20; times += 1) noteFailure(exchange, attempt, status, failure);
  expect(facts()).toEqual(["attempt-failed"]);
  expect(admits(it)).toBe(true);
});

test("an answer that had begun and broke off counts", async () => {
  const { exchange, attempt, facts } = await attemptAt(target("openai", "x"));
  attempt.status = 200;
  noteFailure(exchange, attempt, 0, error("upstream_failed"));
  expect(facts()).toEqual(["attempt-failed"]);
  expect(attempt.status).toBe(0);
});

describe("keys", () => {
  test.each<readonly [string, number, GraftError, boolean]>([
    ["401", 401, error("upstream_auth"), true],
    ["400 that means the key (Gemini)", 400, error("upstream_auth"), true],
    ["429", 429, error("rate_limited"), true],
    ["a limit told in a stream", 0, error("rate_limited"), true],
    ["a wrong key told in a stream", 0, error("upstream_auth"), true],
    ["an overload", 503, error("upstream_busy"), false],
    ["an overload with a time", 503, error("upstream_busy", { retryAfterMs: 1000 }), false],
    ["no answer", 0, error("unavailable"), false],
    ["a wrong request", 400, error("bad_request"), false],
  ])("%s", async (_name, status, failure, rests) => {
    const it = target("openai", "x", { keys: ["a", "b"] });
    const { facts } = await noted(it, status, failure);
    expect(facts.includes("key-cooling")).toBe(rests);
    // The other key does not rest, and is the next one; the one at rest does not come back in its turn.
    const keys = [1, 2, 3].map(() => it.provider.keys.pick()?.key);
    expect(keys).toEqual(rests ? ["b", "b", "b"] : ["b", "a", "b"]);
  });

  test("a key rests as long as the provider says", async () => {
    const it = target("openai", "x", { keys: ["a"] });
    const { exchange } = await noted(it, 429, error("rate_limited", { retryAfterMs: 7000 }));
    expect(exchange.facts.of("key-cooling")).toEqual([
      { kind: "key-cooling", provider: "openai", keyIndex: 0, untilMs: clock.now() + 7000 },
    ]);
  });

  test("a provider without keys has none to rest", async () => {
    expect((await noted(target("openai", "x", { keys: [] }), 429, error("rate_limited"))).facts).toEqual(["attempt-failed"]);
  });
});

describe("the target", () => {
  const tenTimes = async (it: Target, status: number, failure: GraftError): Promise<void> => {
    for (let times = 0; times < 10; times += 1) await noted(it, status, failure);
  };

  test.each<readonly [string, number, GraftError]>([
    ["no answer", 0, error("unavailable")],
    ["an overload", 503, error("upstream_busy")],
    ["a limit on its only key", 429, error("rate_limited")],
  ])("rests after %s too often", async (_name, status, failure) => {
    const it = target("openai", "x");
    await tenTimes(it, status, failure);
    expect(admits(it)).toBe(false);
  });

  test.each<readonly [string, number, GraftError]>([
    ["a wrong request", 400, error("bad_request")],
    ["a prompt that is too long", 400, error("context_length")],
    ["what is our own fault", 0, error("internal")],
  ])("does not rest after %s", async (_name, status, failure) => {
    const it = target("openai", "x");
    await tenTimes(it, status, failure);
    expect(admits(it)).toBe(true);
  });

  test.each([429, 401])("does not rest while another key is left (%i)", async (status) => {
    const it = target("openai", "x", { keys: ["a", "b"] });
    const kind = status === 429 ? "rate_limited" : "upstream_auth";
    const { facts } = await noted(it, status, error(kind, { retryAfterMs: 5000 }));
    expect(facts).not.toContain("target-resting");
    expect(admits(it)).toBe(true);
    const last = await noted(it, status, error(kind, { retryAfterMs: 5000 }));
    expect(last.facts).toContain("target-resting");
    expect(admits(it)).toBe(false);
  });

  test("rests at once, and as long as it asks, and says so", async () => {
    const it = target("openai", "x");
    const { exchange } = await noted(it, 503, error("upstream_busy", { retryAfterMs: 5000 }));
    expect(exchange.facts.of("target-resting")).toEqual([{ kind: "target-resting", target: "openai/x", ms: 5000 }]);
    expect(admits(it)).toBe(false);
    clock.advance(5000);
    expect(admits(it)).toBe(true);
  });

  test("only an answer ends its rest: our own fault is none", async () => {
    const it = target("openai", "x");
    await noted(it, 503, error("upstream_busy", { retryAfterMs: 60_000 }));
    await noted(it, 0, error("internal"));
    expect(admits(it)).toBe(false);
    await noted(it, 400, error("bad_request"));
    expect(admits(it)).toBe(true);
  });
});

test("an attempt of an exchange that is unknown to health is no special case", async () => {
  const { exchange } = await attemptAt(target("openai", "x"));
  const stranger: Attempt = { number: 9, target: target("gemini", "y"), keyIndex: 99, passThrough: false, dropped: [] };
  noteFailure(exchange, stranger, 429, error("rate_limited"));
  expect(exchange.facts.all.map(({ kind }) => kind)).toEqual(["attempt-failed"]);
});

test("which failures blame the key", () => {
  expect((["rate_limited", "upstream_auth"] as const).every((kind) => blamesKey(error(kind)))).toBe(true);
  expect((["upstream_busy", "unavailable", "bad_request"] as const).some((kind) => blamesKey(error(kind)))).toBe(false);
});

test("a limit of our own is a fact, and says nothing about the target", async () => {
  const it = target("openai", "x");
  for (let times = 0; times < 20; times += 1) {
    const { facts } = await noted(it, 0, error("upstream_busy", { ours: true }));
    expect(facts).toEqual(["attempt-failed"]);
  }
  expect(admits(it)).toBe(true);
  for (let times = 0; times < 20; times += 1) await noted(it, 0, error("upstream_busy"));
  expect(admits(it)).toBe(false);
});
