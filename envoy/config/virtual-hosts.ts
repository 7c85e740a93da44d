/**
 * Routes by host. Envoy picks the virtual host with the most specific name first and never looks into another, but in `graft.yaml`
 * the first route that matches is used: so the virtual host of a name holds every route that covers the name.
 */

import { hostCovers } from "../../plugins/config/host-patterns";
import type { Config, RouteConfig } from "../../plugins/config/schema";
import type { Wiring } from "./wiring";

export interface HostRoutes {
  readonly hosts: readonly string[];
  readonly routes: readonly RouteConfig[];
}

/** Hosts with the same routes together. */
export function groupByHost(routes: readonly RouteConfig[]): HostRoutes[] {
  const groups = new Map<string, { hosts: string[]; routes: RouteConfig[] }>();
  for (const host of new Set(routes.flatMap((it) => it.hosts.map((name) => name.toLowerCase())))) {
    const here = routes.filter((it) => it.hosts.some((pattern) => hostCovers(pattern, host)));
    const key = here.map((it) => routes.indexOf(it)).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { hosts: [host], routes: here });
    else group.hosts.push(host);
  }
  return [...groups.values()];
}

export function virtualHosts(config: Config, wiring: Wiring) {
  return groupByHost(config.envoy.routes).map(({ hosts, routes }) => ({
    name: `graft ${hosts[0]}`,
    domains: hosts,
    ...wiring.virtualHost,
    routes: wiring.routes(routes, config),
  }));
}
