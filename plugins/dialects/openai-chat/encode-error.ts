/** Errors exactly as OpenAI sends them, with the headers its SDKs read. */
import type { GraftError } from "../../core/errors";
import type { HeaderMap } from "../../core/provider";

export function encodeError(error: GraftError): { readonly headers: HeaderMap; readonly body: string } {
  const { retryAfterMs, shouldRetry } = error.options;
  return {
    headers: {
      "content-type": "application/json",
      ...(retryAfterMs === undefined
        ? {}
        : { "retry-after": String(Math.ceil(retryAfterMs / 1000)), "retry-after-ms": String(Math.ceil(retryAfterMs)) }),
      ...(shouldRetry === undefined ? {} : { "x-should-retry": String(shouldRetry) }),
    },
    body: errorJson(error),
  };
}

/** Also what a failed stream ends with. */
export function errorJson(error: GraftError): string {
  const { message, type, code } = error;
  return JSON.stringify({ error: { message, type, param: error.options.param ?? null, code } });
}
