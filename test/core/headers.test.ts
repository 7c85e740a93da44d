import { forwardedHeaders, headersToRemove, isEventStream, safeHeaderValue } from "../../plugins/core/headers";

test("client headers cross by list only", () => {
  const client = {
    authorization: "secret",
    cookie: "c",
    traceparent: "t",
    "idempotency-key": "i",
    "x-custom": "x",
    "openai-beta": "b",
  };
  expect(forwardedHeaders(client, [])).toEqual({ traceparent: "t", "idempotency-key": "i" });
  expect(forwardedHeaders(client, ["openai-beta", "absent"])).toEqual({
    traceparent: "t",
    "idempotency-key": "i",
    "openai-beta": "b",
  });
});

test("of a provider's headers only the harmless ones stay", () => {
  const provider = {
    "content-type": "a",
    "content-length": "1",
    "set-cookie": "c",
    "x-ratelimit-remaining-requests": "9",
    "openai-organization": "o",
    "alt-svc": "h3",
    "content-encoding": "gzip",
  };
  expect(headersToRemove(provider)).toEqual([
    "set-cookie",
    "x-ratelimit-remaining-requests",
    "openai-organization",
    "alt-svc",
    "content-encoding",
  ]);
});

test.each([
  ["plain", "plain"],
  ["a\r\nset-cookie: x", "a??set-cookie: x"],
  ["nul\u0000", "nul?"],
  ["Ċ and 世界", "? and ??"],
])("%j is made safe for a header", (value, safe) => {
  expect(safeHeaderValue(value)).toBe(safe);
});

test.each([
  ["text/event-stream", true],
  ["text/event-stream; charset=utf-8", true],
  ["Text/Event-Stream;charset=UTF-8", true],
  ["application/json", false],
  [undefined, false],
])("content type %s", (type, streamed) => {
  expect(isEventStream(type === undefined ? {} : { "content-type": type })).toBe(streamed);
});
