/** What a host that drives attempts itself relies on: the next try, failures told to the pipeline, and nothing left of the try before. */
import { GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { Target } from "../../plugins/core/target";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, replied, SSE_HEADERS, sent, target } from "../support/exchange";

const ANSWER = JSON.stringify({
  model: "gpt-real",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
});
const DIED = new GraftError("unavailable", "gone");
const two = (): readonly [Target, Target] => [target("openai", "a"), target("anthropic", "b")];
const admits = ({ provider, model }: Target): boolean => provider.health.admits(model);
const opened = (targets: readonly Target[], hooks?: (exchange: Exchange) => readonly Hooks[]) =>
  openPipeline({ aliases: [alias("m", targets)], ...(hooks === undefined ? {} : { hooks }) });

describe("attempt", () => {
  test("is the plan's by its number, the host's own choice where it has one, and the last one beyond the plan", async () => {
    const [a, b] = two();
    const pipeline = opened([a, b]);
    const first = sent(await pipeline.request(chat()));
    expect([first.attempt.target, first.plan.targets]).toEqual([a, [a, b]]);
    expect(sent(await pipeline.attempt(2)).attempt.target).toBe(b);
    expect(sent(await pipeline.attempt(3)).attempt.target).toBe(b);
    const chosen = sent(await pipeline.attempt(4, a));
    expect(chosen.attempt).toMatchObject({ number: 4, target: a });
    expect(chosen.request.authority).toBe("openai.test");
    expect(pipeline.exchange.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  test("each has its own key, and nothing of another provider's", async () => {
    const [a, b] = two();
    const pipeline = opened([a, b]);
    sent(await pipeline.request(chat()));
    const { request } = sent(await pipeline.attempt(2, b));
    expect(request.headers["x-api-key"]).toBe("sk-anthropic");
    expect(JSON.stringify(request)).not.toContain("sk-openai");
  });

  test("nothing of the answer before is left in the record of an exchange that ends in the middle of the next one", async () => {
    const [a, b] = two();
    const pipeline = opened([a, b]);
    sent(await pipeline.request(chat()));
    await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER.replace("Hello", "x"), "garbage"]);
    expect(pipeline.exchange.error?.kind).toBe("upstream_invalid");
    pipeline.attemptDied(1, DIED);
    sent(await pipeline.attempt(2, b));
    expect([pipeline.exchange.error, pipeline.exchange.model, pipeline.exchange.usage]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(pipeline.closed).toBe(false);
    expect(await pipeline.log("aborted")).toMatchObject({
      outcome: "aborted",
      status: 0,
      error: undefined,
      model: undefined,
      input_tokens: undefined,
      first_byte_ms: undefined,
      target: "anthropic/b",
      attempts: 2,
    });
  });

  test("is not begun for a client that is gone", async () => {
    const pipeline = opened(two());
    sent(await pipeline.request(chat()));
    await pipeline.log("aborted");
    expect(replied(await pipeline.attempt(2)).status).toBe(499);
  });

  test("without a request before it is an error, not a crash", async () => {
    expect(replied(await opened(two()).attempt(1)).status).toBe(500);
  });

  test("runs the attempt hooks, and a hook that throws ends the exchange", async () => {
    const seen: number[] = [];
    const hooks = (): Hooks[] => [
      {
        attempt({ number }) {
          seen.push(number);
          if (number === 2) throw new GraftError("over_budget", "no more");
        },
      },
    ];
    const pipeline = opened(two(), hooks);
    sent(await pipeline.request(chat()));
    expect(replied(await pipeline.attempt(2)).status).toBe(429);
    expect(seen).toEqual([1, 2]);
  });
});

describe("what became of an attempt", () => {
  test("attemptFailed reads the error's body: it may blame the key", async () => {
    const a = target("gemini", "a", { keys: ["x", "y"] });
    const pipeline = opened([a, a]);
    sent(await pipeline.request(chat()));
    const body = { error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT" } };
    pipeline.attemptFailed(1, 400, JSON_HEADERS, Buffer.from(JSON.stringify(body)));
    expect(pipeline.exchange.facts.of("key-cooling")).toHaveLength(1);
    expect(sent(await pipeline.attempt(2, a)).request.headers["x-goog-api-key"]).toBe("y");
  });

  test("of an attempt that never was, nothing is noted", async () => {
    const pipeline = opened(two());
    sent(await pipeline.request(chat()));
    pipeline.attemptDied(7, DIED);
    pipeline.attemptFailed(7, 503, {});
    expect(pipeline.exchange.facts.of("attempt-failed")).toEqual([]);
  });

  test("told before the last answer is shown, it counts once", async () => {
    const [a] = two();
    const pipeline = opened([a]);
    sent(await pipeline.request(chat()));
    pipeline.attemptFailed(1, 503, {}, Buffer.from("{}"));
    const { status } = await answerWith(pipeline, 503, JSON_HEADERS, ["{}"]);
    expect(status).toBe(503);
    expect(pipeline.exchange.facts.of("attempt-failed")).toHaveLength(1);
  });

  test("a host that retries by itself says nothing, and that it goes on says enough", async () => {
    const [a, b] = two();
    for (let times = 0; times < 10; times += 1) {
      const pipeline = opened([a, b]);
      sent(await pipeline.request(chat()));
      await pipeline.attempt(2);
    }
    expect([admits(a), admits(b)]).toEqual([false, true]);
  });
});

describe("what speaks for a target at rest", () => {
  const resting = async (): Promise<{ a: Target; pipeline: ReturnType<typeof opened> }> => {
    const [a] = two();
    a.provider.health.rest("a", 60_000);
    const pipeline = opened([a]);
    sent(await pipeline.request(chat()));
    return { a, pipeline };
  };

  test("a whole answer, when it is complete", async () => {
    const { a, pipeline } = await resting();
    await pipeline.response(200, JSON_HEADERS);
    await pipeline.chunk(Buffer.from(ANSWER));
    expect(admits(a)).toBe(false);
    await pipeline.end();
    expect(admits(a)).toBe(true);
  });

  test.each([
    ["garbage", "garbage"],
    ["an error", JSON.stringify({ error: { message: "busy", code: 503 } })],
  ])("not %s with status 200", async (_name, body) => {
    const { a, pipeline } = await resting();
    await answerWith(pipeline, 200, JSON_HEADERS, [body]);
    expect(admits(a)).toBe(false);
  });

  test("not an answer that breaks off", async () => {
    const { a, pipeline } = await resting();
    await pipeline.response(200, JSON_HEADERS);
    await pipeline.end(DIED);
    expect(admits(a)).toBe(false);
  });

  test("a stream, when it begins", async () => {
    const [a] = two();
    a.provider.health.rest("a", 60_000);
    const pipeline = opened([a]);
    sent(await pipeline.request(chat({ stream: true })));
    await pipeline.response(200, SSE_HEADERS);
    expect(admits(a)).toBe(true);
  });
});

describe("scout", () => {
  const scoutOf = async (stream: boolean, status: number, headers: Readonly<Record<string, string>>) => {
    const pipeline = opened(two());
    sent(await pipeline.request(chat({ stream })));
    return pipeline.scout(status, headers);
  };

  test("reads streams that a client asked for", async () => {
    expect(await scoutOf(true, 200, { "content-type": "TEXT/event-stream; charset=utf-8" })).toBeDefined();
  });

  test.each([
    [false, 200, SSE_HEADERS],
    [true, 200, JSON_HEADERS],
    [true, 200, {}],
    [true, 503, SSE_HEADERS],
    [true, 302, SSE_HEADERS],
    [true, 200, { ...SSE_HEADERS, "content-encoding": "gzip" }],
  ])("reads nothing else (asked for a stream: %p, %i %j)", async (stream, status, headers) => {
    expect(await scoutOf(stream, status, headers)).toBeUndefined();
  });

  test("reads nothing before there was an attempt", () => {
    expect(opened(two()).scout(200, SSE_HEADERS)).toBeUndefined();
  });
});

test("errorEvent is an error in the client's dialect, and no end mark follows it", async () => {
  const pipeline = opened(two());
  sent(await pipeline.request(chat({ stream: true })));
  const text = pipeline.errorEvent(DIED).toString();
  expect(JSON.parse(text.replace(/^data: /, ""))).toMatchObject({ error: { message: "gone", code: "unavailable" } });
  expect(text.endsWith("\n\n")).toBe(true);
  expect(text).not.toContain("[DONE]");
});
