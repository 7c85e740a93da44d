/** Quirks of servers that speak chat completions, one by one. Each stream is read whole and byte by byte. */
import type { ChatEvent } from "../../../plugins/core/events";
import { openai } from "../../../plugins/providers/openai";
import { anyOpenaiCompatible } from "../../../plugins/providers/openai-compatible";
import { decodePieces, type Folded, foldEvents, goldenTable, grammarBreaks, splits, testContext } from "../oracle";

function sse(...chunks: readonly (object | string)[]): Buffer {
  return Buffer.from(chunks.map((it) => `data: ${typeof it === "string" ? it : JSON.stringify(it)}\n\n`).join(""));
}

const at = (delta: object, finish: string | null = null, index = 0): object => ({
  id: "c1",
  model: "m",
  created: 5,
  choices: [{ index, delta, finish_reason: finish }],
});
const STOP = at({}, "stop");
const DONE = "[DONE]";

function events(...chunks: readonly (object | string)[]): ChatEvent[] {
  const pieces = splits(sse(...chunks));
  const whole = decodePieces(anyOpenaiCompatible, true, pieces.whole, testContext("asked"));
  expect(grammarBreaks(whole)).toEqual([]);
  expect(decodePieces(anyOpenaiCompatible, true, pieces.bytes, testContext("asked"))).toEqual(whole);
  return whole;
}

function fold(...chunks: readonly (object | string)[]): Folded {
  return foldEvents(events(...chunks));
}

function whole(message: object, fields: object = {}): ChatEvent[] {
  const body = { id: "c1", model: "m", created: 5, choices: [{ index: 0, message, finish_reason: "stop" }], ...fields };
  const decoded = anyOpenaiCompatible.decodeResponse(body, testContext("asked"));
  expect(grammarBreaks(decoded)).toEqual([]);
  return decoded;
}

const piece = (fields: object, index?: number): object =>
  at({ tool_calls: [index === undefined ? fields : { index, ...fields }] });
const CALLS = at({}, "tool_calls");

it("choices are bounded: each costs memory for as long as the stream runs", () => {
  const flood = Array.from({ length: 2000 }, (_, index) => at({ content: "x" }, null, index));
  const made = decodePieces(openai, true, splits(sse(...flood)).whole, testContext("asked"));
  expect(made.at(-1)).toMatchObject({ type: "error", error: { kind: "upstream_invalid" } });
});

