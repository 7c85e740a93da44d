import type { EnvoyConfig, RouteConfig } from "../../../plugins/config/schema";
import { NAMESPACE } from "../../metadata";
import { because } from "../because";
import { RELAY_CLUSTER } from "../names";
import { retryOtherHost } from "../retry-other-host";
import { duration } from "../typed";
import { OWN_HEADERS, ownHeaders } from "./own-headers";

/** One route of `graft.yaml`: to the relay, with the name of its policy. */
export function relayRoute(it: RouteConfig, envoy: EnvoyConfig) {
  return because(
    {
      request_headers_to_remove: "Done first: a header that Envoy has no value for is absent, not the client's.",
      request_headers_to_add: "Set when all filters have run, so what they found out about the caller is in it.",
    },
    {
      name: `graft ${it.policy} ${it.prefix}`,
      match: { prefix: it.prefix },
      metadata: { filter_metadata: { [NAMESPACE]: { policy: it.policy } } },
      request_headers_to_remove: OWN_HEADERS,
      request_headers_to_add: ownHeaders(it.policy, envoy),
      route: action(it),
    },
  );
}

function action(it: RouteConfig) {
  return because(
    {
      timeout: "A whole exchange: all attempts and the streaming of the answer.",
      idle_timeout:
        "Nothing moved for so long, neither way. The wait for a provider's answer counts, over all attempts; when it is over there is no further one.",
      retry_policy:
        "A Graft process that just went away costs a retry at another one, not the request. What one has taken is never sent twice: retries at providers are Graft's.",
    },
    {
      cluster: RELAY_CLUSTER,
      timeout: duration(it.timeout_ms),
      idle_timeout: duration(it.idle_timeout_ms),
      retry_policy: retryOtherHost("connect-failure,refused-stream,reset-before-request"),
    },
  );
}
