/** Error answers of OpenAI-like servers, and errors inside answers with status 200. */
import type { JsonObject } from "../../core/chat";
import type { GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";
import { arrayAt, isObject, objectAt, parseJson, stringAt } from "../../core/read-json";
import { type ErrorFacts, errorFromStatus, htmlOrTextMessage } from "../shared/error-kind";

interface ReadError extends ErrorFacts {
  readonly message: string;
  /** Where the body says it: OpenRouter's `code` is a status. */
  readonly status: number | undefined;
}

export function decodeError(status: number, headers: HeaderMap, body: Uint8Array): GraftError {
  const value = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  // Google's compatible endpoint wraps the object in a list.
  const object = Array.isArray(value) ? (value as unknown[])[0] : value;
  const read = isObject(object) ? readError(object) : undefined;
  if (read === undefined) return errorFromStatus(status, headers, htmlOrTextMessage(body));
  return errorFromStatus(status, headers, read.message, read);
}

/**
 * The error in a chunk or document that came with status 200, `undefined` where it holds none.
 * @param isError the event said it is one, so its own members are the error.
 */
export function inBandError(value: JsonObject, isError = false): GraftError | undefined {
  const own = value["error"] ?? choiceError(value);
  if (!isError && !isObject(own) && (typeof own !== "string" || own === "")) return undefined;
  const read = readError(own === undefined ? value : { ...value, error: own });
  return errorFromStatus(read.status ?? statusOf(read), {}, read.message, read);
}

/** OpenRouter marks a provider that failed in the middle on the choice. */
function choiceError(value: JsonObject): unknown {
  const [choice] = arrayAt(value, "choices");
  return isObject(choice) ? choice["error"] : undefined;
}

/** `{error: {message, type, code, param}}`, `{error: "text"}`, `{message, …}` (Mistral), `{detail: …}` (FastAPI servers). */
function readError(body: JsonObject): ReadError {
  const error = objectAt(body, "error") ?? body;
  const message = messageOf(error) ?? messageOf(body) ?? stringAt(body, "error") ?? "";
  const code = error["code"] ?? error["status_code"];
  const number = typeof code === "number" ? code : undefined;
  return {
    message: message + rawCause(error),
    code: typeof code === "string" ? code : undefined,
    type: stringAt(error, "type"),
    param: stringAt(error, "param"),
    status: number !== undefined && number >= 400 && number <= 599 ? number : undefined,
  };
}

function messageOf(error: JsonObject): string | undefined {
  const said = error["message"] ?? error["detail"];
  if (typeof said === "string" && said !== "") return said;
  const list = isObject(said) ? arrayAt(said, "detail") : Array.isArray(said) ? (said as unknown[]) : [];
  const lines = list.slice(0, 10).flatMap((item) => (isObject(item) ? [detailLine(item)] : []));
  return lines.length === 0 ? undefined : lines.join("; ");
}

/** A validation error of FastAPI servers: `{loc: ["body", "messages", 0], msg}`. */
function detailLine(item: JsonObject): string {
  const place = arrayAt(item, "loc")
    .filter((step) => (typeof step === "string" && step !== "body") || typeof step === "number")
    .join(".");
  const said = stringAt(item, "msg") ?? "invalid";
  return place === "" ? said : `${place}: ${said}`;
}

/** OpenRouter's own message is "Provider returned error"; what the provider said is beside it. */
function rawCause(error: JsonObject): string {
  const raw = stringAt(objectAt(error, "metadata") ?? {}, "raw");
  return raw === undefined ? "" : `: ${raw}`;
}

/** In-band errors have no status of their own. */
function statusOf({ type, code }: ReadError): number {
  const said = `${type ?? ""} ${code ?? ""}`;
  if (/rate_limit|insufficient_quota|too_many/.test(said)) return 429;
  if (/authentication|permission|invalid_api_key/.test(said)) return 401;
  if (/overloaded|unavailable|capacity/.test(said)) return 503;
  if (/timeout/.test(said)) return 504;
  return /invalid_request|context_length|content_filter/.test(said) ? 400 : 500;
}