describe("tool calls", () => {
  const f = { id: "a", name: "f", arguments: `{"x":1}` };
  const g = { id: "b", name: "g", arguments: "{}" };
  it.each<[string, object[], object[]]>([
    [
      "as OpenAI sends them",
      [
        piece({ id: "a", type: "function", function: { name: "f", arguments: "" } }, 0),
        piece({ function: { arguments: `{"x"` } }, 0),
        piece({ function: { arguments: ":1}" } }, 0),
        piece({ id: "b", type: "function", function: { name: "g", arguments: "" } }, 1),
        piece({ function: { arguments: "{}" } }, 1),
      ],
      [f, g],
    ],
    [
      "interleaved",
      [
        piece({ id: "a", function: { name: "f", arguments: `{"x"` } }, 0),
        piece({ id: "b", function: { name: "g", arguments: "{" } }, 1),
        piece({ function: { arguments: ":1}" } }, 0),
        piece({ function: { arguments: "}" } }, 1),
      ],
      [f, g],
    ],
    [
      "whole, several in one chunk, without index",
      [
        at({
          tool_calls: [
            { id: "a", function: { name: "f", arguments: `{"x":1}` } },
            { id: "b", function: { name: "g", arguments: "{}" } },
          ],
        }),
      ],
      [f, g],
    ],
    [
      "with id and name repeated on every piece",
      [
        piece({ id: "a", function: { name: "f", arguments: `{"x"` } }, 0),
        piece({ id: "a", function: { name: "f", arguments: ":1}" } }, 0),
      ],
      [f],
    ],
    [
      "all at index 0",
      [
        piece({ id: "a", function: { name: "f", arguments: `{"x":1}` } }, 0),
        piece({ id: "b", function: { name: "g", arguments: "{}" } }, 0),
      ],
      [f, g],
    ],
    [
      "without index, in pieces",
      [
        piece({ id: "a", function: { name: "f" } }),
        piece({ function: { arguments: `{"x":1}` } }),
        piece({ id: "b", function: { name: "g", arguments: "{}" } }),
      ],
      [f, g],
    ],
    [
      "without ids",
      [
        piece({ id: "", function: { name: "f", arguments: `{"x":1}` } }, 0),
        piece({ function: { name: "g", arguments: "{}" } }, 1),
      ],
      [
        { ...f, id: "call_1" },
        { ...g, id: "call_2" },
      ],
    ],
    [
      "arguments before the name",
      [piece({ id: "a", function: { arguments: `{"x"` } }, 0), piece({ function: { name: "f", arguments: ":1}" } }, 0)],
      [f],
    ],
    ["arguments as an object", [piece({ id: "a", function: { name: "f", arguments: { x: 1 } } }, 0)], [f]],
    ["without a name", [piece({ id: "a", function: { arguments: "{}" } }, 0)], [{ id: "a", name: "", arguments: "{}" }]],
    ["index numbers with gaps", [piece({ id: "a", function: { name: "f", arguments: `{"x":1}` } }, 3)], [f]],
    [
      "the deprecated form",
      [at({ function_call: { name: "f", arguments: `{"x"` } }), at({ function_call: { arguments: ":1}" } })],
      [{ ...f, id: "call_1" }],
    ],
  ])("%s", (_, chunks, expected) => {
    const folded = fold(...chunks, CALLS, DONE);
    expect(folded.toolCalls).toEqual(expected);
    expect(folded.finish).toBe("tool-calls");
  });

  it("custom ones, and Gemini's signatures", () => {
    const google = { google: { thought_signature: "s" } };
    const starts = events(
      piece({ id: "a", type: "custom", custom: { name: "c", input: "fr" } }, 0),
      piece({ custom: { input: "ee" } }, 0),
      piece({ id: "b", function: { name: "f", arguments: "{}" }, extra_content: google }, 1),
      CALLS,
    ).flatMap((event) => (event.type === "block-start" ? [event.start] : []));
    expect(starts).toEqual([
      { kind: "tool-call", id: "a", name: "c", custom: true },
      { kind: "tool-call", id: "b", name: "f", signature: "s" },
    ]);
  });

  it("with endless arguments end in an error", () => {
    const decoder = openai.decodeStream({ ...testContext(), maxEventBytes: 1000 });
    decoder.push(sse(piece({ id: "a", function: { name: "f", arguments: "" } }, 0)));
    let last: ChatEvent | undefined;
    for (let i = 0; i < 10; i += 1)
      last = decoder.push(sse(piece({ function: { arguments: "x".repeat(200) } }, 0))).at(-1) ?? last;
    expect(last).toMatchObject({ type: "error", error: { kind: "upstream_invalid" } });
    expect(decoder.push(sse(STOP))).toEqual([]);
  });

  it("without end are an error", () => {
    const calls = Array.from({ length: 1001 }, (_, at) => piece({ id: `c${at}`, function: { name: "f" } }, at));
    expect(decodePieces(openai, true, [sse(...calls, CALLS, DONE)], testContext()).at(-1)).toMatchObject({
      type: "error",
      error: { kind: "upstream_invalid" },
    });
  });

  it("in a whole message that repeats one index", () => {
    const tool_calls = [
      { index: 0, id: "a", function: { name: "f", arguments: `{"x":1}` } },
      { index: 0, id: "b", function: { name: "g", arguments: "{}" } },
    ];
    expect(foldEvents(whole({ role: "assistant", content: null, tool_calls })).toolCalls).toEqual([f, g]);
  });
});

