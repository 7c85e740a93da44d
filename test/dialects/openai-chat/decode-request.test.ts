import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { describeOracle } from "../../providers/oracle";
import { decode, errorOf, HELLO, sourceOf } from "./request";

describe("head", () => {
  it.each([
    [{}, { stream: false, includeUsage: false }],
    [{ stream: null }, { stream: false, includeUsage: false }],
    [{ stream: true }, { stream: true, includeUsage: false }],
    [
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, includeUsage: true },
    ],
    [
      { stream: true, stream_options: { include_usage: null } },
      { stream: true, includeUsage: false },
    ],
    [{ stream_options: { include_usage: true } }, { stream: false, includeUsage: false }],
    [{ functions: [] }, { stream: false, includeUsage: false, legacyFunctions: true }],
    [
      { functions: [], tools: [] },
      { stream: false, includeUsage: false },
    ],
  ])("%j", (fields, expected) => {
    expect(openaiChat.head(sourceOf({ model: "m", messages: [HELLO], ...fields }))).toEqual({ model: "m", ...expected });
  });

  it("does not look into the messages", () => {
    expect(openaiChat.head(sourceOf({ model: "m", messages: [42] })).model).toBe("m");
  });
});

describe("a name that differs from one we read in case only", () => {
  const K = "\u212a";
  it.each([
    ["Model", `{"model":"m","messages":[{}],"Model":"evil"}`],
    ["meſſages", `{"model":"m","messages":[{}],"meſſages":[]}`],
    ["STORE", `{"model":"m","messages":[{}],"STORE":true}`],
    [`max_to${K}ens`, `{"model":"m","messages":[{}],"max_to${K}ens":9}`],
    ["\u004dodel", `{"model":"m","messages":[{}],"\\u004dodel":"evil"}`],
  ])("%s is refused before anything else is decided", (param, body) => {
    expect(errorOf(() => openaiChat.head(sourceOf(body)))).toMatchObject({
      status: 400,
      code: "unknown_parameter",
      options: { param },
    });
  });

  it.each([
    ["messages[0].Content", { messages: [{ ...HELLO, Content: "secret" }] }],
    ["messages[0].content[0].TEXT", { messages: [{ role: "user", content: [{ type: "text", text: "a", TEXT: "secret" }] }] }],
    [
      "messages[0].content[0].image_url.URL",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "a", URL: "b" } }] }] },
    ],
    ["messages[0].Tool_calls", { messages: [{ role: "assistant", content: "a", Tool_calls: [] }] }],
    ["tools[0].function.Name", { tools: [{ type: "function", function: { name: "f", Name: "g" } }] }],
    ["stream_options.Include_Usage", { stream_options: { Include_Usage: true } }],
  ])("%s is refused where policy reads it", (param, fields) => {
    expect(errorOf(() => decode(fields))).toMatchObject({ status: 400, code: "unknown_parameter", options: { param } });
  });

  it("what is the client's own may be spelled as it likes", () => {
    const parameters = { type: "object", properties: { Model: {}, model: {} }, Type: "x" };
    expect(() =>
      decode({ metadata: { Model: "a", model: "b" }, tools: [{ function: { name: "f", parameters } }] }),
    ).not.toThrow();
  });
});

