import { gemini } from "../../../plugins/providers/gemini";

const QUOTA = "You exceeded your current quota, please check your plan and billing details. Please retry in 38.5s.";

function details(...items: readonly object[]): object {
  return { details: items };
}

function decode(status: number, error: object | string, headers = {}): ReturnType<typeof gemini.decodeError> {
  return gemini.decodeError(status, headers, Buffer.from(typeof error === "string" ? error : JSON.stringify({ error })));
}

it.each<[number, string, string, object, string, object]>([
  [
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    details({ "@type": "x", reason: "API_KEY_INVALID" }),
    "upstream_auth",
    { status: 502 },
  ],
  [
    400,
    "INVALID_ARGUMENT",
    "API key expired. Please renew the API key.",
    details({ reason: "API_KEY_INVALID" }),
    "upstream_auth",
    {},
  ],
  [
    400,
    "INVALID_ARGUMENT",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    {},
    "context_length",
    { status: 400 },
  ],
  [
    400,
    "INVALID_ARGUMENT",
    "Please use a valid role: user, model.",
    {},
    "bad_request",
    { status: 400, code: "INVALID_ARGUMENT" },
  ],
  [
    400,
    "FAILED_PRECONDITION",
    "User location is not supported for the API use.",
    {},
    "upstream_failed",
    { status: 502, retryable: true },
  ],
  [403, "PERMISSION_DENIED", "Your API key was reported as leaked.", {}, "upstream_auth", { status: 502 }],
  [
    403,
    "PERMISSION_DENIED",
    "You do not have permission to access the File abc or it may not exist.",
    {},
    "bad_request",
    { status: 400 },
  ],
  [403, "PERMISSION_DENIED", "CachedContent not found (or permission denied)", {}, "bad_request", {}],
  [404, "NOT_FOUND", "models/gemini-9 is not found for API version v1beta.", {}, "model_not_found", { status: 404 }],
  [
    429,
    "RESOURCE_EXHAUSTED",
    QUOTA,
    details(
      { "@type": "type.googleapis.com/google.rpc.QuotaFailure" },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "38.512s" },
    ),
    "rate_limited",
    { code: "rate_limit_exceeded", options: { retryAfterMs: 38_512 } },
  ],
  [429, "RESOURCE_EXHAUSTED", QUOTA, {}, "rate_limited", { code: "insufficient_quota" }],
  [
    429,
    "RESOURCE_EXHAUSTED",
    "Resource has been exhausted (e.g. check quota).",
    details({ retryDelay: "soon" }),
    "rate_limited",
    {},
  ],
  [500, "INTERNAL", "An internal error has occurred.", {}, "upstream_failed", { retryable: true }],
  [
    503,
    "UNAVAILABLE",
    "The model is overloaded. Please try again later.",
    details({ retryDelay: "2s" }),
    "upstream_busy",
    { options: { retryAfterMs: 2000 } },
  ],
  [504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", {}, "timeout", {}],
])("%d %s: %s", (code, status, message, more, kind, expected) => {
  const error = { code, message, status, ...more };
  expect(decode(code, error)).toMatchObject({ kind, message, ...expected });
  // Streams asked for without alt=sse fail as a list of one.
  expect(decode(code, JSON.stringify([{ error }]))).toMatchObject({ kind, message });
});

it.each([
  ["<html><head><title>502 Bad Gateway</title></head>", "The provider answered with an HTML page: 502 Bad Gateway"],
  ["", "The provider answered with status 502."],
  ["upstream connect error", "upstream connect error"],
  ['{"error":"odd"}', '{"error":"odd"}'],
  ["null", "null"],
  ["[]", "[]"],
])("a body of %j", (body, message) => {
  expect(decode(502, body)).toMatchObject({ kind: "upstream_failed", message });
});

it("the header says when to come back where the body does not", () => {
  expect(decode(503, { message: "busy" }, { "retry-after": "7" }).options.retryAfterMs).toBe(7000);
});
