import { graftCluster } from "./graft-cluster";
import { PROCESSOR_CLUSTER } from "./names";

/** Graft as the service that Envoy's ext_proc filters ask. */
export function processorCluster(sockets: readonly string[]) {
  return graftCluster({
    name: PROCESSOR_CLUSTER,
    sockets,
    protocol: { explicit_http_config: { http2_protocol_options: { max_concurrent_streams: 1000 } } },
    healthCheck: { grpc_health_check: {} },
  });
}