describe("plain fields", () => {
  it("are all read", () => {
    const request = decode({
      max_completion_tokens: 10,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
      frequency_penalty: 1,
      presence_penalty: -1,
      seed: -7,
      n: 2,
      stop: ["a", "b"],
      logprobs: true,
      top_logprobs: 5,
      logit_bias: { "50256": -100 },
      user: "u",
      parallel_tool_calls: false,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(request).toEqual({
      kind: "chat",
      model: "m",
      messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
      maxTokens: 10,
      temperature: 0.5,
      topP: 0.9,
      topK: 3,
      frequencyPenalty: 1,
      presencePenalty: -1,
      seed: -7,
      n: 2,
      stop: ["a", "b"],
      logprobs: true,
      topLogprobs: 5,
      logitBias: { "50256": -100 },
      user: "u",
      parallelToolCalls: false,
      stream: true,
      includeUsage: true,
      extra: {},
    });
  });

  it("may all be null", () => {
    const nulls = Object.fromEntries(
      [
        ...["max_completion_tokens", "max_tokens", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "n"],
        ...["stop", "logprobs", "top_logprobs", "logit_bias", "user", "parallel_tool_calls", "stream", "stream_options"],
        ...["tools", "tool_choice", "response_format", "reasoning_effort", "reasoning", "thinking", "functions", "function_call"],
      ].map((key) => [key, null]),
    );
    expect(decode(nulls)).toEqual(decode({}));
  });

  it.each([
    [{ max_tokens: 5 }, 5],
    [{ max_tokens: 7, max_completion_tokens: 7 }, 7],
    [{ max_tokens: 5, max_completion_tokens: null }, 5],
  ])("answer bound %j", (fields, expected) => expect(decode(fields).maxTokens).toBe(expected));

  it("takes one stop word", () => expect(decode({ stop: "x" }).stop).toEqual(["x"]));

  it("keeps unknown fields, also hostile names and what is unknown inside known objects", () => {
    const body = `{"model":"m","messages":[{"role":"user","content":"hi"}],"store":false,"metadata":{"a":"b"},"__proto__":{"x":1},
      "constructor":1,"stream_options":{"include_obfuscation":false},"reasoning":{"summary":"auto"},"nothing":null}`;
    const { extra, reasoning } = openaiChat.decodeRequest(sourceOf(body));
    expect(Object.keys(extra).sort()).toEqual([
      ...["__proto__", "constructor", "metadata", "nothing", "store", "stream_options"],
    ]);
    expect(reasoning).toEqual({ wire: { reasoning: { summary: "auto" } } });
    expect(Object.getPrototypeOf(extra)).toBe(Object.prototype);
    expect(extra["stream_options"]).toEqual({ include_obfuscation: false });
    expect(JSON.parse(JSON.stringify(extra))).toHaveProperty(["__proto__"], { x: 1 });
  });
});

describe("reasoning", () => {
  it.each([
    [{ reasoning_effort: "low" }, { effort: "low" }],
    [{ reasoning: { effort: "high", exclude: true } }, { effort: "high", include: false }],
    [{ reasoning: { max_tokens: 2000 } }, { budgetTokens: 2000 }],
    [{ reasoning: { enabled: true } }, { effort: "medium" }],
    [{ reasoning: { enabled: false } }, { effort: "none" }],
    [{ thinking: { type: "enabled", budget_tokens: 1024 } }, { budgetTokens: 1024 }],
    [{ thinking: { type: "enabled" } }, { effort: "medium" }],
    [{ thinking: { type: "adaptive" }, reasoning_effort: "max" }, { effort: "max" }],
    [{ thinking: { type: "disabled" }, reasoning_effort: "high" }, { effort: "none" }],
    [{ reasoning: {} }, {}],
    [
      { reasoning_effort: "low", reasoning: { effort: "high", max_tokens: 5 }, thinking: { budget_tokens: 7 } },
      { effort: "low", budgetTokens: 7 },
    ],
  ])("%j", (fields, expected) => {
    const isObject = "reasoning" in fields || "thinking" in fields;
    expect(decode(fields).reasoning).toEqual({ ...expected, ...(isObject ? { wire: fields } : {}) });
  });

  it("of none", () => expect(decode({ reasoning: null }).reasoning).toBeUndefined());
});

describe("response_format", () => {
  const schema = { type: "object", properties: {} };
  it.each([
    [{ type: "text" }, { kind: "text" }],
    [{ type: "json_object" }, { kind: "json-object" }],
    [
      { type: "json_schema", json_schema: { name: "a", schema, strict: true, description: "d" } },
      { kind: "json-schema", name: "a", schema, strict: true, description: "d" },
    ],
  ])("%j", (format, expected) => expect(decode({ response_format: format }).responseFormat).toEqual(expected));

  it("of an unknown type rides along", () => {
    const format = { type: "grammar", grammar: "root ::= x" };
    const request = decode({ response_format: format });
    expect(request.responseFormat).toBeUndefined();
    expect(request.extra).toEqual({ response_format: format });
  });
});

describe("tools", () => {
  it("of every kind", () => {
    const parameters = { type: "object", properties: { a: { type: "string" } } };
    const request = decode({
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters, strict: true } },
        { type: "function", function: { name: "g" }, cache_control: { type: "ephemeral" } },
        { type: "function", function: { name: "h", examples: [1] }, defer_loading: true },
        { type: "custom", custom: { name: "c", format: { type: "text" } } },
        { type: "web_search", filters: {} },
      ],
    });
    expect(request.tools).toEqual([
      { kind: "function", name: "f", description: "d", parameters, strict: true },
      { kind: "function", name: "g", cache: { type: "ephemeral" } },
      { kind: "function", name: "h", extra: { function: { examples: [1] }, defer_loading: true } },
      { kind: "custom", name: "c", value: { name: "c", format: { type: "text" } } },
      { kind: "server", value: { type: "web_search", filters: {} } },
    ]);
  });

  it.each([
    ["auto", { mode: "auto" }],
    ["none", { mode: "none" }],
    ["required", { mode: "required" }],
    ["any", { mode: "required" }],
    [
      { type: "function", function: { name: "f" } },
      { mode: "tool", name: "f" },
    ],
    [
      { type: "custom", custom: { name: "c" } },
      { mode: "tool", name: "c", custom: true },
    ],
    [
      { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] } },
      { mode: "allowed", required: false, names: ["f"], references: [{ type: "function", function: { name: "f" } }] },
    ],
    [
      { type: "allowed_tools", allowed_tools: { mode: "required", tools: [{ type: "web_search" }] } },
      { mode: "allowed", required: true, names: ["web_search"], references: [{ type: "web_search" }] },
    ],
  ])("tool_choice %j", (choice, expected) => expect(decode({ tool_choice: choice }).toolChoice).toEqual(expected));

  it("tool_choice of an unknown type rides along", () => {
    const request = decode({ tool_choice: { type: "web_search" } });
    expect(request.toolChoice).toBeUndefined();
    expect(request.extra).toEqual({ tool_choice: { type: "web_search" } });
  });

  it("in their deprecated form", () => {
    const request = decode({
      functions: [{ name: "f", parameters: { type: "object" } }],
      function_call: { name: "f" },
      messages: [
        HELLO,
        { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
        { role: "function", name: "f", content: "1" },
      ],
    });
    expect(request.tools).toEqual([{ kind: "function", name: "f", parameters: { type: "object" } }]);
    expect(request.toolChoice).toEqual({ mode: "tool", name: "f" });
    expect(request.messages.slice(1)).toEqual([
      { role: "assistant", parts: [{ type: "tool-call", id: "call_legacy_1", name: "f", arguments: "{}" }] },
      {
        role: "tool",
        parts: [{ type: "tool-result", callId: "call_legacy_1", name: "f", content: [{ type: "text", text: "1" }] }],
      },
    ]);
    expect(decode({ functions: [{ name: "f" }], function_call: "none" }).toolChoice).toEqual({ mode: "none" });
  });
});

