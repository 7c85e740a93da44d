/** One cluster for each provider: where it is, how to connect, whom to trust. Keys, paths and models stay with Graft. */
import type { ProviderConfig } from "../../plugins/config/schema";
import { clusterName } from "../metadata";
import { because } from "./because";
import { upstreamTls } from "./provider-tls";
import { duration, NO_CIRCUIT_BREAKER, typed } from "./typed";

/** @param caBundle PEM file of the authorities to trust where the provider names none, on the machine where Envoy runs */
export function providerCluster(provider: string, config: ProviderConfig, caBundle: string) {
  const name = clusterName(provider);
  const url = new URL(config.base_url);
  const secure = url.protocol === "https:";
  // URLs write IPv6 addresses in brackets, Envoy does not.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  return {
    name,
    type: "STRICT_DNS",
    dns_lookup_family: "V4_PREFERRED",
    connect_timeout: duration(config.connect_timeout_ms),
    circuit_breakers: NO_CIRCUIT_BREAKER,
    load_assignment: {
      cluster_name: name,
      endpoints: [
        because(
          { lb_endpoints: "`hostname` becomes the request's host header." },
          { lb_endpoints: [{ endpoint: { hostname: url.host, address: socketAddress(host, port) } }] },
        ),
        because(
          {
            priority:
              "Used only while DNS knows no address: it refuses, and Envoy goes on to the next provider instead of giving up.",
          },
          { priority: 1, lb_endpoints: [{ endpoint: { address: socketAddress("127.0.0.1", 1) } }] },
        ),
      ],
    },
    ...(secure ? { transport_socket: upstreamTls(host, config.tls, caBundle) } : {}),
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed("envoy.extensions.upstreams.http.v3.HttpProtocolOptions", {
        common_http_protocol_options: { idle_timeout: "60s" },
        ...(secure
          ? { auto_config: { http_protocol_options: {}, http2_protocol_options: {} } }
          : { explicit_http_config: { http_protocol_options: {} } }),
      }),
    },
  };
}

function socketAddress(address: string, port_value: number) {
  return { socket_address: { address, port_value } };
}
