/** What the relay mode prints. What Envoy makes of it: test/e2e/envoy-relay.test.ts */
import { clusterHash, envoyConfig, envoyFragments, printBootstrap } from "../../../envoy/config";
import { GATEWAY_FAMILIES } from "../../../envoy/config/forged-headers";
import { CLUSTER_HEADER, LEVEL_HEADER } from "../../../envoy/metadata";
import { CALLER_HEADERS, POLICY_HEADER, ROUTE_HEADER, TOKEN_HEADER } from "../../../envoy/relay/headers";
import { removeDirectories } from "../../config/support";
import { configOf, each, type Parts, POLICIES, PROVIDERS } from "./support";

afterAll(removeDirectories);

const RELAY = { version: "1.2.3", mode: "relay" } as const;
const TOKEN = "0123456789%abcdef";

async function generated(parts: Parts = {}) {
  const bootstrap = envoyConfig(await configOf(parts), RELAY);
  const manager = bootstrap.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  if (manager === undefined) throw new Error("no connection manager");
  const routes = manager.route_config.virtual_hosts.flatMap((host) => host.routes);
  return { bootstrap, manager, routes, clusters: bootstrap.static_resources.clusters };
}

/** Name → value of the headers that Envoy adds. */
function added(value: unknown): Record<string, unknown> {
  const headers = each("request_headers_to_add", value).flatMap((list) => each("header", list));
  return Object.fromEntries(headers.map((header) => Object.values(header as Record<string, unknown>)));
}

describe("a route", () => {
  const jwt = "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:jwt_payload)%";
  const mtls = (name: string) => `%CEL(connection.${name}_peer_certificate)%`;
  test.each([
    ["none", {}],
    ["api_key", {}],
    ["header", {}],
    ["jwt", { [CALLER_HEADERS.jwt]: jwt }],
    [
      "mtls",
      {
        [CALLER_HEADERS.uriSan]: mtls("uri_san"),
        [CALLER_HEADERS.dnsSan]: mtls("dns_san"),
        [CALLER_HEADERS.subject]: mtls("subject"),
      },
    ],
  ])("says the policy and what is known about callers by %s", async (kind, own) => {
    const { routes } = await generated({ envoy: `  caller: { kind: ${kind} }` });
    expect(routes).toHaveLength(1);
    const address = { [CALLER_HEADERS.address]: "%DOWNSTREAM_REMOTE_ADDRESS%" };
    expect(added(routes)).toEqual({ "x-graft-policy": "default", "x-graft-route": "%ROUTE_NAME%", ...address, ...own });
  });

  test.each(["none", "jwt", "mtls"])("has no header of ours from clients, whether it sets one or not (%s)", async (kind) => {
    const { routes, manager } = await generated({ envoy: `  caller: { kind: ${kind} }` });
    expect(each("request_headers_to_remove", routes)).toEqual([
      ["x-graft-token", "x-graft-policy", "x-graft-route", ...Object.values(CALLER_HEADERS)],
    ]);
    expect(each("key_matcher", manager.early_header_mutation_extensions)).toEqual(GATEWAY_FAMILIES);
    expect(new Set(each("append_action", each("request_headers_to_add", routes)))).toEqual(
      new Set(["OVERWRITE_IF_EXISTS_OR_ADD"]),
    );
  });

  test("takes from clients what they may say to the cache, and nothing else by our name", () => {
    const [, { safe_regex: ours }] = GATEWAY_FAMILIES as [object, { safe_regex: { regex: string } }];
    const removed = (name: string) => new RegExp(`^(?:${ours.regex})$`).test(name);
    const gateway = [TOKEN_HEADER, POLICY_HEADER, ROUTE_HEADER, ...Object.values(CALLER_HEADERS), CLUSTER_HEADER, LEVEL_HEADER];
    expect(gateway.filter((name) => !removed(name))).toEqual([]);
    expect(["x-graft-new", "x-graft-cacher", "x-graft-cats"].filter((name) => !removed(name))).toEqual([]);
    expect(["x-graft-cache-key", "x-request-id", "authorization"].filter(removed)).toEqual([]);
  });

  test("keeps its time limits and sends again only what nobody has seen", async () => {
    const { routes } = await generated({ envoy: "  routes: [{ prefix: /a, timeout_ms: 1500, idle_timeout_ms: 2500 }]" });
    expect(routes).toMatchObject([
      {
        match: { prefix: "/a" },
        route: {
          cluster: "graft-relay",
          timeout: "1.5s",
          idle_timeout: "2.5s",
          retry_policy: { retry_on: "connect-failure,refused-stream,reset-before-request" },
        },
      },
    ]);
  });

  test("each with its policy, in the order of the file", async () => {
    const policies = `${POLICIES}\n${POLICIES.replace("default", "second")}`;
    const { routes } = await generated({ policies, envoy: "  routes: [{ prefix: /a, policy: second }, { policy: default }]" });
    expect(routes.map((route) => [each("prefix", route)[0], added(route)["x-graft-policy"]])).toEqual([
      ["/a", "second"],
      ["/", "default"],
    ]);
  });
});

