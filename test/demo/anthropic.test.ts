/** Anthropic's wire format over HTTP: what it answers, what it streams, what it refuses. */
import { piecesOf } from "../../demo/brain";
import { isObject } from "../../plugins/core/read-json";
import { type Answer, useDemo, WEATHER } from "./support";

const demo = useDemo({ requireKey: "sk-ant" });
const user = { role: "user", content: "What is the weather in Paris and Rome?" };
const tools = [{ name: "get_weather", input_schema: WEATHER }];
const base = { model: "claude-demo", max_tokens: 2000, messages: [user] };
const thinking = { type: "enabled", budget_tokens: 1024 };

function ask(changes: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const own = { "x-api-key": "sk-ant", "anthropic-version": "2023-06-01", ...headers };
  return demo.post("/v1/messages", { ...base, ...changes }, own);
}

/** The message a stream adds up to, by the rules of Anthropic's reference. */
function assemble(events: readonly unknown[]): unknown {
  let message: Record<string, unknown> = {};
  const blocks: Record<string, unknown>[] = [];
  for (const event of events) {
    if (!isObject(event)) throw new Error("an event is no object");
    const block = blocks[Number(event["index"])] ?? {};
    const delta = isObject(event["delta"]) ? event["delta"] : {};
    if (event["type"] === "message_start" && isObject(event["message"])) message = { ...event["message"] };
    if (event["type"] === "content_block_start")
      blocks.push({ ...(isObject(event["content_block"]) ? event["content_block"] : {}), json: "" });
    if (event["type"] === "content_block_delta") {
      const [kind] = String(delta["type"]).split("_delta");
      if (kind === "input_json") block["json"] = `${block["json"]}${delta["partial_json"]}`;
      else block[kind ?? ""] = `${block[kind ?? ""]}${delta[kind ?? ""]}`;
    }
    if (event["type"] === "message_delta") {
      const usage = {
        ...(isObject(message["usage"]) ? message["usage"] : {}),
        ...(isObject(event["usage"]) ? event["usage"] : {}),
      };
      message = { ...message, ...delta, usage };
    }
  }
  const content = blocks.map(({ json, ...block }) =>
    block["type"] === "tool_use" ? { ...block, input: JSON.parse(String(json)) } : block,
  );
  return { ...message, content };
}

test("a whole answer", async () => {
  const { status, json, headers } = await ask({ system: [{ type: "text", text: "Be brief." }] });
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("application/json");
  const text = `Hello from the demo provider speaking Anthropic's wire format as claude-demo. My instructions: "Be brief.". You said: "${user.content}".`;
  expect(json).toMatchObject({
    type: "message",
    role: "assistant",
    model: "claude-demo",
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: piecesOf(text).length },
  });
});

test("a stream adds up to the whole answer", async () => {
  for (const changes of [
    {},
    { tools },
    { tools, thinking },
    { max_tokens: 1 },
    { stop_sequences: [" from"] },
    { thinking: { type: "adaptive", display: "omitted" } },
  ]) {
    const whole = await ask(changes);
    const streamed = await ask({ ...changes, stream: true });
    expect(streamed.headers.get("content-type")).toMatch("text/event-stream");
    const message = assemble(streamed.events);
    const withoutIds = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace(/(msg|toolu)_[0-9a-f]{16}/g, "$1"));
    expect(withoutIds(message)).toEqual(withoutIds(whole.json));
  }
});

