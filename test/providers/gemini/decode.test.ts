import type { JsonObject } from "../../../plugins/core/chat";
import type { ChatEvent } from "../../../plugins/core/events";
import { gemini } from "../../../plugins/providers/gemini";
import { foldEvents, grammarBreaks, splits, testContext } from "../oracle";

function whole(...candidates: readonly JsonObject[]): ChatEvent[] {
  const events = gemini.decodeResponse({ responseId: "r1", modelVersion: "m1", candidates }, testContext());
  expect(grammarBreaks(events)).toEqual([]);
  return events;
}

function said(...parts: readonly JsonObject[]): ChatEvent[] {
  return whole({ content: { role: "model", parts }, finishReason: "STOP" }).filter(
    (event) => event.type !== "start" && event.type !== "finish",
  );
}

/** The same reading however the bytes come; each response one event. */
function streamed(...responses: readonly JsonObject[]): ChatEvent[] {
  return streamedAs("test-model", ...responses);
}

function streamedAs(model: string, ...responses: readonly JsonObject[]): ChatEvent[] {
  const body = Buffer.from(responses.map((response) => `data: ${JSON.stringify(response)}\r\n\r\n`).join(""));
  const read = (pieces: readonly Uint8Array[]): ChatEvent[] => {
    const decoder = gemini.decodeStream(testContext(model));
    return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
  };
  const { whole, ...others } = splits(body);
  const events = read(whole);
  expect(grammarBreaks(events)).toEqual([]);
  for (const pieces of Object.values(others)) expect(read(pieces)).toEqual(events);
  return events;
}

function piece(text: string, finishReason?: string): JsonObject {
  return { candidates: [{ content: { parts: [{ text }] }, ...(finishReason === undefined ? {} : { finishReason }) }] };
}

const block = { choice: 0, block: 0 };

describe("parts", () => {
  it.each<[string, JsonObject[], ChatEvent[]]>([
    [
      "text, in pieces, is one block; a signature may come alone",
      [{ text: "a" }, { text: "" }, { text: "b" }, { text: "", thoughtSignature: "S" }],
      [
        { type: "block-start", ...block, start: { kind: "text" } },
        { type: "delta", ...block, text: "a" },
        { type: "delta", ...block, text: "b" },
        { type: "signature", ...block, signature: "S" },
        { type: "block-end", ...block },
      ],
    ],
    [
      "a lone signature",
      [{ thoughtSignature: "S" }],
      [
        { type: "block-start", ...block, start: { kind: "text" } },
        { type: "signature", ...block, signature: "S" },
        { type: "block-end", ...block },
      ],
    ],
    [
      "thoughts",
      [{ text: "hm", thought: true, thoughtSignature: "S" }],
      [
        { type: "block-start", ...block, start: { kind: "reasoning", provider: "gemini" } },
        { type: "delta", ...block, text: "hm" },
        { type: "signature", ...block, signature: "S" },
        { type: "block-end", ...block },
      ],
    ],
    [
      "a call, with an id of ours where there is none",
      [{ functionCall: { name: "f", args: { b: 1, a: [null] } }, thoughtSignature: "S" }],
      [
        { type: "block-start", ...block, start: { kind: "tool-call", id: "call_1", name: "f", signature: "S" } },
        { type: "delta", ...block, text: '{"b":1,"a":[null]}' },
        { type: "block-end", ...block },
      ],
    ],
    [
      "a call without arguments, a call without name",
      [{ functionCall: { id: "x", name: "f" } }, { functionCall: { args: {} } }],
      [
        { type: "block-start", ...block, start: { kind: "tool-call", id: "x", name: "f" } },
        { type: "delta", ...block, text: "{}" },
        { type: "block-end", ...block },
      ],
    ],
    [
      "an image",
      [{ inlineData: { mimeType: "image/png", data: "AAAA" } }],
      [
        { type: "block-start", ...block, start: { kind: "image", mediaType: "image/png", data: "AAAA" } },
        { type: "block-end", ...block },
      ],
    ],
    [
      "speech, in pieces",
      [
        { inlineData: { mimeType: "audio/L16;rate=24000", data: "AA==" } },
        { inlineData: { mimeType: "audio/L16;rate=24000", data: "BB==" } },
      ],
      [
        { type: "block-start", ...block, start: { kind: "audio" } },
        { type: "delta", ...block, text: "", data: "AA==" },
        { type: "delta", ...block, text: "", data: "BB==" },
        { type: "block-end", ...block },
      ],
    ],
    ["what nobody knows", [{ hologram: {} }, {}], []],
  ])("%s", (_what, parts, expected) => {
    expect(said(...parts)).toEqual(expected);
  });

  it("in order, each kind a block of its own", () => {
    const code = { executableCode: { code: "1" }, thoughtSignature: "S" };
    const ran = { codeExecutionResult: { output: "1" } };
    const sketch = { thought: true, inlineData: { mimeType: "image/png", data: "AAAA" } };
    const clip = { inlineData: { mimeType: "video/mp4", data: "AAAA" } };
    const parts = [
      { text: "hm", thought: true },
      { text: "a" },
      code,
      ran,
      { text: "b" },
      { functionCall: { name: "f" } },
      { functionCall: { name: "g" } },
      sketch,
      clip,
      { text: "c" },
    ];
    const starts = said(...parts).flatMap((event) => (event.type === "block-start" ? [event.start] : []));
    expect(starts).toEqual([
      { kind: "reasoning", provider: "gemini" },
      { kind: "text" },
      { kind: "opaque", provider: "gemini", value: code },
      { kind: "opaque", provider: "gemini", value: ran },
      { kind: "text" },
      { kind: "tool-call", id: "call_1", name: "f" },
      { kind: "tool-call", id: "call_2", name: "g" },
      { kind: "opaque", provider: "gemini", value: sketch },
      { kind: "opaque", provider: "gemini", value: clip },
      { kind: "text" },
    ]);
  });

  it("thoughts end where the text begins, and the text where they begin again", () => {
    const parts = [{ text: "hm", thought: true }, { text: "a" }, { text: "hm", thought: true }];
    expect(said(...parts).map((event) => ("block" in event ? `${event.type} ${event.block}` : event.type))).toEqual([
      ...["block-start 0", "delta 0", "block-end 0", "block-start 1", "delta 1", "block-end 1"],
      ...["block-start 2", "delta 2", "block-end 2"],
    ]);
  });

  it("calls of custom tools read back as such", () => {
    const context = { ...testContext(), customTools: new Set(["shell"]) };
    const parts = [
      { functionCall: { name: "shell", args: { input: "ls -l" } } },
      { functionCall: { name: "shell", args: { cmd: 1 } } },
    ];
    const { toolCalls } = foldEvents(gemini.decodeResponse({ candidates: [{ content: { parts } }] }, context));
    expect(toolCalls.map((call) => call.arguments)).toEqual(["ls -l", '{"cmd":1}']);
  });
});