describe("messages", () => {
  const message = (value: object) => decode({ messages: [value] }).messages[0];
  const text = (value: string) => ({ type: "text", text: value });

  it.each(["system", "developer", "user"])("%s", (role) => {
    expect(message({ role, content: "x", name: "n", custom: 1 })).toEqual({
      role,
      name: "n",
      parts: [text("x")],
      extra: { custom: 1 },
    });
  });

  it("content parts of every kind", () => {
    const content = [
      { type: "text", text: "t", cache_control: { type: "ephemeral", ttl: "1h" }, mark: 1 },
      { type: "image_url", image_url: { url: "https://x/a.png", detail: "low" } },
      { type: "image_url", image_url: { url: "data:image/PNG;base64,QUJD", fps: 2 }, mark: 2 },
      { type: "image_url", image_url: { url: "data:image/svg+xml,%3Csvg" } },
      { type: "image_url", image_url: "https://x/b.png" },
      { type: "input_audio", input_audio: { data: "QUJD", format: "wav" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,QUJD", filename: "a.pdf" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_data: "QUJD" } },
      { type: "file", file: { file_data: "https://x/a.pdf" } },
      { type: "video_url", video_url: { url: "https://x/v.mp4" } },
    ];
    expect(message({ role: "user", content })?.parts).toEqual([
      { type: "text", text: "t", cache: { type: "ephemeral", ttl: "1h" }, extra: { mark: 1 } },
      { type: "image", source: { kind: "url", url: "https://x/a.png" }, detail: "low" },
      {
        type: "image",
        source: { kind: "base64", mediaType: "image/png", data: "QUJD" },
        extra: { mark: 2, image_url: { fps: 2 } },
      },
      { type: "image", source: { kind: "url", url: "data:image/svg+xml,%3Csvg" } },
      { type: "image", source: { kind: "url", url: "https://x/b.png" } },
      { type: "audio", data: "QUJD", format: "wav" },
      { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "QUJD" }, filename: "a.pdf" },
      { type: "file", source: { kind: "file-id", id: "file-1" } },
      { type: "file", source: { kind: "base64", mediaType: "application/pdf", data: "QUJD" } },
      { type: "file", source: { kind: "url", url: "https://x/a.pdf" } },
      { type: "opaque", provider: "openai-chat", value: { type: "video_url", video_url: { url: "https://x/v.mp4" } } },
    ]);
  });

  it("a cache mark on the message stands on its last part", () => {
    const cache = { type: "ephemeral" };
    expect(message({ role: "user", content: "x", cache_control: cache })?.parts).toEqual([{ ...text("x"), cache }]);
    expect(message({ role: "tool", tool_call_id: "1", content: "x", cache_control: cache })?.parts).toEqual([
      { type: "tool-result", callId: "1", content: [text("x")], cache },
    ]);
  });

  it("an assistant turn as the SDKs echo it", () => {
    const echoed = {
      role: "assistant",
      content: null,
      refusal: null,
      audio: null,
      function_call: null,
      annotations: [],
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "f", arguments: "{" }, index: 0 },
        { id: "call_2", type: "custom", custom: { name: "c", input: "free" }, mark: 1 },
      ],
    };
    expect(message(echoed)).toEqual({
      role: "assistant",
      parts: [
        { type: "tool-call", id: "call_1", name: "f", arguments: "{" },
        { type: "tool-call", id: "call_2", name: "c", arguments: "free", custom: true, extra: { mark: 1 } },
      ],
    });
  });

  it("an assistant turn with all it can hold", () => {
    expect(
      message({
        role: "assistant",
        content: [text("a"), { type: "refusal", refusal: "no" }],
        audio: { id: "audio_1" },
        images: [{ type: "image_url", image_url: { url: "data:image/png;base64,QQ==" } }],
        reasoning_content: "think",
        prefix: true,
      }),
    ).toEqual({
      role: "assistant",
      parts: [
        { type: "reasoning", text: "think" },
        text("a"),
        { type: "refusal", text: "no" },
        { type: "audio", id: "audio_1" },
        { type: "image", source: { kind: "base64", mediaType: "image/png", data: "QQ==" } },
      ],
      extra: { prefix: true },
    });
  });

  it.each([
    [{ reasoning: "a" }, [{ type: "reasoning", text: "a" }]],
    [
      {
        reasoning_content: "ab",
        reasoning_details: [
          { type: "reasoning.text", text: "a", signature: "s", format: "anthropic-claude-v1", index: 0 },
          { type: "reasoning.encrypted", data: "x", format: "openai-responses-v1", id: "rs_1", index: 1 },
          { type: "reasoning.summary", summary: "b", format: "unheard-of" },
        ],
      },
      [
        { type: "reasoning", text: "a", provider: "anthropic", signature: "s", extra: { index: 0 } },
        { type: "reasoning", text: "", provider: "openai", redacted: "x", extra: { id: "rs_1", index: 1 } },
        { type: "reasoning", text: "b", provider: "unheard-of", extra: { type: "reasoning.summary" } },
      ],
    ],
    [
      {
        thinking_blocks: [
          { type: "thinking", thinking: "a", signature: "s" },
          { type: "redacted_thinking", data: "x" },
        ],
      },
      [
        { type: "reasoning", text: "a", provider: "anthropic", signature: "s", extra: { type: "thinking" } },
        { type: "reasoning", text: "", provider: "anthropic", redacted: "x", extra: { type: "redacted_thinking" } },
      ],
    ],
  ])("reasoning that comes back: %j", (fields, expected) => {
    expect(message({ role: "assistant", content: "c", ...fields })?.parts).toEqual([...expected, text("c")]);
  });

  it("signatures and blocks of one provider", () => {
    const google = { google: { thought_signature: "s1" } };
    const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" }, extra_content: google };
    const block = { type: "server_tool_use", id: "srv" };
    const extra_content = { google: { thought_signature: "s2", other: 1 }, anthropic: { blocks: [block] } };
    expect(message({ role: "assistant", content: "c", tool_calls: [call], extra_content })).toEqual({
      role: "assistant",
      parts: [
        { type: "opaque", provider: "anthropic", value: block },
        { ...text("c"), signature: "s2" },
        { type: "tool-call", id: "1", name: "f", arguments: "{}", signature: "s1" },
      ],
      extra: { extra_content: { google: { other: 1 } } },
    });
    expect(message({ role: "assistant", content: null, extra_content: google })?.parts).toEqual([
      { ...text(""), signature: "s1" },
    ]);
  });

  it("tool results as text or parts", () => {
    expect(message({ role: "tool", tool_call_id: "1", content: "x", name: "f" })).toEqual({
      role: "tool",
      parts: [{ type: "tool-result", callId: "1", name: "f", content: [text("x")] }],
    });
    const content = [text("x"), { type: "image_url", image_url: { url: "https://x/a.png" } }];
    expect(message({ role: "tool", tool_call_id: "1", content })?.parts).toEqual([
      {
        type: "tool-result",
        callId: "1",
        content: [text("x"), { type: "image", source: { kind: "url", url: "https://x/a.png" } }],
      },
    ]);
  });
});

