import { isUtf8 } from "node:buffer";
import type { GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";
import { isObject, objectAt, parseJson, stringAt } from "../../core/read-json";
import { errorFromStatus, htmlOrTextMessage } from "../shared/error-kind";

/** Anthropic says these with status 400 and `invalid_request_error`, but they are about the operator's account, not the request. */
const SPENT = /credit balance is too low|reached your specified (?:workspace )?API usage limits/i;

export function decodeError(status: number, headers: HeaderMap, body: Uint8Array): GraftError {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const value = isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : undefined;
  const error = isObject(value) ? (objectAt(value, "error") ?? value) : {};
  const message = stringAt(error, "message") ?? htmlOrTextMessage(body);
  return errorFromStatus(status, headers, message, {
    type: stringAt(error, "type"),
    code: SPENT.test(message) ? "insufficient_quota" : undefined,
    retryAfterMs: headers["retry-after"] === undefined && status === 429 ? exhaustedReset(headers) : undefined,
  });
}

const LIMITS = ["requests", "tokens", "input-tokens", "output-tokens"];

/** `anthropic-ratelimit-<what>-reset` is an RFC 3339 time; it counts only where that limit is used up. */
function exhaustedReset(headers: HeaderMap): number | undefined {
  const waits = LIMITS.filter((what) => headers[`anthropic-ratelimit-${what}-remaining`] === "0")
    .map((what) => Date.parse(headers[`anthropic-ratelimit-${what}-reset`] ?? "") - Date.now())
    .filter((wait) => !Number.isNaN(wait));
  return waits.length === 0 ? undefined : Math.max(0, ...waits);
}
