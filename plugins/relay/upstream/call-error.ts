/** Why a call failed, in words for clients: what really happened, addresses included, is only in the cause. */
import { GraftError } from "../../core/errors";

/** Nothing came back: name not found, connection refused, bad certificate, reset before the head of an answer, no HTTP … */
export function unreachable(cause: unknown): GraftError {
  return new GraftError("unavailable", "No provider could be reached for this request.", { cause, shouldRetry: true });
}

/** @param limit which one, for the cause */
export function tooSlow(limit: string, ms: number): GraftError {
  const cause = new Error(`${limit} of ${ms} ms exceeded`);
  return new GraftError("timeout", "The provider did not answer in time.", { cause, shouldRetry: true });
}

export function tooBusy(maxConcurrent: number): GraftError {
  const cause = new Error(`${maxConcurrent} calls are running`);
  const message = "The provider is at its limit of concurrent requests.";
  return new GraftError("upstream_busy", message, { cause, shouldRetry: true, ours: true });
}

/** What the client should send is not HTTP: our fault, and no other provider would take it either. */
const OUR_FAULT: ReadonlySet<string> = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

/** @param error from undici or the socket. @param answered the head had come */
export function callFailure(error: Error & { readonly code?: unknown }, answered: boolean): GraftError {
  if (typeof error.code === "string" && OUR_FAULT.has(error.code))
    return new GraftError("internal", "The gateway failed while calling the provider.", { cause: error });
  if (!answered) return unreachable(error);
  return new GraftError("upstream_failed", "The provider's answer broke off before it was complete.", { cause: error });
}
