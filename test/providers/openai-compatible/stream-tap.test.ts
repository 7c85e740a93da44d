import type { Tap } from "../../../plugins/core/provider";
import { openai } from "../../../plugins/providers/openai";
import { bodyOf, describeOracle, foldEvents, isReadable, splits, testContext } from "../oracle";

function tapOf(dropUsageChunk = false, maxEventBytes = 1 << 20): Tap {
  return openai.passThrough!.tap({ streamed: true, dropUsageChunk, maxBytes: maxEventBytes });
}

function run(tap: Tap, pieces: readonly Uint8Array[]): string {
  const out = pieces.map((piece) => {
    const lent = Uint8Array.from(piece);
    const forwarded = Buffer.from(tap.push(lent));
    lent.fill(0x2a);
    return forwarded;
  });
  return Buffer.concat([...out, tap.end()]).toString("utf8");
}

const chunk = (fields: object): string => JSON.stringify({ id: "c", model: "gpt-x", ...fields });
const said = (content: string, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: finish }], usage: null });
const USAGE = chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } });
const body = (end: string, ...chunks: string[]): string => chunks.map((data) => `data: ${data}${end}${end}`).join("");

describe.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
])("line ends %s", (_, end) => {
  const whole = body(end, said("Hé 🎈"), said("", "stop"), USAGE, "[DONE]");
  const without = body(end, said("Hé 🎈"), said("", "stop"), "[DONE]");

  it.each(Object.entries(splits(Buffer.from(whole), 5)))(
    "split %s: the same bytes, with usage and model noted",
    (_name, pieces) => {
      const tap = tapOf();
      expect(run(tap, pieces)).toBe(whole);
      expect([tap.usage, tap.model, tap.error]).toEqual([{ input: 5, output: 2 }, "gpt-x", undefined]);
    },
  );

  it.each(Object.entries(splits(Buffer.from(whole), 6)))(
    "split %s: without the usage chunk when nobody asked for it",
    (_name, pieces) => {
      const tap = tapOf(true);
      expect(run(tap, pieces)).toBe(without);
      expect([tap.usage, tap.model, tap.error]).toEqual([{ input: 5, output: 2 }, "gpt-x", undefined]);
    },
  );

  it("at every single split point", () => {
    const bytes = Buffer.from(whole);
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(run(tapOf(true), [bytes.subarray(0, at), bytes.subarray(at)])).toBe(without);
    }
  });
});

it("a whole piece is forwarded as it is, without a copy", () => {
  const bytes = Buffer.from(body("\n", said("a")));
  const out = tapOf().push(bytes);
  expect([out.buffer === bytes.buffer, out.byteOffset, out.length]).toEqual([true, bytes.byteOffset, bytes.length]);
});

it.each([
  [
    "usage on the last content chunk",
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1 } }),
  ],
  ["a chunk without choices that has no usage", chunk({ choices: [], prompt_filter_results: [] })],
  [
    "usage with spaces",
    `{"choices": [{"delta": {}, "finish_reason" : "stop"}], "usage" : {"prompt_tokens": 1, "completion_tokens": 1}}`,
  ],
  ["words that look like usage", said(`data: [DONE] "usage":{"prompt_tokens":9} "choices":[]`, "stop")],
])("%s stays", (_, data) => {
  const text = body("\n", said("a"), data, "[DONE]");
  expect(run(tapOf(true), [Buffer.from(text)])).toBe(text);
});

it("all that is billed apart, and the service tier of the first chunk", () => {
  const usage = {
    ...{ prompt_tokens: 90, completion_tokens: 70, server_tool_use: { web_search_requests: 3 } },
    prompt_tokens_details: { audio_tokens: 5, image_tokens: 6, cached_tokens: 7, cache_write_tokens: 8 },
    completion_tokens_details: { audio_tokens: 9, image_tokens: 10, reasoning_tokens: 11 },
  };
  const first = chunk({ choices: [{ index: 0, delta: {}, finish_reason: null }], service_tier: "flex", usage: null });
  const tap = tapOf(true);
  run(tap, [Buffer.from(body("\n", first, said("a"), said("b", "stop"), chunk({ choices: [], usage }), "[DONE]"))]);
  expect(tap.usage).toEqual({
    ...{ input: 90, cacheRead: 7, cacheWrite: 8, audioInput: 5, imageInput: 6, serviceTier: "flex" },
    ...{ output: 70, reasoning: 11, audioOutput: 9, imageOutput: 10, webSearches: 3 },
  });
});

it("usage in Groq's place, with the model's words not mistaken for it", () => {
  const groq = chunk({
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
    x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } },
  });
  const tap = tapOf();
  run(tap, [Buffer.from(body("\n", said(`"usage":{"prompt_tokens":9}`), groq))]);
  expect(tap.usage).toEqual({ input: 3, output: 4 });
});

