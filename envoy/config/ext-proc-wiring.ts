/** Envoy asks Graft at two levels, and calls the providers. */
import { because } from "./because";
import { listenerFilters } from "./listener-filters";
import { localReplies } from "./local-replies";
import { NOWHERE_CLUSTER } from "./names";
import { processorCluster } from "./processor-cluster";
import { providerCluster } from "./provider-cluster";
import { router } from "./router";
import { rewrittenRoutes, route } from "./routes";
import { upstreamFilters } from "./upstream-filters";
import type { Wiring } from "./wiring";

/** Where Debian, Ubuntu, Alpine and the Envoy images keep it. */
const CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

export const EXT_PROC_WIRING: Wiring = {
  runtime: {
    layers: [
      {
        name: "graft",
        static_layer: because(
          { "envoy.reloadable_features.ext_proc_graceful_grpc_close": "Streams to Graft end, instead of being reset." },
          { "envoy.reloadable_features.ext_proc_graceful_grpc_close": true },
        ),
      },
    ],
  },

  filters: (config, hash) => [
    ...listenerFilters(config, hash),
    router(
      "x-envoy-original-host, the host name your clients use, is set after all filters: nothing else keeps it from providers. On a shared listener, other routes lose x-envoy-upstream-service-time and its like as well.",
      { upstream_http_filters: upstreamFilters() },
    ),
  ],

  localReplies,

  virtualHost: because(
    { include_request_attempt_count: "How level 2 knows which attempt this is." },
    { include_request_attempt_count: true },
  ),

  /** The rewritten ones first: they match only what Graft has already decided on. */
  routes(routes, config) {
    const oneOfEachPolicy = routes.filter((it, index) => routes.findIndex(({ policy }) => policy === it.policy) === index);
    return [...oneOfEachPolicy.flatMap((it) => rewrittenRoutes(it, config)), ...routes.map((it) => route(it, config))];
  },

  clusters: ({ envoy, providers }, { sockets = envoy.sockets, caBundle = CA_BUNDLE }) => [
    processorCluster(sockets),
    because(
      { name: "Has no address: what is sent here is answered 503." },
      { name: NOWHERE_CLUSTER, type: "STATIC", load_assignment: { cluster_name: NOWHERE_CLUSTER, endpoints: [] } },
    ),
    ...Object.entries(providers).map(([name, provider]) => providerCluster(name, provider, caBundle)),
  ],

  where: {
    filters:
      "At the end of `http_filters` of the listener, after authentication and authorization and in place of the router that stands there; what your router has in its `typed_config` stays. The filters concern Graft's routes only. Never leave out those of the router: without them one provider's key can reach another provider.",
    routes:
      "Into the virtual host for these names: the settings, and the routes in front of its own, in this order. `include_request_attempt_count` makes Envoy send x-envoy-attempt-count to the upstreams of its other routes, too.",
  },
};
