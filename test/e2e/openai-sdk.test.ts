/** The official OpenAI SDK through the real Envoy, answered in three wire formats. */
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { PASS_THROUGH, PROVIDERS, threeProviders } from "./support/providers";
import { Stack } from "./support/stack";

let upstream: FakeUpstream;
let stack: Stack;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startFakeUpstream({ pauseMs: 5 });
  stack = await Stack.start({
    config: `${threeProviders(upstream)}\npolicies:\n  default:\n    models:\n      - { name: named, targets: [{ provider: openai, model: demo }] }\n${PASS_THROUGH}`,
  });
  client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: "sk-client", maxRetries: 0 });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

describe.each(PROVIDERS)("%s", (provider) => {
  // What a Claude model accepts goes by its generation.
  const model = provider === "anthropic" ? "anthropic/claude-sonnet-4-5" : `${provider}/demo`;

  test("chat", async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: "system", content: "be kind" },
        { role: "user", content: "héllo 世界" },
      ],
    });
    expect(answer.object).toBe("chat.completion");
    expect(answer.choices[0]).toMatchObject({
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: expect.stringContaining("héllo 世界") },
    });
    expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  });

  test.each([true, false])("stream, include_usage %s", async (include_usage) => {
    const stream = await client.chat.completions.create({
      model,
      stream: true,
      stream_options: { include_usage },
      messages: [{ role: "user", content: "count with me" }],
    });
    let text = "";
    const finishes: unknown[] = [];
    const usages: unknown[] = [];
    let chunks = 0;
    for await (const chunk of stream) {
      chunks += 1;
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
      if (chunk.usage) usages.push([chunk.choices.length, chunk.usage.completion_tokens > 0]);
    }
    expect(text).toContain("count with me");
    expect(chunks).toBeGreaterThan(5);
    expect(finishes).toEqual(["stop"]);
    expect(usages).toEqual(include_usage ? [[0, true]] : []);
  });

  test.each([true, false])("tools, parallel, stream %s", async (stream) => {
    const request = { model, tools: [WEATHER], messages: [{ role: "user" as const, content: "weather in Paris and Rome" }] };
    const answer = stream
      ? await client.chat.completions.stream({ ...request, stream: true }).finalChatCompletion()
      : await client.chat.completions.create(request);
    const calls = answer.choices[0]?.message.tool_calls ?? [];
    expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
    expect(calls.length).toBeGreaterThanOrEqual(1);
    expect(new Set(calls.map((call) => call.id)).size).toBe(calls.length);
    for (const call of calls) {
      if (call.type !== "function") throw new Error(call.type);
      expect(call.function.name).toBe("get_weather");
      expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String) });
    }
  });

  test("runTools: calls, results and the final answer", async () => {
    const seen: string[] = [];
    const runner = client.chat.completions.runTools({
      model,
      messages: [{ role: "user", content: "weather in Paris" }],
      tools: [
        {
          type: "function",
          function: {
            ...WEATHER.function,
            parse: JSON.parse,
            function: ({ city }: { city: string }) => {
              seen.push(city);
              return "22 degrees";
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toContain("22 degrees");
    expect(seen).toHaveLength(1);
  });

  test("parse: structured output", async () => {
    const shape = z.object({ name: z.string(), age: z.number() });
    const answer = await client.chat.completions.parse({
      model,
      messages: [{ role: "user", content: "a person" }],
      response_format: zodResponseFormat(shape, "person"),
    });
    expect(shape.safeParse(answer.choices[0]?.message.parsed).success).toBe(true);
  });

  test("abort cancels the call at the provider", async () => {
    const before = upstream.requests.length;
    const stream = await client.chat.completions.create({
      model: `${provider}/do-hang-mid-stream-3`,
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    });
    for await (const _chunk of stream) break;
    stream.controller.abort();
    await upstream.requests[before]?.finished;
    expect(upstream.requests[before]?.aborted).toBe(true);
  });

  test("429 comes with its retry time, and the SDK waits and tries again", async () => {
    const error = await client.chat.completions
      .create({ model: `${provider}/do-429`, messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect((error as InstanceType<typeof OpenAI.RateLimitError>).headers.get("retry-after")).toBe("2");
    upstream.script({
      do: "canned",
      status: 429,
      headers: { "content-type": "application/json", "retry-after-ms": "20" },
      pieces: [`{"error":{"message":"slow down"}}`],
    });
    const patient = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: "k", maxRetries: 2 });
    expect(
      (await patient.chat.completions.create({ model, messages: [{ role: "user", content: "again" }] })).choices,
    ).toHaveLength(1);
  });

  test.each([
    ["do-503", OpenAI.InternalServerError, 503],
    ["do-529", OpenAI.InternalServerError, 503],
    ["do-bad-key", OpenAI.InternalServerError, 502],
    ["do-html-error", OpenAI.InternalServerError, 502],
    ["do-empty-error", OpenAI.InternalServerError, 502],
    ["do-context-length", OpenAI.BadRequestError, 400],
    ["do-garbage-json", OpenAI.InternalServerError, 502],
  ])("%s is the right SDK error", async (failing, type, status) => {
    const error = await client.chat.completions
      .create({ model: `${provider}/${failing}`, messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, message: expect.stringMatching(/\w/) });
    if (failing === "do-context-length") expect(error).toMatchObject({ code: "context_length_exceeded" });
    expect(String(error)).not.toContain("<html");
  });

  test("an error in mid-stream reaches the SDK as an error, never as a clean end", async () => {
    const stream = await client.chat.completions.create({
      model: `${provider}/do-error-event`,
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    });
    const read = async (): Promise<void> => {
      for await (const _chunk of stream);
    };
    await expect(read()).rejects.toThrow();
  });
});

test("models: list and one", async () => {
  const listed = await client.models.list();
  expect(listed.data.map((model) => model.id)).toEqual(["named"]);
  expect(await client.models.retrieve("named")).toMatchObject({ id: "named", object: "model", owned_by: "openai" });
  expect(await client.models.retrieve("openai/gpt-4o")).toMatchObject({ id: "openai/gpt-4o" });
  await expect(client.models.retrieve("nope")).rejects.toThrow(OpenAI.NotFoundError);
});
