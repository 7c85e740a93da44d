/** Envoy sends requests on to Graft, which calls the providers. */
import { router } from "../router";
import type { Wiring } from "../wiring";
import { relayCluster } from "./cluster";
import { relayLocalReplies } from "./local-replies";
import { relayRoute } from "./route";

export const RELAY_WIRING: Wiring = {
  filters: () => [router("Clients need not know how long Graft took, nor that there is one.")],
  localReplies: relayLocalReplies,
  virtualHost: {},
  routes: (routes, { envoy }) => routes.map((it) => relayRoute(it, envoy)),
  clusters: ({ envoy }, { sockets = envoy.sockets }) => [relayCluster(sockets, envoy.relay_token)],
  where: { routes: "Into the virtual host for these names: the routes in front of its own, in this order." },
};
