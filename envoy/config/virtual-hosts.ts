/**
 * Routes by host. Envoy picks the virtual host with the most specific name first and never looks into another, but in `graft.yaml`
 * the first route that matches is used: so the virtual host of a name holds every route that covers the name.
 */

import { hostCovers } from "../../plugins/config/host-patterns";
import type { Config, RouteConfig } from "../../plugins/config/schema";
import { because } from "./because";
import { rewrittenRoutes, route } from "./routes";

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

export function virtualHosts(config: Config) {
  return groupByHost(config.envoy.routes).map((group) => ({
    name: `graft ${group.hosts[0]}`,
    domains: group.hosts,
    ...virtualHostSettings(),
    routes: routesOf(group, config),
  }));
}

/** What a virtual host with Graft's routes needs besides them. */
export function virtualHostSettings() {
  return because(
    { include_request_attempt_count: "How level 2 knows which attempt this is." },
    { include_request_attempt_count: true },
  );
}

/** The rewritten ones first: they match only what Graft has already decided on. */
export function routesOf({ routes }: HostRoutes, config: Config): object[] {
  const oneOfEachPolicy = routes.filter((it, index) => routes.findIndex(({ policy }) => policy === it.policy) === index);
  return [...oneOfEachPolicy.flatMap((it) => rewrittenRoutes(it, config)), ...routes.map((it) => route(it, config))];
}
