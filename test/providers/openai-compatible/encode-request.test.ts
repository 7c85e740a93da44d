/** What differs from a plain round trip: OpenAI's strictness, and requests that other dialects or hooks made. */
import type { ChatRequest, Message } from "../../../plugins/core/chat";
import type { ProviderCodec } from "../../../plugins/core/provider";
import { openai } from "../../../plugins/providers/openai";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";

const USER: Message = { role: "user", parts: [{ type: "text", text: "hi" }] };

function encode(
  fields: Partial<ChatRequest>,
  codec: ProviderCodec = openai,
): { body: Record<string, unknown>; dropped: readonly string[] } {
  const request: ChatRequest = {
    kind: "chat",
    model: "alias",
    messages: [USER],
    stream: false,
    includeUsage: false,
    extra: {},
    ...fields,
  };
  const encoded = codec.encodeRequest(request, { model: "gpt-x" });
  expect([encoded.path, encoded.headers]).toEqual(["/chat/completions", { "content-type": "application/json" }]);
  return { body: JSON.parse(encoded.body.toString("utf8")) as Record<string, unknown>, dropped: encoded.dropped };
}

const assistant = (...parts: Message["parts"]): Partial<ChatRequest> => ({ messages: [USER, { role: "assistant", parts }] });

function messageOf(fields: Partial<ChatRequest>, codec?: ProviderCodec): unknown {
  return (encode(fields, codec).body["messages"] as unknown[]).at(-1);
}

it("names the target's model and bounds tokens in each one's word", () => {
  expect(encode({ maxTokens: 5 }).body).toEqual({
    model: "gpt-x",
    messages: [{ role: "user", content: "hi" }],
    max_completion_tokens: 5,
  });
  expect(encode({ maxTokens: 5 }, anyOpenaiCompatible).body).toHaveProperty("max_tokens", 5);
});

it("asks for usage on streams that want it, and only on streams", () => {
  expect(encode({ stream: true, includeUsage: true, extra: { stream_options: { x: 1 } } }).body).toMatchObject({
    stream: true,
    stream_options: { x: 1, include_usage: true },
  });
  expect(encode({ includeUsage: true }).body).not.toHaveProperty("stream_options");
});

it("unknown fields ride along and never replace known ones that are set", () => {
  const extra = JSON.parse(`{"store":false,"__proto__":{"a":1},"model":"other","temperature":2}`) as Record<string, unknown>;
  const text = JSON.stringify(encode({ temperature: 1, extra }).body);
  expect(text).toContain(`"store":false`);
  expect(text).toContain(`"model":"gpt-x"`);
  expect(text).toContain(`"temperature":1`);
  expect(text).toContain(`"__proto__":{"a":1}`);
});

describe("what OpenAI does not take is reported, once each", () => {
  const cache = { type: "ephemeral" } as const;
  const marked: Message = {
    role: "user",
    parts: [
      { type: "text", text: "a", cache },
      { type: "text", text: "b", cache },
    ],
  };
  it.each<[Partial<ChatRequest>, string[]]>([
    [{}, []],
    [{ topK: 3 }, ["top_k"]],
    [{ messages: [marked] }, ["messages[].content[].cache_control"]],
    [
      {
        tools: [
          { kind: "function", name: "f", cache },
          { kind: "function", name: "g", cache },
        ],
      },
      ["tools[].cache_control"],
    ],
    [{ reasoning: { effort: "low" } }, []],
    [{ reasoning: { effort: "low", include: false } }, []],
    [{ reasoning: { budgetTokens: 4000 } }, ["reasoning.max_tokens"]],
    [
      { reasoning: { wire: { thinking: { display: "x" }, reasoning: { summary: "auto", none: null } } } },
      ["reasoning.summary", "thinking.display"],
    ],
    [
      {
        reasoning: {
          effort: "low",
          budgetTokens: 7,
          wire: {
            reasoning_effort: "low",
            reasoning: { effort: "high", max_tokens: 5, enabled: false },
            thinking: { budget_tokens: 7 },
          },
        },
      },
      ["reasoning.effort", "reasoning.max_tokens", "reasoning.enabled"],
    ],
    [
      { messages: [{ role: "assistant", parts: [{ type: "text", text: "a" }], extra: { thinking_blocks: [], note: 1 } }] },
      ["messages[].thinking_blocks"],
    ],
    [{ tools: [{ kind: "custom", name: "c", value: { name: "c" }, cache }] }, ["tools[].cache_control"]],
    [
      assistant({ type: "tool-call", id: "1", name: "f", arguments: "", cache, extra: { extra_content: { a: {} } } }),
      ["messages[].tool_calls[].extra_content", "messages[].tool_calls[].cache_control"],
    ],
    [assistant({ type: "reasoning", text: "x" }, { type: "text", text: "a" }), ["messages[].reasoning_content"]],
    [assistant({ type: "opaque", provider: "anthropic", value: {} }), ["messages[].extra_content"]],
    [assistant({ type: "image", source: { kind: "url", url: "u" } }), ["messages[].images"]],
    [{ messages: [{ role: "user", parts: [{ type: "opaque", provider: "gemini", value: {} }] }] }, ["messages[].content[]"]],
    [
      { messages: [{ role: "tool", parts: [{ type: "tool-result", callId: "1", content: [], isError: true }] }] },
      ["messages[].is_error"],
    ],
  ])("%j", (fields, dropped) => {
    const encoded = encode(fields);
    expect(encoded.dropped).toEqual(dropped);
    expect(JSON.stringify(encoded.body)).not.toMatch(
      /cache_control|reasoning_content|reasoning_details|extra_content|thinking|top_k/,
    );
  });

  it("a token budget becomes the nearest effort", () => {
    const effort = (budgetTokens: number): unknown => encode({ reasoning: { budgetTokens } }).body["reasoning_effort"];
    expect([1024, 8192, 30_000].map(effort)).toEqual(["low", "medium", "high"]);
  });
});

