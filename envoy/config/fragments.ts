/** The same configuration in pieces, for an Envoy that is already there: what each is and where it goes. */
import type { Config } from "../../plugins/config/schema";
import { clusterHash, clusters, type EnvoyOptions, runtime } from "./bootstrap";
import { earlyRemoval, identityHeaders } from "./forged-headers";
import { listenerFilters } from "./listener-filters";
import { localReplies } from "./local-replies";
import { router } from "./router";
import { groupByHost, routesOf, virtualHostSettings } from "./virtual-hosts";

export interface Fragment {
  readonly name: string;
  /** Where it goes in the host's configuration, and what to mind there. */
  readonly where: string;
  readonly value: object;
}

export function envoyFragments(config: Config, options: EnvoyOptions): Fragment[] {
  const { caller, routes } = config.envoy;
  return [
    {
      name: "runtime",
      where: "Into the bootstrap itself: a layer of `layered_runtime`. Cannot come with a listener or over LDS.",
      value: { layered_runtime: runtime() },
    },
    ...forgedHeaders(identityHeaders(caller)),
    {
      name: "local replies",
      where:
        "Into the HttpConnectionManager of the listener; mappers you have stay, before or after these. Concerns Graft's routes only.",
      value: { local_reply_config: localReplies(false) },
    },
    {
      name: "filters",
      where:
        "At the end of `http_filters` of the listener, after authentication and authorization and in place of the router that stands there; what your router has in its `typed_config` stays. The filters concern Graft's routes only. Never leave out those of the router: without them one provider's key can reach another provider.",
      value: { http_filters: [...listenerFilters(config, clusterHash(config)), router()] },
    },
    ...groupByHost(routes).map((group) => ({
      name: `routes of ${group.hosts.join(", ")}`,
      where:
        "Into the virtual host for these names: the settings, and the routes in front of its own, in this order. `include_request_attempt_count` makes Envoy send x-envoy-attempt-count to the upstreams of its other routes, too.",
      value: { domains: group.hosts, ...virtualHostSettings(), routes: routesOf(group, config) },
    })),
    {
      name: "clusters",
      where: "Into `static_resources.clusters`, or over CDS.",
      value: { clusters: clusters(config, options) },
    },
  ];
}

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
