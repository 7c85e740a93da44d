import { GraftError } from "../../../plugins/core/errors";
import type { ChatEvent } from "../../../plugins/core/events";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { encodeModel, encodeModels } from "../../../plugins/dialects/openai-chat/encode-models";
import { answer, type Block, context, document, START, stream } from "./answer";
import { chunksOf, frames } from "./read-as-client";
import { errorOf } from "./request";

const TEXT = { kind: "text" } as const;
const CALL = { kind: "tool-call", id: "call_1", name: "f" } as const;
const USAGE: ChatEvent = { type: "usage", usage: { input: 3, output: 4, cacheRead: 1, reasoning: 2 } };

function messageOf(events: readonly ChatEvent[], fields = {}): unknown {
  const [choice] = document(events, fields)["choices"] as { message: unknown }[];
  return choice?.message;
}

/** The deltas of choice 0 in a stream, without the first, which names the role. */
function deltasOf(events: readonly ChatEvent[], fields = {}): unknown[] {
  const choices = chunksOf(stream(events, fields)).flatMap((chunk) => chunk.choices ?? []);
  return choices
    .filter((choice) => choice.index === 0)
    .slice(1)
    .map((choice) => choice.delta);
}

describe("a whole answer", () => {
  it("is a chat.completion", () => {
    expect(document([...answer([[TEXT, "Hel", "lo"]]), USAGE])).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 7,
      model: "m",
      choices: [
        { index: 0, message: { role: "assistant", content: "Hello", refusal: null }, logprobs: null, finish_reason: "stop" },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 4,
        total_tokens: 7,
        prompt_tokens_details: { cached_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
  });

  it("keeps the provider's extra fields, but not in place of ours", () => {
    const start: ChatEvent = {
      type: "start",
      id: "",
      model: "m",
      extra: { system_fingerprint: "fp", citations: ["u"], id: "x" },
    };
    const text = openaiChat.encodeResponse([start, ...answer([[TEXT, "a"]])], context());
    expect(JSON.parse(text)).toMatchObject({ id: "chatcmpl-1", created: 9, system_fingerprint: "fp", citations: ["u"] });
  });

  it("throws the error among its events", () => {
    const error = new GraftError("upstream_failed", "gone");
    expect(errorOf(() => document([{ type: "error", error }]))).toBe(error);
  });

  it("has one choice for each", () => {
    const { choices } = document([...answer([[TEXT, "b"]], "length", 1), ...answer([[TEXT, "a"]])]);
    expect(choices).toMatchObject([
      { index: 0, message: { content: "a" }, finish_reason: "stop" },
      { index: 1, message: { content: "b" }, finish_reason: "length" },
    ]);
  });
});

/** [what, blocks, message of a whole answer, deltas of a stream before the finish] */
const BLOCKS: readonly [string, readonly Block[], object, readonly object[]][] = [
  [
    "text of several blocks is joined",
    [
      [TEXT, "a"],
      [CALL, "{}"],
      [TEXT, "b"],
    ],
    { content: "ab", tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }] },
    [
      { content: "a" },
      { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
      { content: "b" },
    ],
  ],
  ["a refusal", [[{ kind: "refusal" }, "n", "o"]], { content: null, refusal: "no" }, [{ refusal: "n" }, { refusal: "o" }]],
  [
    "a call without arguments has an empty object",
    [[CALL]],
    { content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }] },
    [
      { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
    ],
  ],
  [
    "parallel calls count up; a custom one has free input; a signature is Google's",
    [
      [{ ...CALL, signature: "sig" }, "{}"],
      [{ kind: "tool-call", id: "call_2", name: "c", custom: true }, "free"],
    ],
    {
      content: null,
      tool_calls: [
        {
          id: "call_1",
          type: "function",
          function: { name: "f", arguments: "{}" },
          extra_content: { google: { thought_signature: "sig" } },
        },
        { id: "call_2", type: "custom", custom: { name: "c", input: "free" } },
      ],
    },
    [
      {
        tool_calls: [
          {
            index: 0,
            id: "call_1",
            type: "function",
            function: { name: "f", arguments: "" },
            extra_content: { google: { thought_signature: "sig" } },
          },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
      { tool_calls: [{ index: 1, id: "call_2", type: "custom", custom: { name: "c", input: "" } }] },
      { tool_calls: [{ index: 1, custom: { input: "free" } }] },
    ],
  ],
  [
    "unsigned reasoning is text only",
    [
      [{ kind: "reasoning", provider: "deepseek" }, "hm"],
      [TEXT, "a"],
    ],
    { content: "a", reasoning_content: "hm" },
    [{ reasoning_content: "hm" }, { content: "a" }],
  ],
  [
    "encrypted reasoning and summaries come as details, once",
    [
      [{ kind: "reasoning", provider: "anthropic", redacted: "xyz" }],
      [{ kind: "reasoning", provider: "openai", extra: { type: "reasoning.summary", id: "rs" } }, "s"],
      [TEXT, "a"],
    ],
    {
      content: "a",
      reasoning_content: "s",
      reasoning_details: [
        { type: "reasoning.encrypted", data: "xyz", format: "anthropic-claude-v1", index: 0 },
        { type: "reasoning.summary", summary: "s", format: "openai-responses-v1", index: 1, id: "rs" },
      ],
    },
    [
      { reasoning_content: "s" },
      { content: "a" },
      {
        reasoning_details: [
          { type: "reasoning.encrypted", data: "xyz", format: "anthropic-claude-v1", index: 0 },
          { type: "reasoning.summary", summary: "s", format: "openai-responses-v1", index: 1, id: "rs" },
        ],
      },
    ],
  ],
  [
    "audio",
    [[{ kind: "audio", id: "audio_9", expiresAt: 5 }, "he", { text: "y", data: "QQ==" }]],
    { content: null, audio: { id: "audio_9", expires_at: 5, transcript: "hey", data: "QQ==" } },
    [{ audio: { id: "audio_9", expires_at: 5 } }, { audio: { transcript: "he" } }, { audio: { transcript: "y", data: "QQ==" } }],
  ],
  [
    "images",
    [[{ kind: "image", mediaType: "image/png", data: "QQ==" }], [{ kind: "image", mediaType: "", url: "https://x/a.png" }]],
    {
      content: "",
      images: [
        { type: "image_url", image_url: { url: "data:image/png;base64,QQ==" }, index: 0 },
        { type: "image_url", image_url: { url: "https://x/a.png" }, index: 1 },
      ],
    },
    [
      { images: [{ type: "image_url", image_url: { url: "data:image/png;base64,QQ==" }, index: 0 }] },
      { images: [{ type: "image_url", image_url: { url: "https://x/a.png" }, index: 1 }] },
    ],
  ],
  [
    "blocks of one provider",
    [
      [{ kind: "opaque", provider: "anthropic", value: { type: "server_tool_use" } }],
      [{ kind: "opaque", provider: "anthropic", value: { type: "result" } }],
      [TEXT, "a"],
    ],
    { content: "a", extra_content: { anthropic: { blocks: [{ type: "server_tool_use" }, { type: "result" }] } } },
    [{ content: "a" }, { extra_content: { anthropic: { blocks: [{ type: "server_tool_use" }, { type: "result" }] } } }],
  ],
];

describe.each(BLOCKS)("%s", (_, blocks, message, deltas) => {
  it("whole", () => expect(messageOf(answer(blocks))).toEqual({ role: "assistant", refusal: null, ...message }));
  it("streamed", () => expect(deltasOf(answer(blocks))).toEqual([...deltas, {}]));
});

describe("signatures and annotations", () => {
  const signed: ChatEvent[] = [
    { type: "block-start", choice: 0, block: 0, start: { kind: "reasoning", provider: "anthropic" } },
    { type: "delta", choice: 0, block: 0, text: "hm" },
    { type: "signature", choice: 0, block: 0, signature: "s1" },
    { type: "block-end", choice: 0, block: 0 },
    { type: "block-start", choice: 0, block: 1, start: { kind: "text" } },
    { type: "delta", choice: 0, block: 1, text: "abc" },
    { type: "block-end", choice: 0, block: 1 },
    { type: "block-start", choice: 0, block: 2, start: { kind: "text" } },
    { type: "delta", choice: 0, block: 2, text: "def" },
    {
      type: "annotation",
      choice: 0,
      block: 2,
      annotation: { type: "url_citation", url: "u", title: "t", startIndex: 1, endIndex: 2 },
    },
    { type: "annotation", choice: 0, block: 2, annotation: { type: "document_citation", title: "d", citedText: "q" } },
    { type: "signature", choice: 0, block: 2, signature: "s2" },
    { type: "block-end", choice: 0, block: 2 },
    { type: "finish", choice: 0, reason: "stop" },
  ];
  const side = {
    annotations: [
      { type: "url_citation", url_citation: { start_index: 4, end_index: 5, title: "t", url: "u" } },
      { type: "document_citation", document_citation: { start_index: 3, end_index: 6, title: "d", cited_text: "q" } },
    ],
    reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "s1", format: "anthropic-claude-v1", index: 0 }],
    extra_content: { google: { thought_signature: "s2" } },
  };
  it("whole: offsets count the joined text", () => {
    expect(messageOf(signed)).toEqual({ role: "assistant", content: "abcdef", refusal: null, reasoning_content: "hm", ...side });
  });
  it("streamed: once, before the finish", () => {
    expect(deltasOf(signed)).toEqual([{ reasoning_content: "hm" }, { content: "abc" }, { content: "def" }, side, {}]);
  });
  it("a signature that comes after a tool call began", () => {
    const events: ChatEvent[] = [
      { type: "block-start", choice: 0, block: 0, start: CALL },
      { type: "delta", choice: 0, block: 0, text: "{}" },
      { type: "signature", choice: 0, block: 0, signature: "s" },
      { type: "block-end", choice: 0, block: 0 },
      { type: "finish", choice: 0, reason: "tool-calls" },
    ];
    expect(deltasOf(events)[2]).toEqual({ tool_calls: [{ index: 0, extra_content: { google: { thought_signature: "s" } } }] });
    expect(messageOf(events)).toMatchObject({ tool_calls: [{ extra_content: { google: { thought_signature: "s" } } }] });
  });
});