describe("text, refusal and reasoning", () => {
  it("keep their order", () => {
    const kinds = events(
      at({ reasoning_content: "r" }),
      at({ content: "a" }),
      piece({ id: "1", function: { name: "f", arguments: "{}" } }, 0),
      at({ content: "b" }),
      at({ refusal: "no" }),
      STOP,
    ).flatMap((event) => (event.type === "block-start" ? [event.start.kind] : []));
    expect(kinds).toEqual(["reasoning", "text", "tool-call", "text", "refusal"]);
  });

  it.each([
    ["reasoning_content", { reasoning_content: "hm" }],
    ["reasoning", { reasoning: "hm" }],
    ["both in one", { reasoning: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm", index: 0 }] }],
    ["details only", { reasoning_details: [{ type: "reasoning.summary", summary: "hm", index: 0 }] }],
    ["Mistral's parts", { content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }],
  ])("reasoning as %s", (_, delta) => {
    expect(fold(at(delta), at({ content: "a" }), STOP, DONE)).toMatchObject({ reasoning: "hm", text: "a" });
    expect(foldEvents(whole({ content: "a", ...delta })).reasoning).toBe("hm");
  });

  it("signatures and encrypted reasoning belong to who made them", () => {
    const details = [
      { type: "reasoning.text", text: "a", format: "anthropic-claude-v1", index: 0 },
      { type: "reasoning.text", signature: "s", format: "anthropic-claude-v1", index: 0 },
      { type: "reasoning.encrypted", data: "x", format: "openai-responses-v1", id: "rs", index: 1 },
    ];
    const decoded = events(...details.map((detail) => at({ reasoning_details: [detail] })), STOP);
    expect(decoded.slice(1, -1)).toEqual([
      { type: "block-start", choice: 0, block: 0, start: { kind: "reasoning", provider: "anthropic" } },
      { type: "delta", choice: 0, block: 0, text: "a" },
      { type: "signature", choice: 0, block: 0, signature: "s" },
      { type: "block-end", choice: 0, block: 0 },
      {
        type: "block-start",
        choice: 0,
        block: 1,
        start: { kind: "reasoning", provider: "openai", redacted: "x", extra: { id: "rs" } },
      },
      { type: "block-end", choice: 0, block: 1 },
    ]);
  });
});

describe("the rest of an answer", () => {
  it("annotations count from their block", () => {
    const note = { type: "url_citation", url_citation: { url: "u", title: "t", start_index: 3, end_index: 4 } };
    const call = piece({ id: "1", function: { name: "f", arguments: "{}" } }, 0);
    const decoded = events(at({ content: "abc" }), call, at({ content: "def", annotations: [note, { type: "file" }] }), STOP);
    expect(decoded.filter((event) => event.type === "annotation")).toEqual([
      {
        type: "annotation",
        choice: 0,
        block: 2,
        annotation: { type: "url_citation", url: "u", title: "t", startIndex: 0, endIndex: 1 },
      },
    ]);
    expect(whole({ content: "abcdef", annotations: [note] }).filter((event) => event.type === "annotation")).toHaveLength(1);
    expect(
      events(at({ content: "abc" }), at({ refusal: "x" }), at({ annotations: [note] }), STOP).some(
        (it) => it.type === "annotation",
      ),
    ).toBe(true);
  });

  it("logprobs, audio, images", () => {
    const logprobs = {
      content: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [{ token: "b", logprob: -2, bytes: null }] }],
      refusal: null,
    };
    const decoded = events(
      { ...at({ content: "a" }), choices: [{ index: 0, delta: { content: "a" }, logprobs, finish_reason: null }] },
      at({ audio: { id: "au", transcript: "he", data: "QQ==" } }),
      at({ audio: { data: "QUI=" } }),
      at({ images: [{ type: "image_url", image_url: { url: "data:image/png;base64,QQ==" } }] }),
      STOP,
    );
    expect(decoded).toContainEqual({
      type: "logprobs",
      choice: 0,
      of: "content",
      tokens: [{ token: "a", logprob: -1, bytes: [97], top: [{ token: "b", logprob: -2 }] }],
    });
    expect(decoded).toContainEqual({ type: "delta", choice: 0, block: 1, text: "he", data: "QQ==" });
    expect(decoded).toContainEqual({ type: "delta", choice: 0, block: 1, text: "", data: "QUI=" });
    expect(decoded).toContainEqual({
      type: "block-start",
      choice: 0,
      block: 2,
      start: { kind: "image", mediaType: "image/png", data: "QQ==" },
    });
  });

  it("several choices", () => {
    const decoded = events(
      at({ content: "a" }),
      at({ content: "x" }, null, 1),
      at({ content: "b" }),
      at({}, "length", 1),
      STOP,
      DONE,
    );
    expect(foldEvents(decoded).text).toBe("ab");
    expect(decoded.filter((event) => event.type === "finish")).toEqual([
      { type: "finish", choice: 0, reason: "stop", raw: "stop" },
      { type: "finish", choice: 1, reason: "length", raw: "length" },
    ]);
  });

  it("Azure's first chunk has nothing yet", () => {
    const first = { id: "", model: "", created: 0, choices: [], prompt_filter_results: [{}] };
    expect(events(first, at({ content: "a" }), STOP, DONE)[0]).toEqual({ type: "start", id: "c1", model: "m", created: 5 });
  });

  it("ids and models that are missing are made up and the asked one", () => {
    const bare = { choices: [{ delta: { content: "a" }, finish_reason: "stop" }], system_fingerprint: "fp" };
    expect(events(bare, DONE)[0]).toEqual({
      type: "start",
      id: "chatcmpl-1",
      model: "asked",
      extra: { system_fingerprint: "fp" },
    });
  });

  it.each([
    ["stop", "stop"],
    ["eos", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
    ["tool_calls", "tool-calls"],
    ["function_call", "tool-calls"],
    ["content_filter", "content-filter"],
    ["error", "error"],
    ["something_new", "other"],
  ])("finish %s → %s", (raw, reason) => {
    expect(events(at({ content: "a" }, raw), DONE).at(-1)).toEqual({ type: "finish", choice: 0, reason, raw });
  });

  it("usage comes on a chunk of its own, on the last one, or in Groq's and Moonshot's places", () => {
    const usage = {
      prompt_tokens: 3,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    const expected = { input: 3, output: 4, cacheRead: 1, reasoning: 2 };
    const end = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
    for (const chunks of [
      [{ ...end }, { choices: [], usage }],
      [{ ...end, usage }],
      [{ ...end, x_groq: { usage } }],
      [{ choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] }],
    ]) {
      expect(fold(at({ content: "a" }), ...chunks, DONE).usage).toEqual(expected);
    }
  });

  it.each([
    [
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 8, completion_tokens_details: { reasoning_tokens: 5 } },
      { input: 1, output: 7, reasoning: 5 },
    ],
    [
      { prompt_tokens: 1, completion_tokens: 7, total_tokens: 8, completion_tokens_details: { reasoning_tokens: 5 } },
      { input: 1, output: 7, reasoning: 5 },
    ],
    [
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 4 },
      { input: 9, output: 1, cacheRead: 4 },
    ],
    [
      { prompt_tokens: 9, completion_tokens: 1, cached_tokens: 4, cache_creation_input_tokens: 2 },
      { input: 9, output: 1, cacheRead: 4, cacheWrite: 2 },
    ],
    // xAI counts images, OpenRouter those it made, gateways in front of Anthropic what is kept for an hour.
    [
      {
        ...{ prompt_tokens: 90, completion_tokens: 70, cache_creation: { ephemeral_1h_input_tokens: 2 } },
        prompt_tokens_details: { audio_tokens: 5, image_tokens: 6, cached_tokens: 7, cache_write_tokens: 8 },
        completion_tokens_details: { audio_tokens: 9, image_tokens: 10, reasoning_tokens: 11 },
        server_tool_use: { web_search_requests: 3 },
      },
      {
        ...{ input: 90, cacheRead: 7, cacheWrite: 8, cacheWriteHour: 2, audioInput: 5, imageInput: 6 },
        ...{ output: 70, reasoning: 11, audioOutput: 9, imageOutput: 10, webSearches: 3 },
      },
    ],
    // Perplexity.
    [
      { prompt_tokens: 9, completion_tokens: 1, num_search_queries: 4 },
      { input: 9, output: 1, webSearches: 4 },
    ],
    // Mistral.
    [
      { prompt_tokens: 9, completion_tokens: 1, service_tier: "flex" },
      { input: 9, output: 1, serviceTier: "flex" },
    ],
    [{ prompt_tokens: "9", foo: 1 }, undefined],
    [null, undefined],
  ])("usage %j", (usage, expected) => expect(foldEvents(whole({ content: "a" }, { usage })).usage).toEqual(expected));

  it.each<[string, [object, object], string | undefined]>([
    ["on every chunk", [{ service_tier: "priority" }, { service_tier: "priority" }], "priority"],
    ["on the first chunk only", [{ service_tier: "flex" }, {}], "flex"],
    ["as asked, then as served", [{ service_tier: "auto" }, { service_tier: "default" }], "default"],
    ["empty, or no word at all", [{ service_tier: "" }, { service_tier: null }], undefined],
    ["far too long", [{ service_tier: "x".repeat(65) }, {}], undefined],
  ])("service tier: %s", (_, [first, last], serviceTier) => {
    const usage = { prompt_tokens: 3, completion_tokens: 4 };
    const chunks = [{ ...at({ content: "a" }, "stop"), ...first }, { choices: [], usage, ...last }, DONE];
    expect(fold(...chunks).usage).toEqual({ input: 3, output: 4, ...(serviceTier === undefined ? {} : { serviceTier }) });
  });
});

