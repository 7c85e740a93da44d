/** Providers that answer rightly under a wrong name, and failures that are told twice. */
import { alias, answerWith, chat, openPipeline, sent, target } from "../support/exchange";

const ANSWER = {
  object: "chat.completion",
  model: "gpt-x",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
};
const MESSAGE = {
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
};
const STREAM = [
  `data: {"object":"chat.completion.chunk","model":"gpt-x","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n`,
  "data: [DONE]\n\n",
];
const openai = () => alias("m", [target("openai", "gpt-x")]);

test.each([
  ["openai", ANSWER],
  ["anthropic", MESSAGE],
])("JSON under any other name is called JSON to the client (%s)", async (kind, answer) => {
  for (const headers of [{ "content-type": "text/plain; charset=utf-8" }, {}]) {
    const pipeline = openPipeline({ aliases: [alias("m", [target(kind, "x")])] });
    sent(await pipeline.request(chat()));
    const seen = await answerWith(pipeline, 200, headers, [JSON.stringify(answer)]);
    expect(seen.status).toBe(200);
    expect(seen.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(seen.text)).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
  }
});

test("JSON under its own name keeps it", async () => {
  const pipeline = openPipeline({ aliases: [openai()] });
  sent(await pipeline.request(chat()));
  const { head } = await answerWith(pipeline, 200, { "content-type": "application/json; charset=utf-8" }, [
    JSON.stringify(ANSWER),
  ]);
  expect(head.set).not.toHaveProperty("content-type");
});

test.each(["", ": comment\n\n", "event: x\n", "id: 1\n", "retry: 5\n"])(
  "an event stream under another name, starting with %j",
  async (start) => {
    const pipeline = openPipeline({ aliases: [openai()] });
    sent(await pipeline.request(chat({ stream: true })));
    const seen = await answerWith(pipeline, 200, { "content-type": "text/plain" }, [start, ...STREAM]);
    expect(seen.status).toBe(200);
    expect(seen.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(seen.text).toContain('"content":"Hello"');
    expect(seen.text.endsWith("data: [DONE]\n\n")).toBe(true);
  },
);

test.each(["database is down", "idle", "<html>data: x"])("a text that is no event stream stays an error: %s", async (text) => {
  const pipeline = openPipeline({ aliases: [openai()] });
  sent(await pipeline.request(chat({ stream: true })));
  expect((await answerWith(pipeline, 200, { "content-type": "text/plain" }, [text])).status).toBe(502);
});

test("a failed attempt is one fact, whether it is told once, twice or as the answer as well", async () => {
  const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "gpt-x"), target("anthropic", "claude-x")])] });
  sent(await pipeline.request(chat()));
  pipeline.attemptFailed(1, 429, { "retry-after": "7" });
  pipeline.attemptFailed(1, 429, { "retry-after": "7" });
  pipeline.attemptFailed(5, 429, {});
  sent(await pipeline.attempt(2));
  pipeline.attemptFailed(2, 401, {});
  const seen = await answerWith(pipeline, 401, {}, ["{}"]);
  expect(seen.status).toBe(502);
  expect((await pipeline.log("aborted"))?.facts).toEqual([
    { kind: "attempt-failed", target: "openai/gpt-x", status: 429 },
    { kind: "key-cooling", provider: "openai", keyIndex: 0, untilMs: expect.any(Number) },
    { kind: "target-resting", target: "openai/gpt-x", ms: 7000 },
    { kind: "attempt-failed", target: "anthropic/claude-x", status: 401 },
    { kind: "key-cooling", provider: "anthropic", keyIndex: 0, untilMs: expect.any(Number) },
  ]);
});
