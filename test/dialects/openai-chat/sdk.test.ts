/** The official client library reads what we write: its accumulators are stricter than its types. */
import OpenAI from "openai";
import { GraftError } from "../../../plugins/core/errors";
import type { ChatEvent } from "../../../plugins/core/events";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { answer, context, START, stream } from "./answer";

const events: ChatEvent[] = [
  ...answer(
    [
      [{ kind: "reasoning", provider: "anthropic", extra: { id: "1" } }, "hm", "m"],
      [{ kind: "text" }, "Hel", "lo"],
      [{ kind: "tool-call", id: "call_1", name: "f" }, '{"a":', "1}"],
      [{ kind: "tool-call", id: "call_2", name: "g" }],
    ],
    "tool-calls",
  ),
  { type: "usage", usage: { input: 1, output: 2 } },
];

function client(status: number, headers: Record<string, string>, body: string): OpenAI {
  const fetch = async (): Promise<Response> => new Response(body, { status, headers });
  return new OpenAI({ apiKey: "x", baseURL: "http://localhost/v1", fetch, maxRetries: 0 });
}

const REQUEST = { model: "m", messages: [{ role: "user" as const, content: "hi" }] };
const CALLS = [
  { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
  { id: "call_2", type: "function", function: { name: "g", arguments: "{}" } },
];

it("streams", async () => {
  const sent = client(200, { "content-type": "text/event-stream" }, stream(events, { includeUsage: true }));
  const completion = await sent.chat.completions.stream(REQUEST).finalChatCompletion();
  const { message, finish_reason } = completion.choices[0]!;
  expect(message.content).toBe("Hello");
  expect(message.tool_calls).toMatchObject(CALLS);
  expect(message).toHaveProperty("reasoning_details", [
    { type: "reasoning.text", text: "hmm", format: "anthropic-claude-v1", index: 0, id: "1" },
  ]);
  expect(finish_reason).toBe("tool_calls");
  expect(completion.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
});

it("whole answers", async () => {
  const sent = client(200, { "content-type": "application/json" }, openaiChat.encodeResponse([START, ...events], context()));
  const completion = await sent.chat.completions.create(REQUEST);
  expect(completion.choices[0]?.message).toMatchObject({ content: "Hello", tool_calls: CALLS });
});

it("a stream that fails halfway throws the typed error", async () => {
  const error: ChatEvent = { type: "error", error: new GraftError("upstream_failed", "gone") };
  const sent = client(
    200,
    { "content-type": "text/event-stream" },
    stream([...answer([[{ kind: "text" }, "a"]]).slice(0, 2), error]),
  );
  const chunks = await sent.chat.completions.create({ ...REQUEST, stream: true });
  const read = async (): Promise<string> => {
    let text = "";
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? "";
    return text;
  };
  await expect(read()).rejects.toMatchObject({ error: { message: "gone", code: "upstream_error" } });
});

it("errors", async () => {
  const { headers, body } = openaiChat.encodeError(new GraftError("rate_limited", "slow down", { retryAfterMs: 1000 }));
  const asked = client(429, { ...headers }, body).chat.completions.create(REQUEST);
  await expect(asked).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  await expect(asked).rejects.toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
});
