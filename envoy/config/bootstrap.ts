/** A complete Envoy configuration: one listener that is Graft's alone, the Graft processes, and in ext_proc mode the providers. */
import { createHash } from "node:crypto";
import { parseHostPort } from "../../plugins/config/addresses";
import type { Config } from "../../plugins/config/schema";
import type { Mode } from "../mode";
import { because } from "./because";
import { connectionManager } from "./connection-manager";
import { ipOfLocalhost } from "./graft-cluster";
import type { EnvoyOptions } from "./options";
import { WIRINGS } from "./wiring";

/** Bootstrap as plain values, to be printed or changed further. */
export function envoyConfig(config: Config, options: EnvoyOptions) {
  return bootstrap(config, options, clusterHash(config, options.mode));
}

/**
 * Short, of everything in the configuration that Envoy has to know. While it stays the same, `graft.yaml` can change without a new
 * Envoy configuration.
 */
export function clusterHash(config: Config, mode: Mode = "ext_proc"): string {
  return createHash("sha256")
    .update(JSON.stringify(bootstrap(config, { version: "", mode }, "")))
    .digest("hex")
    .slice(0, 12);
}

function bootstrap(config: Config, options: EnvoyOptions, hash: string) {
  const listen = parseHostPort(config.envoy.listen);
  if (listen === undefined) throw new Error(`not an address to listen on: ${config.envoy.listen}`);
  const wiring = WIRINGS[options.mode ?? "ext_proc"];
  return {
    node: because(
      { metadata: "Which graft.yaml this was made from; Graft logs when a reload needs another one." },
      { metadata: { graft_version: options.version, graft_config_hash: hash } },
    ),
    ...(wiring.runtime === undefined ? {} : { layered_runtime: wiring.runtime }),
    static_resources: {
      listeners: [
        {
          name: "graft",
          address: { socket_address: { address: ipOfLocalhost(listen.host), port_value: listen.port } },
          filter_chains: [
            {
              filters: [
                { name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager(config, wiring, hash) },
              ],
            },
          ],
        },
      ],
      clusters: wiring.clusters(config, options),
    },
  };
}
