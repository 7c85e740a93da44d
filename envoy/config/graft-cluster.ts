/** The cluster of the Graft processes themselves. */
import { isIP } from "node:net";
import { parseSocket } from "../../plugins/config/addresses";
import { because } from "./because";
import { NO_CIRCUIT_BREAKER, typed } from "./typed";

export interface GraftCluster {
  readonly name: string;
  /** `unix:///path` or `host:port`, one for each process; checked before. */
  readonly sockets: readonly string[];
  /** Fields of HttpProtocolOptions. */
  readonly protocol: object;
  /** The fields of a health check that say how to ask. */
  readonly healthCheck: object;
}

export function graftCluster({ name, sockets, protocol, healthCheck }: GraftCluster) {
  const addresses = sockets.map(socketAddress);
  const named = addresses.some(({ socket_address }) => socket_address !== undefined && isIP(socket_address.address) === 0);
  return because(
    { health_checks: "A process that drains or hangs gets no new requests within a second." },
    {
      name,
      type: named ? "STRICT_DNS" : "STATIC",
      connect_timeout: "1s",
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
          protocol,
        ),
      },
      circuit_breakers: NO_CIRCUIT_BREAKER,
      health_checks: [
        {
          timeout: "1s",
          interval: "0.5s",
          no_traffic_interval: "0.5s",
          unhealthy_threshold: 2,
          healthy_threshold: 1,
          ...healthCheck,
        },
      ],
      load_assignment: {
        cluster_name: name,
        endpoints: [{ lb_endpoints: addresses.map((address) => ({ endpoint: { address } })) }],
      },
    },
  );
}

interface EnvoyAddress {
  readonly pipe?: { readonly path: string };
  readonly socket_address?: { readonly address: string; readonly port_value: number };
}

function socketAddress(socket: string): EnvoyAddress {
  const parsed = parseSocket(socket);
  if (parsed === undefined) throw new Error(`not a socket address: ${socket}`);
  if ("path" in parsed) return { pipe: { path: parsed.path } };
  return { socket_address: { address: ipOfLocalhost(parsed.host), port_value: parsed.port } };
}

/** Envoy's static addresses are IPs only. */
export function ipOfLocalhost(host: string): string {
  return host === "localhost" ? "127.0.0.1" : host;
}
