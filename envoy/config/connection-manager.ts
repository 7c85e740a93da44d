/** The HTTP connection manager of a listener that is Graft's alone. */
import type { Config } from "../../plugins/config/schema";
import { because } from "./because";
import { earlyRemoval, GATEWAY_FAMILIES, identityHeaders } from "./forged-headers";
import { typed } from "./typed";
import { virtualHosts } from "./virtual-hosts";
import type { Wiring } from "./wiring";

export function connectionManager(config: Config, wiring: Wiring, hash: string) {
  const { caller, http_filters, trusted_hops } = config.envoy;
  return because(
    {
      use_remote_address: "The caller's address is that of the connection, or what the trusted proxies in front say.",
      preserve_external_request_id: "A client's x-request-id is kept, so that it can be found in everybody's logs.",
      request_headers_timeout: "A client that sends its request in drips does not hold a connection for ever.",
      http_filters: "Authentication first, then Graft.",
    },
    typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", {
      stat_prefix: "graft",
      use_remote_address: true,
      ...(trusted_hops === 0 ? {} : { xff_num_trusted_hops: trusted_hops }),
      preserve_external_request_id: true,
      always_set_request_id_in_response: true,
      normalize_path: true,
      merge_slashes: true,
      request_headers_timeout: "10s",
      request_timeout: "300s",
      early_header_mutation_extensions: earlyRemoval(identityHeaders(caller), GATEWAY_FAMILIES),
      local_reply_config: wiring.localReplies(true),
      http_filters: [...http_filters, ...wiring.filters(config, hash)],
      route_config: {
        name: "graft",
        ignore_port_in_host_matching: true,
        virtual_hosts: virtualHosts(config, wiring),
      },
    }),
  );
}
