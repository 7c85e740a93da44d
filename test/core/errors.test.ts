import { ERROR_KINDS, type ErrorKind, GraftError, toGraftError } from "../../plugins/core/errors";

/** The contract with clients and with fallback, written out once more on purpose: changing a row is a visible decision. */
const TABLE: readonly (readonly [ErrorKind, number, string, string | null, "retry" | "final"])[] = [
  ["bad_request", 400, "invalid_request_error", null, "final"],
  ["invalid_json", 400, "invalid_request_error", "invalid_json", "final"],
  ["unsupported_parameter", 400, "invalid_request_error", "unsupported_parameter", "final"],
  ["context_length", 400, "invalid_request_error", "context_length_exceeded", "final"],
  ["content_blocked", 400, "invalid_request_error", "content_policy_violation", "final"],
  ["unauthorized", 401, "invalid_request_error", "invalid_api_key", "final"],
  ["forbidden", 403, "invalid_request_error", "permission_denied", "final"],
  ["not_found", 404, "invalid_request_error", "not_found", "final"],
  ["model_not_found", 404, "invalid_request_error", "model_not_found", "final"],
  ["method_not_allowed", 405, "invalid_request_error", "method_not_allowed", "final"],
  ["too_large", 413, "invalid_request_error", "request_too_large", "final"],
  ["unsupported_media_type", 415, "invalid_request_error", "unsupported_media_type", "final"],
  ["rate_limited", 429, "rate_limit_error", "rate_limit_exceeded", "retry"],
  ["over_budget", 429, "insufficient_quota", "insufficient_quota", "final"],
  ["client_closed", 499, "invalid_request_error", "client_closed_request", "final"],
  ["internal", 500, "server_error", "internal_error", "final"],
  ["upstream_auth", 502, "server_error", "upstream_authentication_failed", "retry"],
  ["upstream_failed", 502, "server_error", "upstream_error", "retry"],
  ["upstream_invalid", 502, "server_error", "upstream_invalid_response", "retry"],
  ["upstream_busy", 503, "server_error", "upstream_overloaded", "retry"],
  ["unavailable", 503, "server_error", "unavailable", "retry"],
  ["timeout", 504, "server_error", "upstream_timeout", "retry"],
];

describe("GraftError", () => {
  test.each(TABLE)("%s", (kind, status, type, code, retry) => {
    const error = new GraftError(kind, "message");
    expect({ status: error.status, type: error.type, code: error.code, retry: error.retryable ? "retry" : "final" }).toEqual({
      status,
      type,
      code,
      retry,
    });
  });

  test("the table above has every kind", () => {
    expect(TABLE.map(([kind]) => kind).sort()).toEqual(Object.keys(ERROR_KINDS).sort());
  });

  test("options override status and code, never type or retryability", () => {
    const error = new GraftError("bad_request", "m", { status: 422, code: "string_above_max_length", param: "messages[0]" });
    expect([error.status, error.code, error.type, error.retryable]).toEqual([
      422,
      "string_above_max_length",
      "invalid_request_error",
      false,
    ]);
    expect(error.options.param).toBe("messages[0]");
  });

  test("is an Error with a name, a stack and a cause only where one was given", () => {
    const cause = new Error("inner");
    expect(new GraftError("internal", "m", { cause })).toMatchObject({ name: "GraftError", message: "m", cause });
    expect(Object.hasOwn(new GraftError("internal", "m"), "cause")).toBe(false);
    expect(new GraftError("internal", "m")).toBeInstanceOf(Error);
  });
});

describe("toGraftError", () => {
  test("keeps one of ours as it is", () => {
    const error = new GraftError("timeout", "m");
    expect(toGraftError(error)).toBe(error);
  });

  test.each([[new TypeError("password=hunter2")], ["password=hunter2"], [undefined], [null], [{ message: "password=hunter2" }]])(
    "hides the words of a foreign error: %p",
    (thrown) => {
      const error = toGraftError(thrown);
      expect(error.kind).toBe("internal");
      expect(error.message).not.toContain("hunter2");
      expect(error.options.cause).toBe(thrown);
    },
  );
});