describe("logprobs", () => {
  const tokens = [{ token: "a", logprob: -1, bytes: [97], top: [{ token: "b", logprob: -2 }] }];
  const wire = [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [{ token: "b", logprob: -2, bytes: null }] }];
  const events: ChatEvent[] = [{ type: "logprobs", choice: 0, of: "content", tokens }, ...answer([[TEXT, "a"]])];
  it("of a very long answer", () => {
    const long = Array.from({ length: 300_000 }, () => ({ token: "a", logprob: -1 }));
    const [choice] = document([{ type: "logprobs", choice: 0, of: "content", tokens: long }, ...answer([[TEXT, "a"]])])[
      "choices"
    ] as { logprobs: { content: unknown[] } }[];
    expect(choice?.logprobs.content).toHaveLength(300_000);
  });
  it("whole", () => expect(document(events)["choices"]).toMatchObject([{ logprobs: { content: wire, refusal: null } }]));
  it("streamed", () => {
    const choices = chunksOf(stream(events)).flatMap((chunk) => chunk.choices);
    expect(choices[1]).toEqual({ index: 0, delta: {}, logprobs: { content: wire, refusal: null }, finish_reason: null });
  });
});

describe("finish reasons", () => {
  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool-calls", "tool_calls"],
    ["content-filter", "content_filter"],
    ["error", "error"],
    ["other", "stop"],
  ] as const)("%s → %s", (reason, expected) => {
    const events = answer([[TEXT, "a"]], reason, 0, "raw_word");
    const native = reason === "other" || reason === "error" ? { native_finish_reason: "raw_word" } : {};
    expect(document(events)["choices"]).toEqual([expect.objectContaining({ finish_reason: expected, ...native })]);
    const last = chunksOf(stream(events)).at(-1)?.choices[0];
    expect(last).toEqual({ index: 0, delta: {}, logprobs: null, finish_reason: expected, ...native });
  });
});

