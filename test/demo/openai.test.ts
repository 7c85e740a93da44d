/** The official SDK pointed straight at the demo provider, and what OpenAI refuses. */
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { useDemo, WEATHER } from "./support";

const demo = useDemo({ requireKey: "sk-demo" });
const client = (apiKey = "sk-demo"): OpenAI => new OpenAI({ apiKey, baseURL: `${demo.url}/v1`, maxRetries: 0 });
const user = { role: "user" as const, content: "What is the weather in Paris and Rome?" };
const tool = { type: "function" as const, function: { name: "get_weather", parameters: WEATHER, strict: true } };

describe("the SDK", () => {
  test("a whole answer, with usage", async () => {
    const messages = [{ role: "developer" as const, content: "Be brief." }, user];
    const { data, response } = await client().chat.completions.create({ model: "gpt-demo", messages }).withResponse();
    expect(response.headers.get("content-length")).not.toBeNull();
    expect(data).toMatchObject({ object: "chat.completion", model: "gpt-demo", created: 1_700_000_000 });
    const [choice] = data.choices;
    expect(choice).toMatchObject({ index: 0, finish_reason: "stop" });
    expect(choice?.message.content).toBe(
      "Hello from the demo provider speaking OpenAI's wire format as gpt-demo. " +
        `My instructions: "Be brief.". You said: "${user.content}".`,
    );
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0));
    expect(data.usage?.prompt_tokens).toBe(10);
  });

  test("a stream gives the same text; usage only when asked for", async () => {
    const whole = await client().chat.completions.create({ model: "gpt-demo", messages: [user] });
    for (const include_usage of [true, false]) {
      const stream = await client().chat.completions.create({
        model: "gpt-demo",
        messages: [user],
        stream: true,
        stream_options: { include_usage },
      });
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(whole.choices[0]?.message.content);
      expect(chunks.filter((chunk) => chunk.usage)).toHaveLength(include_usage ? 1 : 0);
      if (include_usage) expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    }
  });

  test("parallel tool calls, streamed in pieces", async () => {
    const stream = client().chat.completions.stream({ model: "gpt-demo", messages: [user], tools: [tool] });
    const completion = await stream.finalChatCompletion();
    const [choice] = completion.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    expect(choice?.message.content).toBe("Let me ask get_weather.");
    const calls = (choice?.message.tool_calls ?? []).map((call) => (call.type === "function" ? call.function : undefined));
    expect(calls.map((call) => JSON.parse(call?.arguments ?? ""))).toEqual([
      { city: "Paris", unit: "celsius" },
      { city: "Rome", unit: "celsius" },
    ]);
    expect(new Set(choice?.message.tool_calls?.map((call) => call.id)).size).toBe(2);
  });

  test("runTools goes round once and quotes the results", async () => {
    const asked: unknown[] = [];
    const runner = client().chat.completions.runTools({
      model: "gpt-demo",
      messages: [user],
      tools: [
        {
          type: "function",
          function: {
            name: "get_weather",
            description: "The weather of a city",
            parameters: { type: "object", properties: { city: { type: "string" } } },
            parse: JSON.parse,
            function: (args: { city: string }) => {
              asked.push(args);
              return `sunny in ${args.city}`;
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toContain('answered: "sunny in Paris". The tool get_weather answered: "sunny in Rome".');
    expect(asked).toEqual([{ city: "Paris" }, { city: "Rome" }]);
  });

  test("parse", async () => {
    const format = zodResponseFormat(z.object({ name: z.string(), ages: z.array(z.int()) }), "person");
    const completion = await client().chat.completions.parse({ model: "gpt-demo", messages: [user], response_format: format });
    expect(completion.choices[0]?.message.parsed).toEqual({ name: "demo name", ages: [1] });
  });

  test("several choices arrive mixed", async () => {
    const stream = await client().chat.completions.create({ model: "gpt-demo", messages: [user], n: 2, stream: true });
    const texts = ["", ""];
    const order: number[] = [];
    for await (const { choices } of stream) {
      const [choice] = choices;
      if (choice === undefined) continue;
      order.push(choice.index);
      texts[choice.index] += choice.delta.content ?? "";
    }
    expect(order.slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(texts[1]).toContain("This is choice 2.");
    const whole = await client().chat.completions.create({ model: "gpt-demo", messages: [user], n: 2 });
    expect(whole.choices.map((choice) => choice.message.content)).toEqual(texts);
  });

  test("max tokens, stop, reasoning tokens, media", async () => {
    const ask = async (changes: object) =>
      await client().chat.completions.create({ model: "gpt-demo", messages: [user], ...changes, stream: false });
    expect((await ask({ max_tokens: 2 })).choices[0]).toMatchObject({
      finish_reason: "length",
      message: { content: "Hello from " },
    });
    expect((await ask({ stop: " from" })).choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Hello" } });
    expect((await ask({ reasoning_effort: "high" })).usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
    const content = [
      { type: "text", text: "Look" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
    ];
    expect((await ask({ messages: [{ role: "user", content }] })).choices[0]?.message.content).toContain(
      "You sent: image, audio, file.",
    );
    const forced = await ask({
      tools: [tool],
      tool_choice: { type: "function", function: { name: "get_weather" } },
      parallel_tool_calls: false,
    });
    expect(forced.choices[0]?.message).toMatchObject({ content: null, tool_calls: [{ function: { name: "get_weather" } }] });
  });

  test("its error classes", async () => {
    const ask = (model: string, key?: string) => client(key).chat.completions.create({ model, messages: [user] });
    await expect(ask("gpt-demo", "wrong")).rejects.toThrow(OpenAI.AuthenticationError);
    await expect(ask("demo-down")).rejects.toThrow(OpenAI.InternalServerError);
    await expect(ask("demo-down")).rejects.toMatchObject({ status: 503, type: "server_error" });
    const busy = await ask("demo-busy").catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(OpenAI.RateLimitError);
    expect(busy).toMatchObject({ status: 429, code: "rate_limit_exceeded", headers: expect.any(Headers) });
    expect((busy as InstanceType<typeof OpenAI.RateLimitError>).headers.get("retry-after")).toBe("2");
  });
});

const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
const open = { type: "object", properties: { a: { type: "string" } } };
const fn = (changes: object): object => ({ type: "function", function: { name: "f", parameters: WEATHER, ...changes } });

test.each<[string, object, string | null]>([
  ["Unrecognized request argument supplied: thinking", { thinking: {} }, null],
  ["you must provide a model parameter", { model: undefined }, null],
  ["Missing required parameter: 'messages'.", { messages: undefined }, "messages"],
  ["empty array", { messages: [] }, "messages"],
  ["Supported values are: 'system'", { messages: [{ role: "human", content: "x" }] }, "messages[0].role"],
  ["expected a string, got null", { messages: [{ role: "user", content: null }] }, "messages[0].content"],
  [
    "Missing required parameter: 'messages[0].content[0].type'",
    { messages: [{ role: "user", content: [{ text: "x" }] }] },
    "messages[0].content[0].type",
  ],
  [
    "only allowed for messages with role 'user'",
    { messages: [{ role: "system", content: [{ type: "image_url", image_url: { url: "https://x" } }] }] },
    "messages[0].content[0]",
  ],
  [
    "expected a URL",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
    "messages[0].content[0]",
  ],
  [
    "must be followed by tool messages",
    { messages: [user, { role: "assistant", tool_calls: [call] }, user] },
    "messages.[2].role",
  ],
  ["must be followed by tool messages", { messages: [user, { role: "assistant", tool_calls: [call] }] }, "messages.[1].role"],
  [
    "must be a response to a preceeding message",
    { messages: [user, { role: "tool", tool_call_id: "call_1", content: "x" }] },
    "messages.[1].role",
  ],
  ["tool_call_id", { messages: [user, { role: "tool", content: "x" }] }, "messages[1].tool_call_id"],
  [
    "function.arguments",
    { messages: [user, { role: "assistant", tool_calls: [{ ...call, function: { name: "f" } }] }] },
    "messages[1].tool_calls[0].function.arguments",
  ],
  ["from 0 to 2", { temperature: 3 }, "temperature"],
  ["expected a number", { top_p: "1" }, "top_p"],
  ["Use 'max_completion_tokens' instead", { model: "gpt-5.2", max_tokens: 5 }, "max_tokens"],
  ["at the same time", { max_tokens: 5, max_completion_tokens: 5 }, "max_tokens"],
  ["only allowed when 'stream' is enabled", { stream_options: { include_usage: true } }, "stream_options"],
  ["only allowed when 'logprobs' is enabled", { top_logprobs: 2 }, "top_logprobs"],
  ["Supported values are: 'none'", { reasoning_effort: "huge" }, "reasoning_effort"],
  ["only allowed when 'tools' are specified", { tool_choice: "auto" }, "tool_choice"],
  ["empty array", { tools: [] }, "tools"],
  ["Supported values are: 'function' and 'custom'", { tools: [{ type: "web_search" }] }, "tools[0].type"],
  ["does not match pattern", { tools: [fn({ name: "a b" })] }, "tools[0].function.name"],
  ["got 'type: \"string\"'", { tools: [fn({ parameters: { type: "string" } })] }, "tools[0].function.parameters"],
  ["'additionalProperties' is required", { tools: [fn({ strict: true, parameters: open })] }, "tools[0].function.parameters"],
  [
    "Missing 'a'",
    { tools: [fn({ strict: true, parameters: { ...open, additionalProperties: false } })] },
    "tools[0].function.parameters",
  ],
  ["not found in 'tools'", { tools: [fn({})], tool_choice: { type: "function", function: { name: "g" } } }, "tool_choice"],
  ["'none', 'auto', and 'required'", { tools: [fn({})], tool_choice: "any" }, "tool_choice"],
  ["at most 4 strings", { stop: ["a", "b", "c", "d", "e"] }, "stop"],
  ["must contain the word 'json'", { response_format: { type: "json_object" } }, "messages"],
  ["'json_object', 'json_schema', and 'text'", { response_format: { type: "yaml" } }, "response_format.type"],
  ["json_schema.name", { response_format: { type: "json_schema", json_schema: {} } }, "response_format.json_schema.name"],
  [
    "'additionalProperties' is required",
    { response_format: { type: "json_schema", json_schema: { name: "n", strict: true, schema: open } } },
    "response_format",
  ],
])("refuses: %s (%j)", async (message, changes, param) => {
  const body = { model: "gpt-demo", messages: [user], ...changes };
  const { status, json } = await demo.post("/v1/chat/completions", body, { authorization: "Bearer sk-demo" });
  expect(status).toBe(400);
  expect(json).toEqual({
    error: expect.objectContaining({ message: expect.stringContaining(message), type: "invalid_request_error", param }),
  });
});

test.each<[string, object]>([
  ["tools without parameters", { tools: [{ type: "function", function: { name: "f" } }] }],
  ["custom tools", { tools: [{ type: "custom", custom: { name: "c" } }, fn({})], tool_choice: "required" }],
  [
    "allowed tools",
    {
      tools: [fn({})],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
      },
    },
  ],
  ["the word json", { response_format: { type: "json_object" }, messages: [{ role: "user", content: "as JSON" }] }],
  ["an assistant that only refused", { messages: [user, { role: "assistant", refusal: "no" }, user] }],
  [
    "calls answered in any order",
    {
      messages: [
        user,
        { role: "assistant", tool_calls: [call, { ...call, id: "b" }] },
        { role: "tool", tool_call_id: "b", content: "x" },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "y" }] },
      ],
    },
  ],
])("takes: %s", async (_name, changes) => {
  const body = { model: "gpt-demo", messages: [user], ...changes };
  expect((await demo.post("/v1/chat/completions", body, { authorization: "Bearer sk-demo" })).status).toBe(200);
});