describe("wrong requests are refused in OpenAI's words", () => {
  const one = (fields: object) => ({ messages: [{ role: "user", content: "hi", ...fields }] });
  const called = (fields: object) => one({ role: "assistant", tool_calls: [{ id: "1", type: "function", ...fields }] });
  it.each([
    [{ model: undefined }, "Missing required parameter: 'model'.", "model", "missing_required_parameter"],
    [{ model: 3 }, "Invalid type for 'model': expected a string, but got an integer instead.", "model", "invalid_type"],
    [{ messages: undefined }, "Missing required parameter: 'messages'.", "messages", "missing_required_parameter"],
    [
      { messages: "hi" },
      "Invalid type for 'messages': expected an array of objects, but got a string instead.",
      "messages",
      "invalid_type",
    ],
    [
      { messages: [] },
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      "messages",
      "empty_array",
    ],
    [
      { messages: ["hi"] },
      "Invalid type for 'messages[0]': expected an object, but got a string instead.",
      "messages[0]",
      "invalid_type",
    ],
    [{ stream: "true" }, "Invalid type for 'stream': expected a boolean, but got a string instead.", "stream", "invalid_type"],
    [
      { temperature: "1" },
      "Invalid type for 'temperature': expected a number, but got a string instead.",
      "temperature",
      "invalid_type",
    ],
    [
      { max_tokens: 1.5 },
      "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead.",
      "max_tokens",
      "invalid_type",
    ],
    [
      { max_tokens: 90_000, max_completion_tokens: 1 },
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      "max_completion_tokens",
      "invalid_parameter_combination",
    ],
    [
      { n: 0 },
      "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      "n",
      "integer_below_min_value",
    ],
    [
      { tools: [], functions: [{ name: "f" }] },
      "Setting 'tools' and 'functions' at the same time is not supported.",
      "functions",
      "invalid_parameter_combination",
    ],
    [
      { tool_choice: "auto", function_call: "auto" },
      "Setting 'tool_choice' and 'function_call' at the same time is not supported.",
      "function_call",
      "invalid_parameter_combination",
    ],
    [{ stop: [1] }, "Invalid type for 'stop[0]': expected a string, but got an integer instead.", "stop[0]", "invalid_type"],
    [
      { logit_bias: [] },
      "Invalid type for 'logit_bias': expected an object, but got an array instead.",
      "logit_bias",
      "invalid_type",
    ],
    [
      one({ role: undefined }),
      "Missing required parameter: 'messages[0].role'.",
      "messages[0].role",
      "missing_required_parameter",
    ],
    [
      one({ role: "robot" }),
      "Invalid value: 'robot'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool', and 'function'.",
      "messages[0].role",
      "invalid_value",
    ],
    [
      one({ content: undefined }),
      "Missing required parameter: 'messages[0].content'.",
      "messages[0].content",
      "missing_required_parameter",
    ],
    [
      one({ content: 5 }),
      "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
      "messages[0].content",
      "invalid_type",
    ],
    [
      one({ content: [{}] }),
      "Missing required parameter: 'messages[0].content[0].type'.",
      "messages[0].content[0].type",
      "missing_required_parameter",
    ],
    [
      one({ content: [{ type: "image_url", image_url: 5 }] }),
      "Invalid type for 'messages[0].content[0].image_url': expected an object, but got an integer instead.",
      "messages[0].content[0].image_url",
      "invalid_type",
    ],
    [
      one({ role: "tool" }),
      "Missing required parameter: 'messages[0].tool_call_id'.",
      "messages[0].tool_call_id",
      "missing_required_parameter",
    ],
    [
      called({ function: { name: "f", arguments: {} } }),
      "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object instead.",
      "messages[0].tool_calls[0].function.arguments",
      "invalid_type",
    ],
    [
      called({ type: "robot" }),
      "Invalid value: 'robot'. Supported values are: 'function', and 'custom'.",
      "messages[0].tool_calls[0].type",
      "invalid_value",
    ],
    [{ tools: [{ name: "f" }] }, "Missing required parameter: 'tools[0].type'.", "tools[0].type", "missing_required_parameter"],
    [
      { tool_choice: "maybe" },
      "Invalid value: 'maybe'. Supported values are: 'none', 'auto', and 'required'.",
      "tool_choice",
      "invalid_value",
    ],
    [
      { response_format: { type: "json_schema", json_schema: { name: "a" } } },
      "Missing required parameter: 'response_format.json_schema.schema'.",
      "response_format.json_schema.schema",
      "missing_required_parameter",
    ],
    [
      one({ cache_control: { type: "forever" } }),
      "Invalid value: 'forever'. Supported values are: 'ephemeral'.",
      "messages[0].cache_control.type",
      "invalid_value",
    ],
    [one({ role: "assistant", extra_content: 1 }), expect.any(String), "messages[0].extra_content", "invalid_type"],
  ])("%j", (fields, message, param, code) => {
    const error = errorOf(() => decode(fields));
    expect({ message: error.message, param: error.options.param, code: error.code, status: error.status }).toEqual({
      message,
      param,
      code,
      status: 400,
    });
  });

  it("numbers that are infinite here are no numbers", () => {
    const body = `{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1e999}`;
    expect(errorOf(() => openaiChat.decodeRequest(sourceOf(body))).options.param).toBe("temperature");
  });

  it("a value it quotes is short", () => {
    expect(errorOf(() => decode(one({ role: "x".repeat(1e5) }))).message.length).toBeLessThan(300);
  });
});

const SPEAKERS = ["openai", "azure", "cerebras", "deepseek", "groq", "mistral", "ollama", "openrouter", "together", "xai", "zai"];

for (const file of SPEAKERS) {
  describeOracle(file, (records) => {
    const chats = records.filter((it) => it.api === "chat" && it.request !== null && it.status < 400);
    it.each(chats.map((it) => [it.id, it] as const))("the recorded request %s is read", (_, { request, model }) => {
      // Azure names the model in the path.
      expect(openaiChat.decodeRequest(sourceOf({ model, ...request })).kind).toBe("chat");
    });
  });
}