describe("how a stream ends", () => {
  const last = (...chunks: readonly (object | string)[]): ChatEvent | undefined => events(...chunks).at(-1);
  it.each<[string, (object | string)[], object]>([
    ["cut off", [at({ content: "a" })], { type: "error", error: { kind: "upstream_failed" } }],
    [
      "cut off for one choice",
      [at({}, "stop"), at({ content: "a" }, null, 1)],
      { type: "error", error: { kind: "upstream_failed" } },
    ],
    ["cut off after empty finish reasons", [at({ content: "a" }, "")], { type: "error", error: { kind: "upstream_failed" } }],
    ["empty", [], { type: "error", error: { kind: "upstream_invalid" } }],
    ["only [DONE]", [DONE], { type: "error", error: { kind: "upstream_invalid" } }],
    ["without [DONE]", [at({ content: "a" }), STOP], { type: "finish", reason: "stop" }],
    ["[DONE] without a reason", [at({ content: "a" }), DONE], { type: "finish", reason: "other" }],
    [
      "[DONE] without a reason after a call",
      [piece({ id: "a", function: { name: "f" } }, 0), DONE],
      { type: "finish", reason: "tool-calls" },
    ],
    ["data after [DONE]", [STOP, DONE, at({ content: "b" })], { type: "finish", reason: "stop" }],
    ["text after the finish reason", [STOP, at({ content: "b" }), DONE], { type: "finish", reason: "stop" }],
    [
      "an error",
      [at({ content: "a" }), { error: { message: "m", type: "server_error" } }, DONE],
      { type: "error", error: { message: "m" } },
    ],
    [
      "an error on the choice",
      [{ ...at({}, "error"), error: { message: "m", code: 503 } }, DONE],
      { type: "error", error: { kind: "upstream_busy" } },
    ],
    ["no JSON", [at({ content: "a" }), "{oops", DONE], { type: "error", error: { kind: "upstream_invalid" } }],
  ])("%s", (_, chunks, expected) => expect(last(...chunks)).toMatchObject(expected));

  it("an `event: error` whose data is the error", () => {
    const body = Buffer.from(`event: error\ndata: {"message":"m","type":"rate_limit_error"}\n\n`);
    expect(decodePieces(openai, true, [body], testContext())).toMatchObject([
      { type: "error", error: { kind: "rate_limited", message: "m" } },
    ]);
  });
});

