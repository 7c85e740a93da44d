/** A complete Envoy configuration: one listener that is Graft's alone, the providers, the Graft processes. */
import { createHash } from "node:crypto";
import { parseHostPort } from "../../plugins/config/addresses";
import type { Config } from "../../plugins/config/schema";
import { because } from "./because";
import { connectionManager } from "./connection-manager";
import { NOWHERE_CLUSTER } from "./names";
import { ipOfLocalhost, processorCluster } from "./processor-cluster";
import { providerCluster } from "./provider-cluster";

export interface EnvoyOptions {
  /** Graft's own version, to be seen in Envoy's admin interface. */
  readonly version: string;
  /** Where the Graft processes listen, instead of `envoy.sockets`. */
  readonly sockets?: readonly string[];
  /** PEM file of the authorities to trust where a provider names none, on the machine where Envoy runs. */
  readonly caBundle?: string;
}

/** Where Debian, Ubuntu, Alpine and the Envoy images keep it. */
const CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** Bootstrap as plain values, to be printed or changed further. */
export function envoyConfig(config: Config, options: EnvoyOptions) {
  return bootstrap(config, options, clusterHash(config));
}

/**
 * Short, of everything in the configuration that Envoy has to know. While it stays the same, `graft.yaml` can change without a new
 * Envoy configuration.
 */
export function clusterHash(config: Config): string {
  return createHash("sha256")
    .update(JSON.stringify(bootstrap(config, { version: "" }, "")))
    .digest("hex")
    .slice(0, 12);
}

function bootstrap(config: Config, options: EnvoyOptions, hash: string) {
  const listen = parseHostPort(config.envoy.listen);
  if (listen === undefined) throw new Error(`not an address to listen on: ${config.envoy.listen}`);
  return {
    node: because(
      { metadata: "Which graft.yaml this was made from; Graft logs when a reload needs another one." },
      { metadata: { graft_version: options.version, graft_config_hash: hash } },
    ),
    layered_runtime: runtime(),
    static_resources: {
      listeners: [
        {
          name: "graft",
          address: { socket_address: { address: ipOfLocalhost(listen.host), port_value: listen.port } },
          filter_chains: [
            {
              filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager(config, hash) }],
            },
          ],
        },
      ],
      clusters: clusters(config, options),
    },
  };
}

export function runtime() {
  return {
    layers: [
      {
        name: "graft",
        static_layer: because(
          { "envoy.reloadable_features.ext_proc_graceful_grpc_close": "Streams to Graft end, instead of being reset." },
          { "envoy.reloadable_features.ext_proc_graceful_grpc_close": true },
        ),
      },
    ],
  };
}

export function clusters(config: Config, { sockets, caBundle = CA_BUNDLE }: EnvoyOptions): object[] {
  return [
    processorCluster(sockets ?? config.envoy.sockets),
    because(
      { name: "Has no address: what is sent here is answered 503." },
      { name: NOWHERE_CLUSTER, type: "STATIC", load_assignment: { cluster_name: NOWHERE_CLUSTER, endpoints: [] } },
    ),
    ...Object.entries(config.providers).map(([name, provider]) => providerCluster(name, provider, caBundle)),
  ];
}
