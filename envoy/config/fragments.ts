/** The same configuration in pieces, for an Envoy that is already there: what each is and where it goes. */
import type { Config } from "../../plugins/config/schema";
import { clusterHash } from "./bootstrap";
import { earlyRemoval, identityHeaders } from "./forged-headers";
import type { EnvoyOptions } from "./options";
import { groupByHost } from "./virtual-hosts";
import { WIRINGS } from "./wiring";

export interface Fragment {
  readonly name: string;
  /** Where it goes in the host's configuration, and what to mind there. */
  readonly where: string;
  readonly value: object;
}

export function envoyFragments(config: Config, options: EnvoyOptions): Fragment[] {
  const { caller, routes, relay_token } = config.envoy;
  const mode = options.mode ?? "ext_proc";
  const wiring = WIRINGS[mode];
  const { runtime, where } = wiring;
  const secret = mode === "relay" && relay_token !== undefined ? SECRET : "";
  return [
    ...(runtime === undefined ? [] : [{ name: "runtime", where: RUNTIME, value: { layered_runtime: runtime } }]),
    ...forgedHeaders(identityHeaders(caller)),
    { name: "local replies", where: LOCAL_REPLIES, value: { local_reply_config: wiring.localReplies(false) } },
    ...(where.filters === undefined
      ? []
      : [
          {
            name: "filters",
            where: where.filters,
            value: { http_filters: wiring.filters(config, clusterHash(config, mode)) },
          },
        ]),
    ...groupByHost(routes).map(({ hosts, routes: here }) => ({
      name: `routes of ${hosts.join(", ")}`,
      where: where.routes + secret,
      value: { domains: hosts, ...wiring.virtualHost, routes: wiring.routes(here, config) },
    })),
    { name: "clusters", where: CLUSTERS + secret, value: { clusters: wiring.clusters(config, options) } },
  ];
}

const RUNTIME = "Into the bootstrap itself: a layer of `layered_runtime`. Cannot come with a listener or over LDS.";
const LOCAL_REPLIES =
  "Into the HttpConnectionManager of the listener; mappers you have stay, before or after these. Concerns Graft's routes only.";
const CLUSTERS = "Into `static_resources.clusters`, or over CDS.";
const SECRET = " Holds the secret `envoy.relay_token`: keep it like a key.";

function forgedHeaders(names: readonly string[]): Fragment[] {
  if (names.length === 0) return [];
  return [
    {
      name: "forged headers",
      where: `Into the HttpConnectionManager of the listener. Graft believes ${names.join(", ")}: without this piece any client can be any caller.`,
      value: { early_header_mutation_extensions: earlyRemoval(names) },
    },
  ];
}
