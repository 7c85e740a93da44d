/** Google's error answers: `{"error": {code, message, status, details}}`, sometimes as the only element of a list. */
import type { JsonObject } from "../../core/chat";
import { GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";
import { arrayAt, isObject, numberAt, objectAt, parseJson, stringAt } from "../../core/read-json";
import { errorFromStatus, htmlOrTextMessage } from "../shared/error-kind";

/** `google.rpc.Code` → HTTP, for errors inside a stream that name no number. */
const HTTP_STATUS: ReadonlyMap<string, number> = new Map([
  ["INVALID_ARGUMENT", 400],
  ["FAILED_PRECONDITION", 400],
  ["OUT_OF_RANGE", 400],
  ["UNAUTHENTICATED", 401],
  ["PERMISSION_DENIED", 403],
  ["NOT_FOUND", 404],
  ["ABORTED", 409],
  ["ALREADY_EXISTS", 409],
  ["RESOURCE_EXHAUSTED", 429],
  ["CANCELLED", 499],
  ["UNIMPLEMENTED", 501],
  ["UNAVAILABLE", 503],
  ["DEADLINE_EXCEEDED", 504],
]);

export function decodeError(status: number, headers: HeaderMap, body: Uint8Array): GraftError {
  const parsed = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  const document = Array.isArray(parsed) ? (parsed as readonly unknown[])[0] : parsed;
  const error = isObject(document) ? objectAt(document, "error") : undefined;
  return error === undefined ? errorFromStatus(status, headers, htmlOrTextMessage(body)) : toError(status, headers, error);
}

/** An error in place of a stream event or a whole answer. */
export function inBandError(error: JsonObject): GraftError {
  const code = numberAt(error, "code");
  const status = code !== undefined && code >= 400 && code < 600 ? code : HTTP_STATUS.get(stringAt(error, "status") ?? "");
  return toError(status ?? 500, {}, error);
}

/** Clients can name files and caches of others, or none: not a fault of our key. */
const FOREIGN_RESOURCE = /access the File |CachedContent/i;

function toError(status: number, headers: HeaderMap, error: JsonObject): GraftError {
  const message = stringAt(error, "message") ?? "";
  const code = stringAt(error, "status");
  const details = arrayAt(error, "details").filter(isObject);
  const reason = details.map((detail) => stringAt(detail, "reason")).find((found) => found !== undefined);
  const retryAfterMs = retryDelay(details);
  const found = errorFromStatus(status, headers, message, { code: reason ?? code, type: code, retryAfterMs });
  if (status === 403 && FOREIGN_RESOURCE.test(message)) return new GraftError("bad_request", found.message);
  // "User location is not supported", "free tier is not available": about the operator's account, another target may do.
  if (status === 400 && code === "FAILED_PRECONDITION") return new GraftError("upstream_failed", found.message);
  // "You exceeded your current quota" is also what Google says of limits per minute; those come with the time to wait.
  if (status === 429 && retryAfterMs !== undefined) return new GraftError("rate_limited", found.message, { retryAfterMs });
  return found;
}

/** `google.rpc.RetryInfo`: a duration in seconds, `"38.5s"`. */
function retryDelay(details: readonly JsonObject[]): number | undefined {
  for (const detail of details) {
    const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(stringAt(detail, "retryDelay") ?? "")?.[1];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return undefined;
}
