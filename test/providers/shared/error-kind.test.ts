import { errorFromStatus, htmlOrTextMessage } from "../../../plugins/providers/shared/error-kind";

it.each([
  [400, "x", {}, "bad_request", 400],
  [401, "x", {}, "upstream_auth", 502],
  [402, "x", {}, "rate_limited", 429],
  [403, "x", {}, "upstream_auth", 502],
  [404, "The model `x` does not exist", {}, "model_not_found", 404],
  [404, "No such file", {}, "not_found", 404],
  [408, "x", {}, "timeout", 504],
  [409, "x", {}, "upstream_busy", 503],
  [413, "x", {}, "too_large", 413],
  [418, "x", {}, "bad_request", 400],
  [422, "x", {}, "bad_request", 422],
  [429, "x", {}, "rate_limited", 429],
  [429, "You exceeded your current quota", { code: "insufficient_quota" }, "rate_limited", 429],
  [500, "x", {}, "upstream_failed", 502],
  [502, "x", {}, "upstream_failed", 502],
  [503, "x", {}, "upstream_busy", 503],
  [504, "x", {}, "timeout", 504],
  [520, "x", {}, "upstream_failed", 502],
  [524, "x", {}, "timeout", 504],
  [529, "Overloaded", { type: "overloaded_error" }, "upstream_busy", 503],
  [599, "x", {}, "upstream_failed", 502],
  [400, "x", { code: "context_length_exceeded" }, "context_length", 400],
  [400, "This model's maximum context length is 8192 tokens.", {}, "context_length", 400],
  [400, "prompt is too long: 210000 tokens > 200000 maximum", {}, "context_length", 400],
  [400, "The input token count (1) exceeds the maximum number of tokens allowed (0).", {}, "context_length", 400],
  [413, "Please reduce the length of the messages", {}, "context_length", 400],
  [400, "x", { code: "content_filter" }, "content_blocked", 400],
  [400, "Content Exists Risk", {}, "content_blocked", 400],
  [400, "API key not valid. Please pass a valid API key.", {}, "upstream_auth", 502],
  [400, "Your credit balance is too low to access the API", {}, "rate_limited", 429],
] as const)("%d %j %j → %s", (status, message, facts, kind, clientStatus) => {
  const error = errorFromStatus(status, {}, message, facts);
  expect([error.kind, error.status]).toEqual([kind, clientStatus]);
});

it("an empty account may be tried elsewhere, but not again by the client", () => {
  const error = errorFromStatus(429, {}, "You exceeded your current quota", { code: "insufficient_quota" });
  expect([error.retryable, error.code, error.options.shouldRetry]).toEqual([true, "insufficient_quota", false]);
});

it("keeps the provider's code and param where the client caused it, and not where our key did", () => {
  expect(errorFromStatus(400, {}, "x", { code: "invalid_value", param: "n" }).options).toEqual({
    code: "invalid_value",
    param: "n",
  });
  expect(errorFromStatus(401, {}, "x", { code: "invalid_api_key", param: "n" }).options).toEqual({});
});

it.each([
  [429, "Rate limit reached for gpt-4o in organization org-aB3xyz9Q on tokens per min", "org-aB3xyz9Q"],
  [403, "Project `proj_0123456789ab` does not have access to model", "proj_0123456789ab"],
  [400, "bad header authorization: Bearer sk-live-0123456789abcdef", "sk-live"],
  [500, "upstream said: invalid key sk-ab****wxyz", "wxyz"],
  [402, "key gsk_0123456789abcdefABCDEF has no credit", "gsk_"],
  [502, "GET https://x/?key=AIzaSyA0123456789abcdefghijklmnopqrstuv", "AIza"],
])("%d: what names our key or account is masked: %s", (status, message, secret) => {
  const error = errorFromStatus(status, {}, message);
  expect(error.message).toContain("[masked]");
  expect(error.message).not.toContain(secret);
});

it.each(["The model `Llama-3.3-70B-Instruct-Turbo` is busy", "org-wide limit: task-based, sketch-like", "see max_tokens-32768"])(
  "%s: nothing to mask",
  (message) => expect(errorFromStatus(429, {}, message).message).toBe(message),
);

it("a code or param is no novel", () => {
  const { code = "", param = "" } = errorFromStatus(400, {}, "x", { code: "c".repeat(1e6), param: "p".repeat(1e6) }).options;
  expect([code.length, param.length]).toEqual([200, 200]);
});

it("takes the time to come back, and the word on retrying", () => {
  expect(errorFromStatus(429, { "retry-after": "2", "x-should-retry": "true" }, "x").options).toEqual({
    retryAfterMs: 2000,
    shouldRetry: true,
  });
  expect(errorFromStatus(429, { "retry-after": "2" }, "x", { retryAfterMs: 7 }).options.retryAfterMs).toBe(7);
});

it.each([
  ["Incorrect API key provided: sk-proj-abc.", "Incorrect API key provided: [masked]"],
  [
    "Incorrect API key provided: wro****ey. See https://platform.openai.com/account/api-keys",
    "Incorrect API key provided: [masked] See https://platform.openai.com/account/api-keys",
  ],
  ["bad token AbCd1234EfGh5678XyZ0", "bad token [masked]"],
  ["no access to gpt-4o-mini-2024-07-18", "no access to gpt-4o-mini-2024-07-18"],
])("a refused key is not quoted: %s", (message, expected) => {
  expect(errorFromStatus(401, {}, message).message).toBe(expected);
});

it("messages are bounded and flat", () => {
  const { message } = errorFromStatus(400, {}, `a\u0000\u001b[31m\nb${"x".repeat(1e6)}`);
  expect(message.length).toBe(2000);
  expect(message.startsWith("a  [31m\nbxxx")).toBe(true);
  expect(errorFromStatus(500, {}, "").message).toBe("The provider answered with status 500.");
});

it.each([
  ["", ""],
  ["  upstream connect error \r\n", "upstream connect error"],
  [
    "<html><head><TITLE>502 Bad\nGateway</TITLE></head><body>10.0.0.7</body>",
    "The provider answered with an HTML page: 502 Bad\nGateway",
  ],
  ["<html><body>10.0.0.7</body>", "The provider answered with an HTML page."],
  ["x".repeat(9999), "x".repeat(300)],
])("body %j", (body, expected) => expect(htmlOrTextMessage(Buffer.from(body))).toBe(expected));
