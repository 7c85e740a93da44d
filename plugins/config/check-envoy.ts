/** Checks of `envoy` and `admin` that no single field can make. */
import { isLoopback, parseHostPort, parseSocket } from "./addresses";
import { headerNameFault, isKeyText } from "./header-rules";
import { hostCovers } from "./host-patterns";
import type { Inspection } from "./inspection";
import { list, type Path } from "./issue";
import type { RouteConfig } from "./schema";
import { didYouMean } from "./suggest";

export function checkEnvoy(it: Inspection): void {
  const { envoy } = it.config;
  const path = ["envoy"];
  if (parseHostPort(envoy.listen) === undefined) it.error([...path, "listen"], HOST_PORT);
  for (const [index, socket] of envoy.sockets.entries()) {
    const at = [...path, "sockets", index];
    if (parseSocket(socket) === undefined) it.error(at, "must be unix:///path (at most 107 bytes) or host:port");
    if (envoy.sockets.indexOf(socket) < index) it.error(at, "stands twice: each process needs its own");
  }
  if (envoy.relay_token !== undefined && (envoy.relay_token.length < MIN_TOKEN || !isKeyText(envoy.relay_token))) {
    it.error([...path, "relay_token"], `must have at least ${MIN_TOKEN} characters, visible ASCII ones only`);
  }
  checkRoutes(it, [...path, "routes"], envoy.routes);
  checkCaller(it, [...path, "caller"]);
  for (const [index, filter] of envoy.http_filters.entries()) {
    const at = [...path, "http_filters", index];
    if (typeof filter["name"] !== "string") it.error(at, "needs a `name`, as every Envoy HTTP filter does");
  }
}

/** It can be guessed at as often as connections can be made. */
const MIN_TOKEN = 16;
const HOST_PORT = "must be host:port, e.g. 127.0.0.1:10000 or [::1]:10000";

export function checkAdmin(it: Inspection): void {
  const { listen, token } = it.config.admin;
  const address = parseHostPort(listen);
  if (address === undefined) it.error(["admin", "listen"], HOST_PORT);
  else if (token === undefined && !isLoopback(address.host)) {
    it.error(["admin", "token"], "is required: `admin.listen` can be reached from other machines");
  }
}

/** Models for callers that cannot be told apart. */
export function checkAllow(it: Inspection): void {
  if (it.config.envoy.caller.kind !== "none") return;
  for (const [name, policy] of Object.entries(it.config.policies)) {
    for (const [index, { allow }] of policy.models.entries()) {
      // Anonymous callers are known by their address only.
      const reachable = [...allow.callers, ...allow.teams, ...allow.groups].length === 0 || allow.callers.some(isAddress);
      if (reachable) continue;
      const message = "nobody could use this model: `envoy.caller.kind` is `none`, so every caller is anonymous";
      it.error(["policies", name, "models", index, "allow"], message, "key");
    }
  }
}

function isAddress(caller: string): boolean {
  return caller.startsWith("ip:");
}

function checkRoutes(it: Inspection, path: Path, routes: readonly RouteConfig[]): void {
  const policies = Object.keys(it.config.policies);
  for (const [index, route] of routes.entries()) {
    const at = [...path, index];
    if (!policies.includes(route.policy)) {
      const written = it.written([...at, "policy"]) ? it.shown([...at, "policy"]) : '"default" (the default of a route)';
      const hint = didYouMean(route.policy, policies) || `; known: ${list(policies)}`;
      it.error([...at, "policy"], `there is no policy ${written}${hint}`);
    }
    if (!route.prefix.startsWith("/")) it.error([...at, "prefix"], "must begin with /");
    for (const [number, host] of route.hosts.entries()) {
      if (!HOST.test(host)) it.error([...at, "hosts", number], "must be a host name, with * at most at its start or its end");
    }
    const shadowed = route.hosts.every((host) => routes.slice(0, index).some((earlier) => takes(earlier, host, route.prefix)));
    if (shadowed) it.error(at, "can never match: a route above it takes all of its requests");
  }
  const used = new Set(routes.map((route) => route.policy));
  for (const name of policies)
    if (!used.has(name)) it.error(["policies", name], "does nothing: no route uses this policy", "key");
}

/** Envoy's domain forms: exact, `*.suffix`, `prefix.*`, `*`; a port may follow. */
const HOST = /^(?:\*|\*?[A-Za-z0-9._-]+(?::\d+)?|[A-Za-z0-9._-]+\*|\[[0-9A-Fa-f:.]+\](?::\d+)?)$/;

function takes(earlier: RouteConfig, host: string, prefix: string): boolean {
  return earlier.hosts.some((pattern) => hostCovers(pattern, host)) && prefix.startsWith(earlier.prefix);
}

function checkCaller(it: Inspection, path: Path): void {
  const { caller } = it.config.envoy;
  for (const section of ["jwt", "api_key", "header"] as const) {
    const at = [...path, section];
    if (it.written(at) && caller.kind !== section) it.error(at, `has no effect: \`kind\` is ${caller.kind}`, "key");
  }
  const headers: [Path, string][] = [
    [[...path, "api_key", "header"], caller.api_key.header],
    ...Object.entries(caller.header).map(([field, name]): [Path, string] => [[...path, "header", field], name]),
  ];
  for (const [at, name] of headers) {
    const fault = headerNameFault(name);
    if (fault !== undefined) it.error(at, fault);
  }
}