describe("a stream that dies", () => {
  const error = /\n\ndata: \{"error":\{"message":"[^"]+","type":"server_error","param":null,"code":"upstream_error"\}\}\n\n$/;

  it.each([
    ["between chunks", body("\n", said("a"))],
    ["before the blank line", `data: ${said("a")}\n`],
    ["with empty finish reasons", body("\n", said("a", ""))],
  ])("%s ends in a typed error", (_, text) => {
    const tap = tapOf();
    const out = run(tap, [Buffer.from(text)]);
    expect(out.startsWith(text)).toBe(true);
    expect(out).toMatch(error);
    expect(tap.error?.kind).toBe("upstream_failed");
  });

  it("inside a chunk: the half line does not go out", () => {
    const text = body("\n", said("a"), said("b"));
    const out = run(tapOf(), [Buffer.from(text.slice(0, -20))]);
    expect(out).toBe(`${body("\n", said("a"))}\ndata: ${out.slice(out.lastIndexOf("data: ") + 6)}`);
    expect(out).toMatch(error);
  });

  it("empty", () => {
    const tap = tapOf();
    expect(run(tap, [])).toMatch(/^\ndata: \{"error"/);
    expect(tap.error).toBeDefined();
  });

  it.each([
    ["a finish reason", body("\n", said("a"), said("", "stop"))],
    ["[DONE]", body("\n", said("a"), "[DONE]")],
    ["[DONE] without a line end", `${body("\n", said("a"))}data: [DONE]`],
    ["[DONE] without a space", `${body("\n", said("a"))}data:[DONE]\n\n`],
  ])("is complete with %s", (_, text) => {
    const tap = tapOf();
    expect(run(tap, [Buffer.from(text)])).toBe(text);
    expect(tap.error).toBeUndefined();
  });
});

it.each([
  [`{"error":{"message":"busy","type":"overloaded_error"}}`, "upstream_busy"],
  [`{"choices":[{"delta":{},"finish_reason":"error","error":{"message":"gone","code":502}}]}`, "upstream_failed"],
])("an error in-band is noted, passes, and gets no second one: %s", (data, kind) => {
  const text = body("\n", said("a"), data);
  const tap = tapOf();
  expect(run(tap, [Buffer.from(text)])).toBe(text);
  expect(tap.error?.kind).toBe(kind);
});

it("a line over the bound passes unread, and the stream goes on", () => {
  const long = said("x".repeat(5000));
  const text = body("\n", long, said("a", "stop"), USAGE, "[DONE]");
  const tap = tapOf(true, 1000);
  expect(run(tap, splits(Buffer.from(text)).sevens)).toBe(body("\n", long, said("a", "stop"), "[DONE]"));
  expect(tap.usage).toEqual({ input: 5, output: 2 });
});

describe("whole answers", () => {
  const whole = (text: string, max = 1 << 20): Tap => {
    const tap = openai.passThrough!.tap({ streamed: false, dropUsageChunk: false, maxBytes: max });
    expect(run(tap, splits(Buffer.from(text)).sevens)).toBe(text);
    return tap;
  };
  it("note usage and model", () => {
    const tap = whole(`{"model":"gpt-x","choices":[{}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`);
    expect([tap.usage, tap.model, tap.error]).toEqual([{ input: 1, output: 2 }, "gpt-x", undefined]);
  });
  it("note all that is billed apart", () => {
    const details = `"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"image_tokens":1}`;
    const usage = `{"prompt_tokens":4,"completion_tokens":2,${details},"server_tool_use":{"web_search_requests":1}}`;
    expect(whole(`{"model":"gpt-x","choices":[{}],"service_tier":"priority","usage":${usage}}`).usage).toEqual({
      ...{ input: 4, output: 2, cacheRead: 3, imageOutput: 1, webSearches: 1, serviceTier: "priority" },
    });
  });
  it("note an error", () => expect(whole(`{"error":{"message":"m","code":429}}`).error?.kind).toBe("rate_limited"));
  it("note that they are cut off", () => expect(whole(`{"model":"gpt-x","choi`).error?.kind).toBe("upstream_invalid"));
  it("over the bound pass unread", () => {
    const tap = whole(`{"model":"gpt-x","usage":{"prompt_tokens":1,"completion_tokens":2}}`, 10);
    expect([tap.usage, tap.error]).toEqual([undefined, undefined]);
  });
});

describeOracle("openai", (records) => {
  const streams = records.filter((record) => isReadable(record, "chat"));
  it.each(streams.map((record) => [record.id, record] as const))(
    "%s: same bytes, and the usage the decoder reads",
    (_, record) => {
      const bytes = bodyOf(record);
      const decoded = record.stream
        ? [...openai.decodeStream(testContext()).push(bytes)]
        : openai.decodeResponse(JSON.parse(bytes.toString("utf8")), testContext());
      for (const pieces of Object.values(splits(bytes, 9))) {
        const tap = openai.passThrough!.tap({ streamed: record.stream, dropUsageChunk: false, maxBytes: 1 << 22 });
        expect(run(tap, pieces)).toBe(bytes.toString("utf8"));
        expect(tap.usage).toEqual(foldEvents(decoded).usage);
        expect(tap.error).toBeUndefined();
      }
    },
  );
});
