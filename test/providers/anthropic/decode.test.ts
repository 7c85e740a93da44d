import fc from "fast-check";
import type { ChatEvent } from "../../../plugins/core/events";
import { anthropic } from "../../../plugins/providers/anthropic";
import { decodePieces, foldEvents, grammarBreaks, splits, testContext } from "../oracle";

const START = {
  type: "message_start",
  message: { id: "msg_1", model: "claude-x", usage: { input_tokens: 3, output_tokens: 1 } },
};
const STOP = { type: "message_stop" };
const end = (stop_reason: string, more: object = {}): object => ({
  ...{ type: "message_delta", delta: { stop_reason, ...more }, usage: { output_tokens: 9 } },
});
const block = (index: number, content_block: object, ...deltas: object[]): object[] => [
  { type: "content_block_start", index, content_block },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];

function sse(events: readonly object[]): Buffer {
  return Buffer.from(
    events.map((event) => `event: ${(event as { type: string }).type}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join(""),
  );
}

/** Reads the stream in every way of cutting it; all must agree. */
function stream(events: readonly object[], context = testContext): ChatEvent[] {
  const pieces = splits(sse(events));
  const whole = decodePieces(anthropic, true, pieces.whole, context());
  expect(grammarBreaks(whole)).toEqual([]);
  for (const cut of [pieces.bytes, pieces.sevens, pieces.random])
    expect(decodePieces(anthropic, true, cut, context())).toEqual(whole);
  return whole;
}

const TEXT = block(0, { type: "text", text: "" }, { type: "text_delta", text: "Grüße, " }, { type: "text_delta", text: "世界" });

it("reads a stream with everything in it, in order", () => {
  const events = stream([
    START,
    { type: "ping" },
    ...block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "Let me " },
      { type: "thinking_delta", thinking: "see." },
      { type: "signature_delta", signature: "c2ln" },
    ),
    ...block(1, { type: "redacted_thinking", data: "xyz" }),
    ...block(
      2,
      { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
      { type: "input_json_delta", partial_json: '{"query":' },
      { type: "input_json_delta", partial_json: '"x"}' },
    ),
    ...block(3, { type: "web_search_tool_result", tool_use_id: "s1", content: [] }),
    ...block(
      4,
      { type: "text", text: "It is" },
      { type: "text_delta", text: " so." },
      {
        type: "citations_delta",
        citation: { type: "web_search_result_location", url: "https://x", title: "X", cited_text: "so" },
      },
      { type: "a_delta_of_2027", what: 1 },
    ),
    ...block(
      5,
      { type: "tool_use", id: "t1", name: "look", input: {} },
      { type: "input_json_delta", partial_json: "" },
      { type: "input_json_delta", partial_json: '{"a":' },
      { type: "input_json_delta", partial_json: "1}" },
    ),
    ...block(6, { type: "tool_use", id: "t2", name: "look", input: {} }, { type: "input_json_delta", partial_json: "" }),
    { type: "an_event_of_2027", index: 0 },
    end("tool_use"),
    STOP,
  ]);
  const starts = events.flatMap((event) => (event.type === "block-start" ? [event.start] : []));
  expect(starts).toEqual([
    { kind: "reasoning", provider: "anthropic" },
    { kind: "reasoning", provider: "anthropic", redacted: "xyz" },
    {
      kind: "opaque",
      provider: "anthropic",
      value: { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } },
    },
    { kind: "opaque", provider: "anthropic", value: { type: "web_search_tool_result", tool_use_id: "s1", content: [] } },
    { kind: "text" },
    { kind: "tool-call", id: "t1", name: "look" },
    { kind: "tool-call", id: "t2", name: "look" },
  ]);
  expect(foldEvents(events)).toMatchObject({
    text: "It is so.",
    reasoning: "Let me see.",
    toolCalls: [
      { id: "t1", name: "look", arguments: '{"a":1}' },
      { id: "t2", name: "look", arguments: "{}" },
    ],
    finish: "tool-calls",
    usage: { input: 3, output: 9 },
  });
  expect(events.filter(({ type }) => type === "signature" || type === "annotation")).toEqual([
    { type: "signature", choice: 0, block: 0, signature: "c2ln" },
    {
      type: "annotation",
      choice: 0,
      block: 4,
      annotation: { type: "url_citation", url: "https://x", title: "X", citedText: "so" },
    },
  ]);
  expect(events[0]).toEqual({ type: "start", id: "msg_1", model: "claude-x" });
});

it("reads a whole answer as it reads the same answer streamed", () => {
  const content = [
    { type: "thinking", thinking: "hm", signature: "s" },
    { type: "text", text: "A", citations: [{ type: "page_location", document_title: "D", file_id: "f", cited_text: "c" }] },
    { type: "tool_use", id: "t1", name: "look", input: { a: 1 } },
    { type: "tool_use", id: "t2", name: "look", input: {} },
    { type: "mcp_tool_use", id: "m1", name: "x", input: {} },
  ];
  const usage = { input_tokens: 3, output_tokens: 9 };
  const whole = anthropic.decodeResponse(
    { id: "msg_1", model: "claude-x", content, stop_reason: "tool_use", usage },
    testContext(),
  );
  const streamed = stream([
    START,
    ...block(
      0,
      { type: "thinking", thinking: "" },
      { type: "thinking_delta", thinking: "hm" },
      { type: "signature_delta", signature: "s" },
    ),
    ...block(
      1,
      { type: "text", text: "" },
      { type: "text_delta", text: "A" },
      { type: "citations_delta", citation: content[1]?.citations?.[0] },
    ),
    ...block(2, { type: "tool_use", id: "t1", name: "look", input: {} }, { type: "input_json_delta", partial_json: '{"a":1}' }),
    ...block(3, { type: "tool_use", id: "t2", name: "look", input: {} }),
    ...block(4, { type: "mcp_tool_use", id: "m1", name: "x", input: {} }),
    end("tool_use"),
    STOP,
  ]);
  const isUsage = (event: ChatEvent): boolean => event.type === "usage";
  expect(whole.filter((event) => !isUsage(event))).toEqual(streamed.filter((event) => !isUsage(event)));
  expect(whole.findLast(isUsage)).toEqual(streamed.findLast(isUsage));
});

it("gives free-form input back to custom tools", () => {
  const context = (): ReturnType<typeof testContext> => ({ ...testContext(), customTools: new Set(["patch"]) });
  const pieces = ['{"inp', 'ut":"*** Begin\\n', 'ü"}'].map((partial_json) => ({ type: "input_json_delta", partial_json }));
  const events = stream(
    [START, ...block(0, { type: "tool_use", id: "t", name: "patch", input: {} }, ...pieces), end("tool_use"), STOP],
    context,
  );
  expect(events).toContainEqual({
    ...{ type: "block-start", choice: 0, block: 0, start: { kind: "tool-call", id: "t", name: "patch", custom: true } },
  });
  expect(foldEvents(events).toolCalls[0]?.arguments).toBe("*** Begin\nü");
  const whole = { content: [{ type: "tool_use", id: "t", name: "patch", input: { input: "x" } }], stop_reason: "tool_use" };
  expect(foldEvents(anthropic.decodeResponse(whole, context())).toolCalls[0]?.arguments).toBe("x");
  // A model that ignores the schema: what it wrote, rather than nothing.
  const odd = { content: [{ type: "tool_use", id: "t", name: "patch", input: { other: 1 } }], stop_reason: "tool_use" };
  expect(foldEvents(anthropic.decodeResponse(odd, context())).toolCalls[0]?.arguments).toBe('{"other":1}');
});

it.each([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "other"],
  ["tool_use", "tool-calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "content-filter"],
  ["constructor", "other"],
  ["a_reason_of_2027", "other"],
])("stop reason %s is %s", (raw, reason) => {
  expect(stream([START, ...TEXT, end(raw), STOP])).toContainEqual({ type: "finish", choice: 0, reason, raw });
  expect(anthropic.decodeResponse({ content: [], stop_reason: raw }, testContext())).toContainEqual({
    ...{ type: "finish", choice: 0, reason, raw },
  });
});

it("says why a classifier refused", () => {
  const stop_details = { type: "refusal", category: "cyber", explanation: "Not this." };
  const streamed = stream([START, ...TEXT, end("refusal", { stop_details }), STOP]);
  expect(foldEvents(streamed)).toMatchObject({ text: "Grüße, 世界", refusal: "Not this.", finish: "content-filter" });
  const whole = anthropic.decodeResponse({ content: [], stop_reason: "refusal", stop_details }, testContext());
  expect(foldEvents(whole)).toMatchObject({ text: "", refusal: "Not this." });
  const answered = anthropic.decodeResponse({ content: [], stop_reason: "end_turn", stop_details }, testContext());
  expect(foldEvents(answered).refusal).toBe("");
});

describe("usage", () => {
  it("sums input, cache reads and cache writes, and keeps the dear writes apart", () => {
    const usage = {
      ...{ input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 30, output_tokens: 7 },
      ...{
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens_details: { thinking_tokens: 4 },
      },
    };
    expect(foldEvents(anthropic.decodeResponse({ content: [], stop_reason: "end_turn", usage }, testContext())).usage).toEqual({
      ...{ input: 240, output: 7, cacheRead: 200, cacheWrite: 30, cacheWriteHour: 20, reasoning: 4 },
    });
  });

  it.each<[string, { server_tool_use?: object; service_tier?: unknown; speed?: unknown }, object]>([
    [
      "searches, and how it was served",
      { server_tool_use: { web_search_requests: 2 }, service_tier: "batch" },
      { webSearches: 2, serviceTier: "batch" },
    ],
    ["fast mode, which costs more than its tier says", { service_tier: "standard", speed: "fast" }, { serviceTier: "fast" }],
    ["the usual speed", { service_tier: "standard", speed: "standard" }, { serviceTier: "standard" }],
    ["nonsense", { server_tool_use: [], service_tier: 7, speed: {} }, {}],
  ])("%s", (_, told, expected) => {
    const usage = { input_tokens: 1, output_tokens: 2, ...told };
    const whole = anthropic.decodeResponse({ content: [], stop_reason: "end_turn", usage }, testContext());
    expect(foldEvents(whole).usage).toEqual({ input: 1, output: 2, ...expected });
    // A stream tells some of it at its start and some at its end.
    const { server_tool_use: searched, service_tier: tier, ...served } = told;
    const streamed = stream([
      { type: "message_start", message: { usage: { input_tokens: 1, output_tokens: 1, ...served } } },
      ...TEXT,
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 2, server_tool_use: searched, service_tier: tier },
      },
      STOP,
    ]);
    expect(foldEvents(streamed).usage).toEqual({ input: 1, output: 2, ...expected });
  });

  it("is known from the start of a stream, and corrected by its end", () => {
    const start = {
      type: "message_start",
      message: { usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 } },
    };
    const delta = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { input_tokens: 90, output_tokens: 50 } };
    const usages = stream([start, ...TEXT, delta, STOP]).flatMap((event) => (event.type === "usage" ? [event.usage] : []));
    expect(usages).toEqual([
      { input: 15, output: 1, cacheRead: 5 },
      { input: 95, output: 50, cacheRead: 5 },
    ]);
  });

  it("is not invented", () => {
    expect(
      foldEvents(
        stream([{ type: "message_start", message: {} }, ...TEXT, { type: "message_delta", delta: { stop_reason: "end_turn" } }]),
      ).usage,
    ).toBeUndefined();
  });
});

describe("a stream that fails", () => {
  it.each([
    ["overloaded_error", "upstream_busy", 503],
    ["rate_limit_error", "rate_limited", 429],
    ["api_error", "upstream_failed", 502],
    ["timeout_error", "timeout", 504],
    ["invalid_request_error", "bad_request", 400],
    ["authentication_error", "upstream_auth", 502],
    ["__proto__", "upstream_failed", 502],
  ])("in-band with %s is %s", (type, kind, status) => {
    const events = stream([
      START,
      TEXT[0] ?? {},
      TEXT[1] ?? {},
      { type: "error", error: { type, message: "Said so" } },
      end("end_turn"),
      STOP,
    ]);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "error", error: { kind, status, message: "Said so" } });
    expect(foldEvents(events)).toMatchObject({ text: "Grüße, ", finish: undefined });
  });

  it.each([
    ["at once", []],
    ["before any block", [START]],
    ["inside a block", [START, ...TEXT.slice(0, 2)]],
    ["before it says why it stopped", [START, ...TEXT]],
  ])("ended %s yields an error, never a finish", (_, events) => {
    const read = stream(events);
    expect(read.at(-1)).toMatchObject({ type: "error", error: { kind: "upstream_failed" } });
    expect(read.some(({ type }) => type === "finish")).toBe(false);
  });

  it("without message_stop is complete once it said why it stopped", () => {
    expect(foldEvents(stream([START, ...TEXT, end("end_turn")]))).toMatchObject({
      text: "Grüße, 世界",
      finish: "stop",
      error: undefined,
    });
  });

  it("without content_block_stop still has what its blocks hold back", () => {
    const starts = [
      { type: "tool_use", id: "t", name: "n", input: {} },
      { type: "server_tool_use", id: "s" },
    ].map((it, at) => block(at, it)[0] ?? {});
    const events = stream([START, ...starts, end("tool_use"), STOP]);
    expect(foldEvents(events).toolCalls).toEqual([{ id: "t", name: "n", arguments: "{}" }]);
    expect(events.some((event) => event.type === "block-start" && event.start.kind === "opaque")).toBe(true);
  });

  it("with garbage in it is invalid", () => {
    const decoder = anthropic.decodeStream(testContext());
    decoder.push(sse([START]));
    expect(decoder.push(Buffer.from("data: <html>\n\n"))).toMatchObject([{ type: "error", error: { kind: "upstream_invalid" } }]);
    expect(decoder.end()).toEqual([]);
  });

  it.each(["tool_use", "server_tool_use"])("with %s input over the bound is invalid", (type) => {
    const decoder = anthropic.decodeStream({ ...testContext(), maxEventBytes: 1000 });
    const piece = { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "x".repeat(400) } };
    const events = decoder.push(sse([START, block(0, { type, id: "t", name: "n", input: {} })[0] ?? {}, piece, piece, piece]));
    expect(events.at(-1)).toMatchObject({ type: "error", error: { kind: "upstream_invalid" } });
  });
});

describe("an answer that is none", () => {
  it.each([[null], ["text"], [[]], [{}], [{ content: "text" }]])("%j is invalid", (body) => {
    expect(() => anthropic.decodeResponse(body, testContext())).toThrow(expect.objectContaining({ kind: "upstream_invalid" }));
  });

  it("but an error body is that error", () => {
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(() => anthropic.decodeResponse(body, testContext())).toThrow(expect.objectContaining({ kind: "upstream_busy" }));
  });

  it("with odd blocks and types is read as far as it goes", () => {
    const content = [
      null,
      1,
      { type: 5 },
      { type: "text", text: 7 },
      { type: "text", text: "A", citations: [1, {}] },
      { type: "tool_use", input: "{}" },
    ];
    const events = anthropic.decodeResponse({ content, stop_reason: null, usage: { input_tokens: "x" } }, testContext("m"));
    expect(grammarBreaks(events)).toEqual([]);
    expect(events[0]).toEqual({ type: "start", id: "msg_1", model: "m" });
    expect(foldEvents(events)).toMatchObject({
      text: "A",
      toolCalls: [{ id: "toolu_2", name: "", arguments: "{}" }],
      finish: "stop",
    });
  });
});

it("never breaks the event grammar, whatever events come in whatever order", () => {
  const index = fc.integer({ min: 0, max: 2 });
  const content_block = fc.constantFrom<object>(
    { type: "text", text: "x" },
    { type: "thinking", thinking: "", signature: "s" },
    { type: "tool_use", id: "t", name: "n", input: { a: 1 } },
    { type: "redacted_thinking" },
    { type: "server_tool_use" },
    {},
  );
  const delta = fc.constantFrom<object>(
    { type: "text_delta", text: "x" },
    { type: "thinking_delta", thinking: "y" },
    { type: "signature_delta", signature: "z" },
    { type: "input_json_delta", partial_json: "{" },
    { type: "citations_delta", citation: { type: "char_location" } },
    { stop_reason: "end_turn" },
    {},
  );
  const event = fc.oneof(
    fc.constantFrom<object>(START, STOP, { type: "ping" }, {}),
    fc.record({ type: fc.constant("content_block_start"), index, content_block }),
    fc.record({ type: fc.constantFrom("content_block_delta", "message_delta"), index, delta }),
    fc.record({ type: fc.constant("content_block_stop"), index }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      expect(grammarBreaks(decodePieces(anthropic, true, [sse(events)], testContext()))).toEqual([]);
    }),
    { numRuns: 1000, seed: 3 },
  );
});
