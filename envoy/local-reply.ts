import { GraftError } from "../plugins/core/errors";
import type { StructObject } from "../proto/struct";
import { ATTRIBUTES } from "./metadata";

/** What Envoy says of every answer that came from an upstream, and of none it made itself. */
const FROM_UPSTREAM = "via_upstream";

/** The error behind an answer that Envoy made itself because it has none from a provider; `undefined` = a provider answered. */
export function localReplyError(status: number, attributes: StructObject): GraftError | undefined {
  if (attributes[ATTRIBUTES.codeDetails] === FROM_UPSTREAM) return undefined;
  if (status === 413) return new GraftError("too_large", "The request body is over the gateway's size limit.");
  if (status === 504 || status === 408)
    return new GraftError("timeout", "The provider did not answer in time.", { shouldRetry: true });
  return new GraftError("unavailable", "No provider could be reached for this request.", { shouldRetry: true });
}