describe("how it ends", () => {
  const call = { functionCall: { name: "f" } };

  it.each<[string, JsonObject[], string, string | undefined]>([
    ["STOP", [{ text: "a" }], "stop", "STOP"],
    ["STOP", [call], "tool-calls", "STOP"],
    ["UNEXPECTED_TOOL_CALL", [call], "tool-calls", "UNEXPECTED_TOOL_CALL"],
    ["UNEXPECTED_TOOL_CALL", [], "error", "UNEXPECTED_TOOL_CALL"],
    ["MAX_TOKENS", [{ text: "a" }], "length", "MAX_TOKENS"],
    ["MAX_TOKENS", [call], "length", "MAX_TOKENS"],
    ["CONTINUATION", [], "length", "CONTINUATION"],
    ["SAFETY", [], "content-filter", "SAFETY"],
    ["RECITATION", [{ text: "a" }], "content-filter", "RECITATION"],
    ["BLOCKLIST", [], "content-filter", "BLOCKLIST"],
    ["PROHIBITED_CONTENT", [], "content-filter", "PROHIBITED_CONTENT"],
    ["SPII", [], "content-filter", "SPII"],
    ["LANGUAGE", [], "content-filter", "LANGUAGE"],
    ["IMAGE_SAFETY", [], "content-filter", "IMAGE_SAFETY"],
    ["MALFORMED_FUNCTION_CALL", [], "error", "MALFORMED_FUNCTION_CALL"],
    ["NO_IMAGE", [], "error", "NO_IMAGE"],
    ["OTHER", [{ text: "a" }], "other", "OTHER"],
    ["SOMETHING_NEW", [{ text: "a" }], "other", "SOMETHING_NEW"],
    ["", [{ text: "a" }], "other", undefined],
    ["", [call], "tool-calls", undefined],
  ])("%s after %j", (finishReason, parts, reason, raw) => {
    const events = whole({ content: { parts }, ...(finishReason === "" ? {} : { finishReason }) });
    expect(events.at(-1)).toEqual({ type: "finish", choice: 0, reason, ...(raw === undefined ? {} : { raw }) });
  });

  it("a refused prompt is an empty answer that the filter ended", () => {
    const blocked = {
      responseId: "r",
      promptFeedback: { blockReason: "SAFETY" },
      usageMetadata: { promptTokenCount: 3 },
      modelVersion: "m",
    };
    const expected = [
      { type: "start", id: "r", model: "m" },
      { type: "usage", usage: { input: 3, output: 0 } },
      { type: "finish", choice: 0, reason: "content-filter", raw: "SAFETY" },
    ];
    expect(gemini.decodeResponse(blocked, testContext())).toEqual(expected);
    expect(streamed(blocked)).toEqual(expected);
  });

  it.each([[{}], [[]], [null], ["text"], [{ candidates: [] }], [{ candidates: "x", usageMetadata: { promptTokenCount: 1 } }]])(
    "%j is no answer",
    (body) => {
      expect(() => gemini.decodeResponse(body, testContext())).toThrow(
        expect.objectContaining({ kind: "upstream_invalid" }) as Error,
      );
    },
  );

  it("a list of responses is one answer, an error inside is one", () => {
    const list = [piece("a"), piece("b", "STOP")];
    expect(foldEvents(gemini.decodeResponse(list, testContext())).text).toBe("ab");
    const error = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
    expect(() => gemini.decodeResponse([...list, error], testContext())).toThrow(
      expect.objectContaining({ kind: "upstream_busy" }) as Error,
    );
  });

  it("several candidates are several choices", () => {
    const events = whole(
      { index: 1, content: { parts: [{ text: "b" }] }, finishReason: "STOP" },
      { content: { parts: [call] }, finishReason: "STOP" },
    );
    expect(events.filter((event) => event.type === "finish")).toEqual([
      { type: "finish", choice: 1, reason: "stop", raw: "STOP" },
      { type: "finish", choice: 0, reason: "tool-calls", raw: "STOP" },
    ]);
  });
});