describe("the token", () => {
  const envoy = `  sockets: ["127.0.0.1:9000"]\n  relay_token: "${TOKEN}"`;

  test("goes with requests and health checks, a percent sign written twice", async () => {
    const { routes, clusters } = await generated({ envoy });
    expect(added(routes)["x-graft-token"]).toBe("0123456789%%abcdef");
    expect(added(clusters)).toEqual({ "x-graft-token": "0123456789%%abcdef" });
  });

  test("is nowhere without one, and nowhere in ext_proc mode", async () => {
    const { bootstrap } = await generated();
    expect(added(bootstrap)).not.toHaveProperty("x-graft-token");
    expect(JSON.stringify(envoyConfig(await configOf({ envoy }), { version: "" }))).not.toContain("0123456789");
  });

  test("what holds it says so", async () => {
    const [open, closed] = [await configOf({ envoy }), await configOf()];
    const says = (text: string) => /keep it like a key/.test(text);
    expect([open, closed].map((config) => says(printBootstrap(config, RELAY)))).toEqual([true, false]);
    for (const { where, value } of envoyFragments(open, RELAY)) {
      expect(says(where)).toBe(JSON.stringify(value).includes("0123456789"));
    }
    expect(envoyFragments(closed, RELAY).filter(({ where }) => says(where))).toEqual([]);
  });
});

test("Envoy knows the Graft processes only: no provider, no filter of ours, no ext_proc", async () => {
  const { bootstrap, manager, clusters } = await generated({ envoy: '  sockets: ["unix:///a.sock", "127.0.0.1:9001"]' });
  expect(clusters).toMatchObject([
    {
      name: "graft-relay",
      health_checks: [{ http_health_check: { path: "/graft/health" } }],
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": { explicit_http_config: { http_protocol_options: {} } },
      },
    },
  ]);
  expect(each("address", each("endpoint", clusters))).toHaveLength(3);
  expect(manager.http_filters.map((filter) => Reflect.get(filter, "name"))).toEqual(["envoy.filters.http.router"]);
  expect(JSON.stringify(bootstrap)).not.toMatch(/ext_proc|secret|127\.0\.0\.1:8080|max_request_bytes/);
});

test("the operator's filters stay in front of the router", async () => {
  const { manager } = await generated({ envoy: "  http_filters: [{ name: auth }]" });
  expect(manager.http_filters.map((filter) => Reflect.get(filter, "name"))).toEqual(["auth", "envoy.filters.http.router"]);
});

describe("fragments", () => {
  test("are routes, clusters and replies; forged headers where callers are known by headers", async () => {
    const names = async (envoy: string) => envoyFragments(await configOf({ envoy }), RELAY).map(({ name }) => name);
    expect(await names("  trusted_hops: 0")).toEqual(["local replies", "routes of *", "clusters"]);
    expect(await names("  caller: { kind: header }")).toEqual(["forged headers", "local replies", "routes of *", "clusters"]);
  });

  test("have the routes and clusters of the complete configuration", async () => {
    const { routes, clusters } = await generated();
    const pieces = envoyFragments(await configOf(), RELAY).map(({ value }) => value);
    expect(pieces.slice(1)).toEqual([{ domains: ["*"], routes }, { clusters }]);
  });

  test("leave other routes' replies alone", async () => {
    const expressions = each(
      "expression",
      envoyFragments(await configOf(), RELAY).map(({ value }) => value),
    );
    expect(expressions.length).toBeGreaterThan(2);
    for (const expression of expressions)
      expect(expression).toMatch(/^xds\.route_metadata\.filter_metadata\['graft'\]\['policy'\] != '' &&/);
  });
});

describe("the hash", () => {
  const hash = async (parts: Parts) => clusterHash(await configOf(parts), "relay");

  test("is another one than in ext_proc mode", async () => {
    expect(await hash({})).not.toBe(clusterHash(await configOf()));
    expect(await hash({})).toBe(await hash({}));
  });

  test.each<[string, Parts]>([
    ["a provider's host", { providers: PROVIDERS.replace("127.0.0.1:8080", "127.0.0.2:8080") }],
    ["one more provider", { providers: `${PROVIDERS}\n  third: { kind: openai, api_keys: [k] }` }],
    ["a size limit", { envoy: "  trusted_hops: 0\nbounds: { max_request_bytes: 2048 }" }],
    ["fail_open", { policies: POLICIES.replace("default: {", "default: { fail_open: true,") }],
  ])("%s needs no new Envoy configuration", async (_, parts) => {
    expect(await hash(parts)).toBe(await hash({}));
  });

  test.each<[string, Parts]>([
    ["a socket", { envoy: '  sockets: ["unix:///x.sock"]' }],
    ["a token", { envoy: `  relay_token: "${TOKEN}"` }],
    ["a route", { envoy: "  routes: [{ prefix: /ai/ }]" }],
    ["a time limit", { envoy: "  routes: [{ timeout_ms: 5 }]" }],
    ["who calls", { envoy: "  caller: { kind: jwt }" }],
    ["a header that names callers", { envoy: "  caller: { kind: header, header: { id: x-other } }" }],
    ["a filter", { envoy: "  http_filters: [{ name: auth }]" }],
  ])("%s does", async (_, parts) => {
    expect(await hash(parts)).not.toBe(await hash({}));
  });
});
