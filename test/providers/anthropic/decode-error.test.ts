import { anthropic } from "../../../plugins/providers/anthropic";

const body = (type: string, message: string): Buffer =>
  Buffer.from(JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" }));

it.each<[number, string, string, string, number]>([
  [400, "invalid_request_error", "max_tokens: Field required", "bad_request", 400],
  [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_length", 400],
  [400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2", "context_length", 400],
  [401, "authentication_error", "invalid x-api-key", "upstream_auth", 502],
  [403, "permission_error", "Your API key does not have permission", "upstream_auth", 502],
  [404, "not_found_error", "model: claude-none", "model_not_found", 404],
  [413, "request_too_large", "Request exceeds the maximum size", "too_large", 413],
  [429, "rate_limit_error", "This request would exceed your rate limit", "rate_limited", 429],
  [500, "api_error", "Internal server error", "upstream_failed", 502],
  [504, "timeout_error", "The request timed out", "timeout", 504],
  [529, "overloaded_error", "Overloaded", "upstream_busy", 503],
])("%d %s (%s) is %s", (status, type, message, kind, ours) => {
  expect(anthropic.decodeError(status, {}, body(type, message))).toMatchObject({ kind, status: ours, message });
});

it.each([
  [400, "Your credit balance is too low to access the Anthropic API."],
  [400, "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."],
  [400, "You have reached your specified workspace API usage limits."],
  [402, "Your payment failed"],
])("%d %s is about the operator's account: another target may do", (status, message) => {
  const error = anthropic.decodeError(status, {}, body("invalid_request_error", message));
  expect(error).toMatchObject({ kind: "rate_limited", code: "insufficient_quota", retryable: true });
  expect(error.options.shouldRetry).toBe(false);
});

describe("when to come back", () => {
  const reset = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
  const wait = (headers: { [name: string]: string }): number | undefined =>
    anthropic.decodeError(429, headers, body("rate_limit_error", "slow down")).options.retryAfterMs;

  it("is what retry-after says", () => {
    const headers = { "anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": reset(60) };
    expect(wait({ ...headers, "retry-after": "7" })).toBe(7000);
  });

  it("else when the used-up limits are full again", () => {
    const found = wait({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": reset(60),
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": reset(600),
      "anthropic-ratelimit-output-tokens-remaining": "5",
      "anthropic-ratelimit-output-tokens-reset": reset(6000),
    });
    expect(found).toBeGreaterThan(500_000);
    expect(found).toBeLessThanOrEqual(600_000);
  });

  it("is unknown otherwise", () => {
    expect(wait({})).toBeUndefined();
    expect(wait({ "anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "soon" })).toBeUndefined();
  });
});

it.each([
  [
    "an HTML page",
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>10.0.0.7</body></html>",
    /502 Bad Gateway/,
  ],
  ["text", "upstream connect error", /upstream connect error/],
  ["nothing", "", /status 502/],
  ["other JSON", '{"message":"Told otherwise"}', /Told otherwise/],
  ["JSON without a message", '{"error":"no"}', /no/],
])("%s still gives an error a client may see", (_, text, message) => {
  const error = anthropic.decodeError(502, {}, Buffer.from(text));
  expect(error.kind).toBe("upstream_failed");
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("10.0.0.7");
});

it("reads bytes that are no UTF-8", () => {
  expect(anthropic.decodeError(500, {}, Uint8Array.of(0xff, 0xfe)).kind).toBe("upstream_failed");
});