describe("what is no answer", () => {
  it.each([[null], [[]], ["x"], [{}], [{ choices: [] }], [{ choices: "x" }]])("%j", (body) => {
    expect(() => openai.decodeResponse(body, testContext())).toThrow(expect.objectContaining({ kind: "upstream_invalid" }));
  });
  it("an error with status 200", () => {
    const body = { error: { message: "m", code: 429 } };
    expect(() => openai.decodeResponse(body, testContext())).toThrow(
      expect.objectContaining({ kind: "rate_limited", message: "m" }),
    );
  });
  it("odd types inside an answer are read as absent", () => {
    const body = {
      id: 1,
      model: [],
      choices: [null, { index: -1, message: { content: 5, tool_calls: {}, annotations: "x" }, logprobs: [] }],
      usage: [],
    };
    expect(foldEvents(openai.decodeResponse(body, testContext()))).toMatchObject({ text: "", toolCalls: [], usage: undefined });
  });
});

describe("credentials", () => {
  it("are a bearer token", () =>
    expect([openai.credentialHeader, openai.credential("k")]).toEqual(["authorization", "Bearer k"]));
});

const STREAMS: Readonly<Record<string, Partial<Folded>>> = {
  "openai/chat-multi-chunk.sse": { text: "hello world", finish: "stop", usage: { input: 10, output: 2 } },
  "openai/chat-streaming-no-usage.sse": { text: "Hello!", finish: "stop", usage: undefined },
  "openai/chat-streaming-with-cache.sse": {
    text: "Hi",
    finish: "stop",
    usage: { input: 30, output: 15, cacheRead: 10, cacheWrite: 5, reasoning: 7 },
  },
  "openai/chat-streaming-with-tool-calls.sse": {
    toolCalls: [{ id: "call_1", name: "get_weather", arguments: "{}" }],
    finish: "tool-calls",
  },
  "protocol-conversion/deepseek-usage-null.sse": { text: "Hi!", finish: "stop", usage: { input: 5, output: 2 } },
  "protocol-conversion/empty-sse-frames.sse": { text: "Hi", finish: "stop", usage: { input: 3, output: 1 } },
  "protocol-conversion/null-finish-reason.sse": { text: "Hi!", finish: "stop", usage: { input: 5, output: 3 } },
  "protocol-conversion/openrouter-double-finish.sse": { text: "Hi!", finish: "stop", usage: { input: 8, output: 2 } },
  "protocol-conversion/usage-only-final-chunk.sse": { text: "Hi", finish: "stop", usage: { input: 10, output: 5 } },
};

const table = goldenTable("apisix");
(table === undefined ? describe.skip : describe)("APISIX's table of streams", () => {
  it.each(Object.entries(STREAMS))("%s", (id, expected) => {
    const row = table?.find((it) => it["id"] === id) as { input: { text: string } };
    const pieces = splits(Buffer.from(row.input.text));
    for (const split of Object.values(pieces)) {
      const decoded = decodePieces(anyOpenaiCompatible, true, split, testContext());
      expect(grammarBreaks(decoded)).toEqual([]);
      expect(foldEvents(decoded)).toMatchObject(expected);
    }
  });
});
