/** An error object inside a 200 answer (the stream's `error` event) → GraftError, by the status its type stands for. */
import type { JsonObject } from "../../core/chat";
import type { GraftError } from "../../core/errors";
import { stringAt } from "../../core/read-json";
import { errorFromStatus } from "../shared/error-kind";

const STATUS_BY_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

export function errorOfBody(error: JsonObject): GraftError {
  const type = stringAt(error, "type") ?? "";
  const status = Object.hasOwn(STATUS_BY_TYPE, type) ? (STATUS_BY_TYPE[type] ?? 500) : 500;
  return errorFromStatus(status, {}, stringAt(error, "message") ?? "", { type });
}