describe("a stream", () => {
  const plain = answer([[TEXT, "a"]]);

  it("looks as OpenAI's does, byte for byte", () => {
    const head = `"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m"`;
    expect(stream(plain)).toBe(
      [
        `data: {${head},"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}`,
        `data: {${head},"choices":[{"index":0,"delta":{"content":"a"},"logprobs":null,"finish_reason":null}]}`,
        `data: {${head},"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}`,
        "data: [DONE]",
        "",
      ].join("\n\n"),
    );
  });

  it("says usage last when asked for it, and null before", () => {
    const chunks = chunksOf(stream([...plain, USAGE], { includeUsage: true }));
    expect(chunks.map((chunk) => chunk.usage)).toEqual([null, null, null, expect.objectContaining({ prompt_tokens: 3 })]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  it("says no usage when not asked", () => {
    for (const chunk of chunksOf(stream([...plain, USAGE]))) expect(chunk).not.toHaveProperty("usage");
  });

  it("makes up no usage", () => {
    expect(chunksOf(stream(plain, { includeUsage: true })).map((chunk) => chunk.usage)).toEqual([null, null, null]);
  });

  it("ends in a typed error, without [DONE]", () => {
    const error = new GraftError("rate_limited", 'slow "down"\n', { code: "x" });
    const text = stream([...answer([[TEXT, "a"]]).slice(0, 2), { type: "error", error }]);
    expect(frames(text).at(-1)).toBe(
      JSON.stringify({ error: { message: 'slow "down"\n', type: "rate_limit_error", param: null, code: "x" } }),
    );
    expect(text).not.toContain("[DONE]");
  });

  it("opens every choice with its role", () => {
    const chunks = chunksOf(stream([...answer([[TEXT, "a"]]), ...answer([[TEXT, "b"]], "stop", 1)]));
    const roles = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.delta?.role !== undefined);
    expect(roles.map((choice) => choice.index)).toEqual([0, 1]);
  });

  it("says the provider's short extra fields on every chunk and long ones once", () => {
    const encoder = openaiChat.encodeStream(context());
    const start: ChatEvent = { type: "start", id: "x", model: "m", extra: { system_fingerprint: "fp", citations: ["u"] } };
    const text = [start, ...plain].map((event) => encoder.push(event)).join("");
    const chunks = chunksOf(text) as unknown as Record<string, unknown>[];
    expect(chunks.map((chunk) => chunk["system_fingerprint"])).toEqual(["fp", "fp", "fp"]);
    expect(chunks.map((chunk) => chunk["citations"])).toEqual([["u"], undefined, undefined]);
  });

  it("survives hostile text and names", () => {
    const hostile = 'a"\\\u2028\n\n]}data: [DONE]\u0000\ud800';
    const encoder = openaiChat.encodeStream(context());
    const events = [
      { ...START, model: hostile, id: hostile } as ChatEvent,
      ...answer([
        [TEXT, hostile],
        [{ ...CALL, name: hostile }, hostile],
      ]),
    ];
    const chunks = chunksOf(events.map((event) => encoder.push(event)).join(""));
    expect(chunks[0]).toMatchObject({ id: hostile, model: hostile });
    expect(chunks[1]?.choices[0]?.delta?.content).toBe(hostile);
    expect(chunks[3]?.choices[0]?.delta?.tool_calls?.[0]?.function?.arguments).toBe(hostile);
  });
});

describe("the deprecated function_call", () => {
  const legacyFunctions = true;
  const events = answer([[CALL, '{"a":', "1}"]], "tool-calls");
  it("whole", () => {
    expect(messageOf(events, { legacyFunctions })).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      function_call: { name: "f", arguments: '{"a":1}' },
    });
    expect(document(events, { legacyFunctions })["choices"]).toMatchObject([{ finish_reason: "function_call" }]);
  });
  it("streamed", () => {
    expect(deltasOf(events, { legacyFunctions })).toEqual([
      { function_call: { name: "f", arguments: "" } },
      { function_call: { arguments: '{"a":' } },
      { function_call: { arguments: "1}" } },
      {},
    ]);
  });
});

describe("errors", () => {
  it("have OpenAI's shape and nothing else", () => {
    const { headers, body } = openaiChat.encodeError(
      new GraftError("model_not_found", "no", { param: "model", cause: "secret" }),
    );
    expect(headers).toEqual({ "content-type": "application/json" });
    expect(body).toBe(`{"error":{"message":"no","type":"invalid_request_error","param":"model","code":"model_not_found"}}`);
  });
  it("say when to come back", () => {
    const error = new GraftError("rate_limited", "later", { retryAfterMs: 1200.5, shouldRetry: false });
    expect(openaiChat.encodeError(error).headers).toEqual({
      "content-type": "application/json",
      "retry-after": "2",
      "retry-after-ms": "1201",
      "x-should-retry": "false",
    });
  });
});

describe("models", () => {
  const model = { id: "a/b", created: 5, ownedBy: "graft" };
  const wire = { id: "a/b", object: "model", created: 5, owned_by: "graft" };
  it("list", () => expect(JSON.parse(encodeModels([model]))).toEqual({ object: "list", data: [wire] }));
  it("one", () => expect(JSON.parse(encodeModel(model))).toEqual(wire));
});