describe("signatures go back to who takes them", () => {
  const signed = assistant(
    { type: "reasoning", text: "hm", provider: "anthropic", signature: "s1" },
    { type: "text", text: "a", signature: "s2" },
    { type: "tool-call", id: "1", name: "f", arguments: "{}", signature: "s3" },
  );
  it("not to OpenAI", () => {
    expect(messageOf(signed)).toEqual({
      role: "assistant",
      content: "a",
      tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
    });
  });
  it("to a server nobody knows, as the client would send them", () => {
    expect(messageOf(signed, anyOpenaiCompatible)).toEqual({
      role: "assistant",
      content: "a",
      reasoning_content: "hm",
      reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "s1", format: "anthropic-claude-v1" }],
      tool_calls: [
        {
          id: "1",
          type: "function",
          function: { name: "f", arguments: "{}" },
          extra_content: { google: { thought_signature: "s3" } },
        },
      ],
      extra_content: { google: { thought_signature: "s2" } },
    });
  });
});

it("a provider named like a prototype is a name like any other", () => {
  const parts = ["__proto__", "constructor"].map((provider) => ({ type: "opaque", provider, value: { a: 1 } }) as const);
  const text = JSON.stringify(messageOf(assistant(...parts), anyOpenaiCompatible));
  expect(text).toContain(`"extra_content":{"__proto__":{"blocks":[{"a":1}]},"constructor":{"blocks":[{"a":1}]}}`);
});

describe("messages that other dialects make", () => {
  it.each<[string, Message, object]>([
    [
      "text in several parts",
      {
        role: "user",
        parts: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
    ],
    [
      "an assistant who only thought",
      { role: "assistant", parts: [{ type: "reasoning", text: "hm" }] },
      { role: "assistant", content: "" },
    ],
    [
      "text between calls is kept",
      {
        role: "assistant",
        parts: [
          { type: "text", text: "a" },
          { type: "tool-call", id: "1", name: "f", arguments: "" },
          { type: "text", text: "b" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
        tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "" } }],
      },
    ],
    [
      "a result without content",
      { role: "tool", parts: [{ type: "tool-result", callId: "1", content: [] }] },
      { role: "tool", tool_call_id: "1", content: "" },
    ],
    [
      "an image by file id",
      { role: "user", parts: [{ type: "image", source: { kind: "file-id", id: "file-1" } }] },
      { role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] },
    ],
  ])("%s", (_, message, expected) => expect(messageOf({ messages: [message] })).toEqual(expected));

  it("allowed tools find their kinds", () => {
    const { body } = encode({
      tools: [
        { kind: "function", name: "f" },
        { kind: "custom", name: "c", value: { name: "c" } },
        { kind: "server", value: { type: "web_search" } },
      ],
      toolChoice: { mode: "allowed", required: true, names: ["f", "c", "web_search"] },
    });
    expect(body["tool_choice"]).toEqual({
      type: "allowed_tools",
      allowed_tools: {
        mode: "required",
        tools: [{ type: "function", function: { name: "f" } }, { type: "custom", custom: { name: "c" } }, { type: "web_search" }],
      },
    });
  });
});
