import type { GraftError } from "../../../plugins/core/errors";
import { decodeError, inBandError } from "../../../plugins/providers/openai-compatible/decode-error";
import { goldenTable } from "../oracle";

function decode(status: number, body: unknown, headers = {}): GraftError {
  return decodeError(status, headers, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
}

it.each([
  [400, { error: { message: "m", type: "invalid_request_error", param: "n", code: "invalid_value" } }, "bad_request", "m"],
  [
    404,
    { error: { message: "The model `x` does not exist", code: "model_not_found" } },
    "model_not_found",
    "The model `x` does not exist",
  ],
  [429, { error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" } }, "rate_limited", "slow down"],
  [400, [{ error: { code: 400, message: "m", status: "INVALID_ARGUMENT" } }], "bad_request", "m"],
  [400, { error: "m", error_type: "template_error" }, "bad_request", "m"],
  [404, { error: "Not Found", message: "no route" }, "not_found", "no route"],
  [400, { object: "error", message: "m", type: "invalid_request_invalid_args", code: "1800" }, "bad_request", "m"],
  [
    422,
    { detail: [{ loc: ["body", "messages", 0, "role"], msg: "Field required" }] },
    "bad_request",
    "messages.0.role: Field required",
  ],
  [422, { message: { detail: [{ loc: ["body", "x"], msg: "Extra" }, { msg: "y" }] } }, "bad_request", "x: Extra; y"],
  [422, { detail: [{ loc: ["body", { toString: 1 }, [[[]]], "x"], msg: "bad" }] }, "bad_request", "x: bad"],
  [401, { detail: "Unauthorized" }, "upstream_auth", "Unauthorized"],
  [
    429,
    { error: { message: "Provider returned error", code: 429, metadata: { raw: "busy" } } },
    "rate_limited",
    "Provider returned error: busy",
  ],
  [500, { nothing: 1 }, "upstream_failed", "The provider answered with status 500."],
  [
    502,
    "<html><title>502 Bad Gateway</title></html>",
    "upstream_failed",
    "The provider answered with an HTML page: 502 Bad Gateway",
  ],
  [503, "no healthy upstream", "upstream_busy", "no healthy upstream"],
  [504, "", "timeout", "The provider answered with status 504."],
  [500, "[]", "upstream_failed", "[]"],
  [500, "null", "upstream_failed", "null"],
])("%d %j", (status, body, kind, message) => {
  const error = decode(status, body);
  expect([error.kind, error.message]).toEqual([kind, message]);
});

it("code, param and time to come back survive", () => {
  const body = { error: { message: "m", code: "tokens_exceeded", param: "messages" } };
  expect(decode(400, body).options).toEqual({ code: "tokens_exceeded", param: "messages" });
  expect(decode(429, body, { "retry-after-ms": "10" }).options).toEqual({ code: "tokens_exceeded", retryAfterMs: 10 });
});

describe("in-band", () => {
  it.each([
    [{ error: { message: "m", type: "server_error" } }, "upstream_failed"],
    [{ error: { message: "m", code: 429 } }, "rate_limited"],
    [{ error: { message: "m", type: "rate_limit_error" } }, "rate_limited"],
    [{ error: { message: "m", code: "context_length_exceeded" } }, "context_length"],
    [{ error: { message: "m", type: "overloaded_error" } }, "upstream_busy"],
    [{ error: { message: "m", type: "authentication_error" } }, "upstream_auth"],
    [{ error: "m" }, "upstream_failed"],
    [{ choices: [{ error: { message: "m", code: 502 } }] }, "upstream_failed"],
  ])("%j → %s", (value, kind) => expect(inBandError(value)).toMatchObject({ kind, message: "m" }));

  it.each([[{}], [{ error: null }], [{ error: "" }], [{ error: false }], [{ choices: [{ error: null }] }]])(
    "none in %j",
    (value) => {
      expect(inBandError(value)).toBeUndefined();
    },
  );
});

const table = goldenTable("kong");
(table === undefined ? describe.skip : describe)("Kong's table of error answers", () => {
  const rows = (table ?? []).filter((row) => row["direction"] === "provider error response" && row["target"] !== "gemini");
  it("is here", () => expect(rows.length).toBe(table === undefined ? 0 : 28));
  it.each(rows.map((row) => [String(row["id"]), row] as const))("%s", (id, row) => {
    const text = (row["input"] as { text: string }).text;
    const status = id.includes("unauthorized") ? 401 : id.includes("internal") ? 500 : 400;
    const error = decode(status, text);
    const said = /"(?:message|error)": "((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? /<title>(.*)<\/title>/.exec(text)?.[1];
    expect(error.status).toBe({ 401: 502, 500: 502, 400: 400 }[status]);
    if (said !== undefined && status !== 401) expect(error.message).toContain(JSON.parse(`"${said}"`));
    expect(error.message).not.toContain("wro****ey");
  });
});
