import fc from "fast-check";
import { groupByHost, type HostRoutes } from "../../../envoy/config/virtual-hosts";
import type { RouteConfig } from "../../../plugins/config/schema";

function route(hosts: string[], prefix = "/", policy = "default"): RouteConfig {
  return { hosts, prefix, policy, timeout_ms: 1, idle_timeout_ms: 1 };
}

test("hosts with the same routes share a virtual host", () => {
  const both = route(["a.test", "B.test"]);
  const one = route(["c.test"], "/c");
  expect(groupByHost([both, one])).toEqual([
    { hosts: ["a.test", "b.test"], routes: [both] },
    { hosts: ["c.test"], routes: [one] },
  ]);
});

/** Envoy's rule: exact, then the longest `*suffix`, then the longest `prefix*`, then `*`; and within one virtual host only. */
function envoyPicks(groups: readonly HostRoutes[], host: string, path: string): RouteConfig | undefined {
  const matching = groups
    .flatMap((group) => group.hosts.map((pattern) => ({ pattern, group })))
    .filter(({ pattern }) => matches(pattern, host));
  const rank = ({ pattern }: { pattern: string }): number => {
    if (pattern === "*") return 0;
    return pattern.length + (pattern.endsWith("*") ? 100 : pattern.startsWith("*") ? 200 : 300);
  };
  const best = matching.sort((a, b) => rank(b) - rank(a))[0];
  return best?.group.routes.find((it) => path.startsWith(it.prefix));
}

function matches(pattern: string, host: string): boolean {
  const lower = pattern.toLowerCase();
  if (lower === "*") return true;
  if (lower.startsWith("*")) return host.endsWith(lower.slice(1)) && host.length > lower.length - 1;
  if (lower.endsWith("*")) return host.startsWith(lower.slice(0, -1)) && host.length > lower.length - 1;
  return lower === host;
}

test("Envoy uses the first route of the file that matches, whatever the hosts", () => {
  const names = ["a.test", "b.test", "x.a.test", "y.x.a.test", "a.test.org", "other.org"];
  const hosts = fc.constantFrom("*", "a.test", "A.Test", "b.test", "x.a.test", "*.test", "*.a.test", "*a.test", "*.org");
  const prefixes = fc.constantFrom("/", "/v1", "/v1/x", "/ai/");
  const routes = fc.array(
    fc.tuple(fc.uniqueArray(hosts, { minLength: 1, maxLength: 3 }), prefixes).map(([its, prefix]) => route(its, prefix)),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(routes, fc.constantFrom(...names), fc.constantFrom("/", "/v1/y", "/v1/x/y", "/ai/v1"), (all, host, path) => {
      const groups = groupByHost(all);
      const domains = groups.flatMap((group) => group.hosts);
      expect(new Set(domains).size).toBe(domains.length);
      const wanted = all.find((it) => it.hosts.some((pattern) => matches(pattern, host)) && path.startsWith(it.prefix));
      expect(envoyPicks(groups, host, path)).toBe(wanted);
    }),
    { seed: 7, numRuns: 2000 },
  );
});