test("the order of events", async () => {
  const { events } = await ask({ stream: true, max_tokens: 1 });
  expect(events.map((event) => (isObject(event) ? event["type"] : event))).toEqual([
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("thinking, text, parallel calls; the results come back and are quoted", async () => {
  const first = await ask({ tools, thinking });
  expect(first.json).toMatchObject({
    stop_reason: "tool_use",
    content: [
      { type: "thinking", signature: expect.any(String) },
      { type: "text", text: "Let me ask get_weather." },
      { type: "tool_use", input: { city: "Paris", unit: "celsius" } },
      { type: "tool_use", input: { city: "Rome" } },
    ],
  });
  const { content } = first.json as { content: { type: string; id?: string }[] };
  const results = content.flatMap(({ id }) =>
    id === undefined ? [] : [{ type: "tool_result", tool_use_id: id, content: [{ type: "text", text: "sunny" }] }],
  );
  const messages = [user, { role: "assistant", content }, { role: "user", content: results }];
  const second = await ask({ tools, thinking, messages });
  expect(second.json).toMatchObject({ stop_reason: "end_turn" });
  expect(second.text).toContain('The tool get_weather answered: \\"sunny\\". The tool get_weather answered: \\"sunny\\".');
  const forged = JSON.parse(JSON.stringify(messages).replace("A demo needs", "A demo wants"));
  expect(await ask({ tools, thinking, messages: forged })).toMatchObject({ status: 400 });
});

test.each<[string, object, object]>([
  ["max_tokens", { max_tokens: 2 }, { stop_reason: "max_tokens", content: [{ text: "Hello from " }] }],
  ["a stop sequence", { stop_sequences: ["provider"] }, { stop_reason: "stop_sequence", stop_sequence: "provider" }],
  [
    "structured output",
    { output_config: { format: { type: "json_schema", schema: WEATHER } } },
    { content: [{ text: '{"city":"Paris","unit":"celsius"}' }] },
  ],
  [
    "a forced tool says nothing else",
    { tools, tool_choice: { type: "any", disable_parallel_tool_use: true } },
    { content: [{ type: "tool_use" }] },
  ],
  ["no tool", { tools, tool_choice: { type: "none" } }, { stop_reason: "end_turn" }],
  [
    "omitted thoughts are signed all the same",
    { thinking: { type: "adaptive", display: "omitted" } },
    { content: [{ thinking: "", signature: expect.stringMatching(/.{20}/) }, {}] },
  ],
])("honours %s", async (_name, changes, expected) => {
  const { status, json } = await ask(changes);
  expect(status).toBe(200);
  expect(json).toMatchObject(expected);
});

test("media", async () => {
  const source = { type: "base64", media_type: "image/png", data: "AAAA" };
  const pdf = { type: "base64", media_type: "application/pdf", data: "AAAA" };
  const content = [
    { type: "image", source },
    { type: "document", source: pdf },
    { type: "text", text: "Look" },
  ];
  expect((await ask({ messages: [{ role: "user", content }] })).text).toContain("You sent: image, file.");
});

test("keys and versions", async () => {
  expect(await ask({}, { "x-api-key": "wrong" })).toMatchObject({
    status: 401,
    json: { type: "error", error: { type: "authentication_error" } },
  });
  const headers = { "anthropic-version": "2023-06-01" };
  expect(await demo.post("/v1/messages", base, headers)).toMatchObject({ status: 401 });
  expect(await demo.post("/v1/messages", base, { ...headers, authorization: "Bearer sk-ant" })).toMatchObject({ status: 200 });
  expect((await demo.post("/v1/messages", base, { "x-api-key": "sk-ant" })).text).toContain(
    "anthropic-version: header is required",
  );
  expect((await ask({}, { "anthropic-version": "2020-01-01" })).text).toContain("is not a valid version");
  expect(await ask({}, { "anthropic-version": "2026-10-21" })).toMatchObject({ status: 200 });
});

test("models that fail on purpose", async () => {
  expect(await ask({ model: "demo-down" })).toMatchObject({ status: 503, json: { type: "error", error: { type: "api_error" } } });
  const busy = await ask({ model: "demo-busy" });
  expect(busy).toMatchObject({ status: 429, json: { error: { type: "rate_limit_error" } } });
  expect(busy.headers.get("retry-after")).toBe("2");
});

const call = { type: "tool_use", id: "toolu_1", name: "f", input: {} };
const result = { type: "tool_result", tool_use_id: "toolu_1", content: "x" };
const said = (role: string, ...content: object[]): object => ({ role, content });
const text = { type: "text", text: "x" };

test.each<[string, object]>([
  ["max_tokens: Field required", { max_tokens: undefined }],
  ["max_tokens: Input should be a valid integer", { max_tokens: 1.5 }],
  ["max_tokens: Input should be greater", { max_tokens: -1 }],
  ["model: Field required", { model: undefined }],
  ["seed: Extra inputs are not permitted", { seed: 1 }],
  ["messages: Field required", { messages: undefined }],
  ["messages: at least one message is required", { messages: [] }],
  ['Unexpected role "tool"', { messages: [user, said("tool", text)] }],
  ["role 'system' is not supported on this model", { model: "claude-sonnet-4-6", messages: [user, said("system", text)] }],
  ["must come immediately after a user turn", { messages: [said("system", text), user] }],
  ["messages.0.name: Extra inputs are not permitted", { messages: [{ ...user, name: "n" }] }],
  ["messages.0: all messages must have non-empty content", { messages: [{ role: "user", content: "" }, user] }],
  ["text content blocks must be non-empty", { messages: [said("user", { type: "text", text: "" })] }],
  ["must contain non-whitespace text", { messages: [said("user", { type: "text", text: " \n" })] }],
  ["messages.0.content.0.type: Field required", { messages: [said("user", { text: "x" })] }],
  ["`tool_use` blocks can only be in `assistant` messages", { messages: [said("user", call)] }],
  ["Input tag 'image_url'", { messages: [said("user", { type: "image_url" })] }],
  [
    "media_type: Input should be",
    { messages: [said("user", { type: "image", source: { type: "base64", media_type: "image/tiff", data: "AA" } })] },
  ],
  [
    "Invalid base64 data",
    { messages: [said("user", { type: "image", source: { type: "base64", media_type: "image/png", data: "data:x" } })] },
  ],
  ["Only HTTPS URLs", { messages: [said("user", { type: "image", source: { type: "url", url: "http://x" } })] }],
  [
    "tool_use.id: String should match pattern",
    { messages: [user, said("assistant", { ...call, id: "a.b" }), said("user", result)] },
  ],
  [
    "tool_use.input: Input should be a valid dictionary",
    { messages: [user, said("assistant", { ...call, input: "{}" }), said("user", result)] },
  ],
  [
    "`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1",
    { messages: [user, said("assistant", call), user] },
  ],
  ["without `tool_result` blocks immediately after", { messages: [user, said("assistant", call), said("user", text, result)] }],
  [
    "unexpected `tool_use_id` found in `tool_result` blocks: toolu_1",
    { messages: [user, said("assistant", text), said("user", result)] },
  ],
  [
    "Invalid `signature` in `thinking` block",
    { messages: [user, said("assistant", { type: "thinking", thinking: "t", signature: "s" }, text), user] },
  ],
  [
    "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    { thinking, messages: [user, said("assistant", call), said("user", result)] },
  ],
  ["cannot end with trailing whitespace", { messages: [user, said("assistant", { type: "text", text: "x " })] }],
  ["does not support assistant message prefill", { model: "claude-opus-4-6", messages: [user, said("assistant", text)] }],
  [
    "A maximum of 4 blocks with cache_control",
    { system: Array.from({ length: 5 }, () => ({ ...text, cache_control: { type: "ephemeral" } })) },
  ],
  ["temperature: range: 0..1", { temperature: 1.5 }],
  ["`temperature` is deprecated for this model.", { model: "claude-opus-4-7", temperature: 0.5 }],
  ["`top_k` is deprecated for this model.", { model: "claude-sonnet-5", top_k: 5 }],
  ["`temperature` may only be set to 1", { thinking, temperature: 0.5 }],
  ["budget_tokens: Input should be greater than or equal to 1024", { thinking: { type: "enabled", budget_tokens: 100 } }],
  ["`max_tokens` must be greater than `thinking.budget_tokens`.", { thinking, max_tokens: 1024 }],
  ['"thinking.type.enabled" is not supported for this model', { thinking, model: "claude-opus-4-8" }],
  ['"thinking.type.disabled" is not supported', { thinking: { type: "disabled" }, model: "claude-fable-5" }],
  ["adaptive thinking is not supported on this model", { thinking: { type: "adaptive" }, model: "claude-haiku-4-5" }],
  ["Thinking may not be enabled when tool_choice forces tool use.", { thinking, tools, tool_choice: { type: "any" } }],
  ["tools.0.custom.name: String should match pattern", { tools: [{ name: "a b", input_schema: WEATHER }] }],
  ["tools.0.custom.input_schema: Field required", { tools: [{ name: "f" }] }],
  ["tools.0.custom.input_schema.type", { tools: [{ name: "f", input_schema: {} }] }],
  [
    "does not support oneOf, allOf, or anyOf at the top level",
    { tools: [{ name: "f", input_schema: { type: "object", anyOf: [] } }] },
  ],
  ["tool_choice may only be specified while providing tools", { tool_choice: { type: "any" } }],
  ["Tool 'g' not found in provided tools", { tools, tool_choice: { type: "tool", name: "g" } }],
  ["output_config.effort", { output_config: { effort: "minimal" } }],
  [
    "'additionalProperties' must be explicitly set to false",
    { output_config: { format: { type: "json_schema", schema: { type: "object", properties: {} } } } },
  ],
  ["each stop sequence must contain non-whitespace", { stop_sequences: ["\n"] }],
])("refuses: %s (%j)", async (message, changes) => {
  const { status, json } = await ask(changes);
  expect(json).toEqual({
    type: "error",
    error: { type: "invalid_request_error", message: expect.stringContaining(message) },
    request_id: expect.any(String),
  });
  expect(status).toBe(400);
});

test.each<[string, object]>([
  ["temperature: Extra inputs are not permitted", { temperature: 1 }],
  [
    "`document` blocks can only be in `user` messages",
    { messages: [user, said("assistant", { type: "document", source: { type: "text" } }), user] },
  ],
  ["`citations` can only be in `assistant` messages", { messages: [said("user", { ...text, citations: [{}] })] }],
])("API version 2026-10-21 refuses, 2023-06-01 takes: %s", async (message, changes) => {
  const { status, text } = await ask(changes, { "anthropic-version": "2026-10-21" });
  expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  expect((await ask(changes)).status).toBe(200);
});

test.each<[string, object]>([
  ["a conversation the assistant began", { messages: [said("assistant", text), user] }],
  ["no answer wanted", { max_tokens: 0 }],
  ["forced tools with adaptive thinking", { thinking: { type: "adaptive" }, tools, tool_choice: { type: "any" } }],
  [
    "calls without their thoughts with adaptive thinking",
    { thinking: { type: "adaptive" }, messages: [user, said("assistant", call), said("user", result)] },
  ],
  ["neighbours with the same role", { messages: [user, user, said("assistant", text), said("assistant", text), user] }],
  ["text after tool results", { messages: [user, said("assistant", call), said("user", result, text)] }],
  [
    "results over two messages",
    {
      messages: [
        user,
        said("assistant", call, { ...call, id: "b" }),
        said("user", result),
        said("user", { ...result, tool_use_id: "b" }),
      ],
    },
  ],
  ["a prefilled answer", { messages: [user, said("assistant", text)] }],
  ["system turns where the model has them", { model: "claude-opus-4-8", messages: [user, said("system", text)] }],
  ["server tools", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
  ["redacted thoughts", { messages: [user, said("assistant", { type: "redacted_thinking", data: "x" }, text), user] }],
])("takes: %s", async (_name, changes) => {
  expect(await ask(changes)).toMatchObject({ status: 200 });
});
