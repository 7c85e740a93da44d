import type { Attempt } from "../plugins/core/exchange";

/** Names shared by the service and the Envoy configuration it generates. */

/** Dynamic and static metadata of ours. */
export const NAMESPACE = "graft";
/** Where the priority_group cluster specifier looks for this request's order. */
export const ROUTING_NAMESPACE = "graft.routing";

/** In `NAMESPACE`: the policy, for the route that matches once the path is rewritten; which of the two says how many targets there are. */
export const POLICY_KEY = "policy";
export const ONE_TARGET_KEY = "policy_one_target";

/** Where a request with one target goes; set by level 1, removed before the request leaves. */
export const CLUSTER_HEADER = "x-graft-cluster";

/**
 * Also in `NAMESPACE`, where there may be later attempts: `id` of the exchange, `owner` = hand-off socket of the process that holds
 * it, `k1`, `k2` … = `provider#keyIndex` of each attempt, `cl` = content length of attempts made by level 2.
 */
export function attemptKey(attempt: Attempt): Record<string, string> {
  return attempt.keyIndex === undefined ? {} : { [`k${attempt.number}`]: `${attempt.target.provider.name}#${attempt.keyIndex}` };
}

export const ATTRIBUTES = {
  policy: "xds.route_metadata.filter_metadata['graft']['policy']",
  route: "xds.route_name",
  sourceAddress: "source.address",
  uriSan: "connection.uri_san_peer_certificate",
  dnsSan: "connection.dns_san_peer_certificate",
  subject: "connection.subject_peer_certificate",
  codeDetails: "response.code_details",
  attemptCount: "upstream.request_attempt_count",
} as const;

/** `response.code_details` of replies that we make at either level. */
export const OWN_REPLY = "graft_reply";

/** Metadata on the gRPC calls, so that one server knows which filter is calling. */
export const LEVEL_HEADER = "x-graft-level";

/** `refused`: the filter that tells of attempts whose key a provider refused or limited. */
export type Level = "1" | "2" | "refused";

export function clusterName(provider: string): string {
  return `graft_${provider}`;
}

/** On level 1's calls: the hash of the Envoy configuration that makes them (envoy/config). */
export const CONFIG_HEADER = "x-graft-config";

/** Set by Envoy for each attempt, the first being 1. */
export const ATTEMPT_COUNT_HEADER = "x-envoy-attempt-count";

/** Where Envoy's jwt_authn filter leaves a verified payload. */
export const JWT_NAMESPACE = "envoy.filters.http.jwt_authn";
