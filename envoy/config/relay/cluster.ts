import { HEALTH_PATH } from "../../relay/headers";
import { graftCluster } from "../graft-cluster";
import { RELAY_CLUSTER } from "../names";
import { tokenHeader } from "./own-headers";

/** Graft as the upstream of all AI routes. */
export function relayCluster(sockets: readonly string[], token: string | undefined) {
  return graftCluster({
    name: RELAY_CLUSTER,
    sockets,
    protocol: { common_http_protocol_options: { idle_timeout: "60s" }, explicit_http_config: { http_protocol_options: {} } },
    healthCheck: { http_health_check: { host: "graft", path: HEALTH_PATH, request_headers_to_add: tokenHeader(token) } },
  });
}
