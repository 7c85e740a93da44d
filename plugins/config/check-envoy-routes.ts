/** Checks of what Envoy cannot express, or would understand otherwise than it reads. */
import { isIP } from "node:net";
import { parseHostPort, parseSocket } from "./addresses";
import { hostCovers } from "./host-patterns";
import type { Path, Severity } from "./issue";
import type { Config, PolicyConfig, RouteConfig } from "./schema";

export interface Fault {
  readonly severity: Severity;
  readonly path: Path;
  readonly message: string;
}

export function checkEnvoyRoutes({ envoy, policies }: Config): Fault[] {
  const faults: Fault[] = [];
  const add = (path: Path, message: string, severity: Severity = "error"): void => {
    faults.push({ severity, path: ["envoy", ...path], message });
  };
  if (!isStatic(parseHostPort(envoy.listen)?.host))
    add(["listen"], "must be an IP address or localhost: Envoy looks up no names here");
  if (mixesPathsAndNames(envoy.sockets)) {
    add(["sockets"], "holds unix sockets and host names: Envoy can have either of them, besides IP addresses");
  }
  for (const [index, route] of envoy.routes.entries()) {
    for (const [number, host] of route.hosts.entries()) {
      if (/:\d+$/.test(host)) add(["routes", index, "hosts", number], "leave the port out: a host matches on every port");
    }
    const earlier = envoy.routes.slice(0, index);
    const other = earlier.findIndex((it) => it.policy === route.policy && sharesHost(it, route) && !sameTimeouts(it, route));
    if (other !== -1) {
      add(
        ["routes", index],
        `policy ${route.policy} has other timeouts in routes[${other}] for the same host. When Graft has rewritten the path for a provider, host and policy are all that tells routes apart: give both the same timeouts, or two policies`,
      );
    }
    const slowest = longestWait(policies[route.policy]);
    if (slowest > route.idle_timeout_ms) {
      add(
        ["routes", index, "idle_timeout_ms"],
        `${route.idle_timeout_ms} ms of silence end the whole exchange, but a target of policy ${route.policy} may take ${slowest} ms (\`timeout_ms\`) to begin its answer: when it hangs, the next one is not tried`,
        "warning",
      );
    }
    const ambiguous = earlier.flatMap((it) => it.hosts).find((host) => route.hosts.some((own) => overlaps(host, own)));
    if (ambiguous !== undefined) {
      add(
        ["routes", index, "hosts"],
        `a name can match both one of these and ${JSON.stringify(ambiguous)} above; Envoy would decide by length, not by order: write the names out`,
      );
    }
  }
  return faults;
}

function longestWait(policy: PolicyConfig | undefined): number {
  return Math.max(0, ...(policy?.models ?? []).flatMap((model) => model.targets.map((target) => target.timeout_ms)));
}

function isStatic(host: string | undefined): boolean {
  return host === undefined || host === "localhost" || isIP(host) !== 0;
}

function mixesPathsAndNames(sockets: readonly string[]): boolean {
  const parsed = sockets.map(parseSocket).filter((it) => it !== undefined);
  return parsed.some((it) => "path" in it) && parsed.some((it) => "host" in it && !isStatic(it.host));
}

function sharesHost(one: RouteConfig, other: RouteConfig): boolean {
  return one.hosts.some((a) => other.hosts.some((b) => hostCovers(a, b) || hostCovers(b, a)));
}

function sameTimeouts(one: RouteConfig, other: RouteConfig): boolean {
  return one.timeout_ms === other.timeout_ms && one.idle_timeout_ms === other.idle_timeout_ms;
}

/** `api.*` and `*.example.com`: both match `api.example.com`, and neither covers the other. */
function overlaps(one: string, other: string): boolean {
  if (one === "*" || other === "*") return false;
  return (one.startsWith("*") && other.endsWith("*")) || (one.endsWith("*") && other.startsWith("*"));
}