describe("around the parts", () => {
  it("the answer is named by the provider, else by us", () => {
    const body = { candidates: [{ finishReason: "STOP" }], createTime: "2026-11-20T10:00:00.9Z" };
    expect(gemini.decodeResponse(body, testContext("asked"))[0]).toEqual({
      type: "start",
      id: "chatcmpl-1",
      model: "asked",
      created: 1795168800,
    });
  });

  it("usage counts thoughts as output, tool reading as input", () => {
    const usageMetadata = {
      ...{
        promptTokenCount: 10,
        cachedContentTokenCount: 4,
        toolUsePromptTokenCount: 5,
        candidatesTokenCount: 7,
        thoughtsTokenCount: 3,
      },
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 3 },
        { modality: "AUDIO", tokenCount: 2 },
        { modality: "IMAGE", tokenCount: 1 },
        { modality: "VIDEO", tokenCount: 4 },
      ],
      toolUsePromptTokensDetails: [
        { modality: "IMAGE", tokenCount: 1 },
        { modality: "TEXT", tokenCount: 4 },
      ],
      candidatesTokensDetails: [
        { modality: "AUDIO", tokenCount: 6 },
        { modality: "IMAGE", tokenCount: 1 },
        { modality: "VIDEO", tokenCount: "x" },
        null,
      ],
      serviceTier: "priority",
    };
    const events = gemini.decodeResponse({ candidates: [{ finishReason: "STOP" }], usageMetadata }, testContext());
    expect(foldEvents(events).usage).toEqual({
      input: 15,
      output: 10,
      cacheRead: 4,
      reasoning: 3,
      audioInput: 2,
      audioOutput: 6,
      // Pictures and films, what tools read included.
      imageInput: 6,
      imageOutput: 1,
      serviceTier: "priority",
    });
  });

  it.each<[string, string, unknown[], number | undefined]>([
    ["Gemini 3 bills each query", "gemini-3-flash-preview", ["a", "b"], 2],
    ["the same one once, and not empty ones", "gemini-3.1-pro-preview", ["", "a", "b", "a", 7], 2],
    ["the newest as well", "gemini-flash-latest", ["a", "b"], 2],
    ["earlier ones bill the request", "gemini-2.5-pro", ["a", "b"], 1],
    ["which searched", "gemini-2.5-pro", [""], undefined],
    ["or did not", "gemini-3-flash-preview", [], undefined],
  ])("searches: %s", (_, model, webSearchQueries, webSearches) => {
    const body = {
      candidates: [{ finishReason: "STOP", groundingMetadata: { webSearchQueries } }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 },
    };
    const { usage } = foldEvents(gemini.decodeResponse(body, testContext(model)));
    expect(usage).toEqual({ input: 3, output: 1, ...(webSearches === undefined ? {} : { webSearches }) });
  });

  it("logprobs", () => {
    const logprobsResult = {
      chosenCandidates: [{ token: "a", logProbability: -0.5 }, { token: 3 }, { token: "b", logProbability: -1 }],
      topCandidates: [{ candidates: [{ token: "a", logProbability: -0.5 }, { token: "x" }] }],
    };
    const events = whole({ content: { parts: [{ text: "ab" }] }, finishReason: "STOP", logprobsResult });
    expect(events.find((event) => event.type === "logprobs")).toEqual({
      ...{ type: "logprobs", choice: 0, of: "content" },
      tokens: [
        { token: "a", logprob: -0.5, top: [{ token: "a", logprob: -0.5 }] },
        { token: "b", logprob: -1, top: [] },
      ],
    });
  });

  const chunks = [
    { web: { uri: "https://a.example", title: "A" } },
    { retrievedContext: { text: "T", title: "F" } },
    { maps: { uri: "https://m.example" } },
    { odd: {} },
  ];
  const text = "Grüße 🎉 aus Köln.";
  const grounded = (segment: JsonObject, groundingChunkIndices: unknown[], citationMetadata?: JsonObject): unknown[] =>
    whole({
      content: { parts: [{ text }] },
      finishReason: "STOP",
      groundingMetadata: { groundingChunks: chunks, groundingSupports: [{ segment, groundingChunkIndices }] },
      ...(citationMetadata === undefined ? {} : { citationMetadata }),
    }).flatMap((event) => (event.type === "annotation" ? [event.annotation] : []));
  const A = { type: "url_citation", url: "https://a.example", title: "A" };
  const F = { type: "document_citation", title: "F", citedText: "T" };
  const M = { type: "url_citation", url: "https://m.example" };

  it.each<[string, JsonObject, unknown[], unknown[]]>([
    // "Grüße 🎉 " is 13 bytes (ü and ß two each, the emoji four) and 9 units.
    [
      "bytes become units",
      { startIndex: 13, endIndex: 23, text: "aus Köln." },
      [0],
      [{ ...A, startIndex: 9, endIndex: 18 }, F, M],
    ],
    ["no start is 0", { endIndex: 7 }, [0, 2], [{ ...A, startIndex: 0, endIndex: 5 }, { ...M, startIndex: 0, endIndex: 5 }, F]],
    [
      "counted over other parts",
      { startIndex: 99, endIndex: 108, text: "aus Köln." },
      [1],
      [{ ...F, startIndex: 9, endIndex: 18 }, A, M],
    ],
    ["a passage that is not here", { startIndex: 1, endIndex: 4, text: "Nie." }, [0], [A, F, M]],
    ["indices of nothing", { endIndex: 7 }, [9, "0", 3], [A, F, M]],
  ])("sources: %s", (_what, segment, indices, expected) => {
    expect(grounded(segment, indices)).toEqual(expected);
  });

  it("recited sources", () => {
    const citations = { citationSources: [{ startIndex: 13, endIndex: 23, uri: "https://c.example", license: "mit" }] };
    expect(grounded({ endIndex: 7 }, [0], citations).at(-1)).toEqual({
      type: "url_citation",
      url: "https://c.example",
      startIndex: 9,
      endIndex: 18,
    });
  });

  it("sources find a text block even where the answer ends in a call", () => {
    const events = whole({
      content: { parts: [{ text: "a" }, { functionCall: { name: "f" } }] },
      groundingMetadata: {
        groundingChunks: [{ web: { uri: "https://a.example" } }],
        groundingSupports: [{ segment: { endIndex: 1, text: "a" }, groundingChunkIndices: [0] }],
      },
    });
    expect(events.find((event) => event.type === "annotation")).toEqual({
      type: "annotation",
      choice: 0,
      block: 2,
      annotation: { type: "url_citation", url: "https://a.example" },
    });
  });
});

