import { type ErrorKind, GraftError } from "../plugins/core/errors";
import type { StructObject } from "../proto/struct";
import { ATTRIBUTES, OWN_REPLY } from "./metadata";

/** What Envoy says of every answer that came from an upstream, and of none it made itself. */
const FROM_UPSTREAM = "via_upstream";

const REFUSALS: ReadonlyMap<number, ErrorKind> = new Map([
  [401, "unauthorized"],
  [403, "forbidden"],
  [429, "rate_limited"],
]);

/**
 * The error behind an answer that Envoy made itself because it has none from a provider; `undefined` = a provider answered.
 * @param refused why we refused an attempt at level 2, if we did
 */
export function localReplyError(
  status: number,
  attributes: StructObject,
  refused: GraftError | undefined,
): GraftError | undefined {
  const details = attributes[ATTRIBUTES.codeDetails];
  if (details === FROM_UPSTREAM) return undefined;
  if (details === OWN_REPLY && refused !== undefined) return refused;
  if (status === 413) return new GraftError("too_large", "The request body is over the gateway's size limit.");
  // A filter behind ours refused it (an RBAC rule, a rate limit): that is not for the client to try again.
  const refusal = REFUSALS.get(status);
  if (refusal !== undefined) return new GraftError(refusal, "The gateway refused this request.");
  if (status === 504 || status === 408)
    return new GraftError("timeout", "The provider did not answer in time.", { shouldRetry: true });
  return new GraftError("unavailable", "No provider could be reached for this request.", { shouldRetry: true });
}