describe("streams", () => {
  it("are one answer; early models say STOP with every piece; counts come on the way", () => {
    const usage = (promptTokenCount: number, candidatesTokenCount: number): JsonObject => ({
      usageMetadata: { promptTokenCount, candidatesTokenCount },
    });
    const events = streamed(
      { ...piece("Grü", "STOP"), ...usage(9, 1), responseId: "r", modelVersion: "m" },
      { ...piece("ße 🎉", "STOP"), ...usage(9, 1) },
      { ...piece("", "STOP"), ...usage(8, 5) },
      { usageMetadata: { trafficType: "ON_DEMAND" } },
    );
    expect(events).toEqual([
      { type: "start", id: "r", model: "m" },
      { type: "block-start", ...block, start: { kind: "text" } },
      { type: "delta", ...block, text: "Grü" },
      { type: "usage", usage: { input: 9, output: 1 } },
      { type: "delta", ...block, text: "ße 🎉" },
      { type: "usage", usage: { input: 8, output: 5 } },
      { type: "usage", usage: { input: 8, output: 5, serviceTier: "ON_DEMAND" } },
      { type: "block-end", ...block },
      { type: "finish", choice: 0, reason: "stop", raw: "STOP" },
    ]);
  });

  it("searches and tier are told whenever they come", () => {
    const grounded = (...webSearchQueries: string[]): JsonObject => ({
      candidates: [{ content: { parts: [{ text: "a" }] }, groundingMetadata: { webSearchQueries } }],
    });
    const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 1 };
    const events = streamedAs("gemini-3-flash-preview", grounded("x"), { ...grounded("x", "y"), usageMetadata }, grounded("z"), {
      ...piece("", "STOP"),
      usageMetadata: { ...usageMetadata, trafficType: "ON_DEMAND_FLEX" },
    });
    expect(events.flatMap((event) => (event.type === "usage" ? [event.usage] : []))).toEqual([
      { input: 9, output: 1, webSearches: 2 },
      { input: 9, output: 1, webSearches: 3 },
      { input: 9, output: 1, webSearches: 3, serviceTier: "ON_DEMAND_FLEX" },
    ]);
  });

  it("sources may come with the last piece or before it", () => {
    const groundingMetadata = { groundingChunks: [{ web: { uri: "https://a.example" } }] };
    const supports = {
      groundingMetadata: { groundingSupports: [{ segment: { endIndex: 4, text: "ab c" }, groundingChunkIndices: [0] }] },
    };
    const events = streamed(
      piece("ab"),
      { candidates: [{ content: { parts: [{ text: " c" }] }, groundingMetadata }] },
      { candidates: [{ finishReason: "STOP", ...supports }] },
    );
    expect(events.filter((event) => event.type === "annotation")).toEqual([
      {
        type: "annotation",
        ...block,
        annotation: { type: "url_citation", url: "https://a.example", startIndex: 0, endIndex: 4 },
      },
    ]);
  });

  it.each<[string, JsonObject[], string | undefined]>([
    ["without a finish reason", [piece("a")], undefined],
    [
      "with one for some choices only",
      [{ candidates: [{ finishReason: "STOP" }, { index: 1, content: { parts: [{ text: "b" }] } }] }],
      "stop",
    ],
    ["before anything", [], undefined],
    ["with nothing but counts", [{ usageMetadata: { promptTokenCount: 3 } }], undefined],
  ])("that end %s were cut short", (_what, responses, finish) => {
    const events = streamed(...responses);
    expect(events.at(-1)).toMatchObject({ type: "error", error: { kind: "upstream_failed" } });
    expect(foldEvents(events).finish).toBe(finish);
  });

  it("may say more after the finish reason", () => {
    const events = streamed(piece("a", "STOP"), { candidates: [{ content: { parts: [{ text: "", thoughtSignature: "S" }] } }] });
    expect(foldEvents(events)).toMatchObject({ text: "a", finish: "stop", error: undefined });
    expect(events).toContainEqual({ type: "signature", ...block, signature: "S" });
  });

  it("may fail in the middle; what follows is not read", () => {
    const events = streamed(
      piece("a"),
      { error: { code: 429, message: "Slow down.", status: "RESOURCE_EXHAUSTED" } },
      piece("b", "STOP"),
    );
    expect(events.at(-1)).toMatchObject({ type: "error", error: { kind: "rate_limited", message: "Slow down." } });
    expect(foldEvents(events).text).toBe("a");
  });

  it("that are not JSON, or too long, are refused", () => {
    const read = (body: string, maxEventBytes: number): ChatEvent | undefined => {
      const decoder = gemini.decodeStream({ ...testContext(), maxEventBytes });
      return [...decoder.push(Buffer.from(body)), ...decoder.end()].at(-1);
    };
    expect(read("data: <html>\n\n", 1000)).toMatchObject({ error: { kind: "upstream_invalid" } });
    expect(read(`data: {"a":"${"x".repeat(2000)}`, 1000)).toMatchObject({ error: { kind: "upstream_invalid" } });
  });

  it("may end in [DONE] behind a proxy, without a last blank line", () => {
    const decoder = gemini.decodeStream(testContext());
    const events = [
      ...decoder.push(Buffer.from(`data: ${JSON.stringify(piece("a", "STOP"))}\n\ndata: [DONE]`)),
      ...decoder.end(),
    ];
    expect(foldEvents(events)).toMatchObject({ text: "a", finish: "stop", error: undefined });
  });
});
