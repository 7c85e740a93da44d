import { envoyConfig } from "../../../envoy/config";
import { GATEWAY_FAMILIES } from "../../../envoy/config/forged-headers";
import { listenerFilters } from "../../../envoy/config/listener-filters";
import { FILTERS } from "../../../envoy/config/names";
import { upstreamFilters } from "../../../envoy/config/upstream-filters";
import { removeDirectories } from "../../config/support";
import { allWith, configOf, each, type Parts, PROVIDERS } from "./support";

afterAll(removeDirectories);

async function generated(parts: Parts = {}) {
  const bootstrap = envoyConfig(await configOf(parts), { version: "1.2.3" });
  const manager = bootstrap.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  if (manager === undefined) throw new Error("no connection manager");
  return { bootstrap, manager, routes: manager.route_config.virtual_hosts.flatMap(({ routes }) => routes) };
}

function names(filters: readonly object[]): unknown[] {
  return filters.map((filter) => Reflect.get(filter, "name"));
}

test("holds no credential of any provider", async () => {
  const { bootstrap } = await generated();
  expect(JSON.stringify(bootstrap)).not.toContain("secret");
});

describe("Graft's filters", () => {
  test("are off, and every route of ours switches on exactly them", async () => {
    const { manager, routes } = await generated();
    const ours = Object.values(FILTERS);
    const filters = allWith("disabled", manager.http_filters);
    expect(filters.map((it) => it["name"]).sort()).toEqual([...ours].sort());
    expect(new Set(filters.map((it) => it["disabled"]))).toEqual(new Set([true]));
    expect(routes).not.toEqual([]);
    // A request with one target has no later attempt to prepare.
    const forOne = [FILTERS.bodySize, FILTERS.levelOne, FILTERS.strip];
    for (const route of routes) {
      const settings = Reflect.get(route, "typed_per_filter_config");
      const expected = String(Reflect.get(route, "name")).endsWith("one target") ? forOne : ours;
      expect(Object.keys(settings).sort()).toEqual([...expected].sort());
      expect(each("disabled", settings)).toEqual(expected.map(() => false));
    }
  });

  test("stand behind the operator's, the router last", async () => {
    const { manager } = await generated({ envoy: "  http_filters: [{ name: auth }, { name: more }]" });
    expect(names(manager.http_filters)).toEqual([
      "auth",
      "more",
      FILTERS.bodySize,
      FILTERS.levelOne,
      "envoy.filters.http.router",
    ]);
  });

  test("the last thing in front of a provider removes what is the gateway's", () => {
    const [strip, codec] = upstreamFilters().slice(-2);
    expect(names([strip ?? {}, codec ?? {}])).toEqual([FILTERS.strip, "envoy.filters.http.upstream_codec"]);
    expect(each("prefix", strip)).toEqual(["x-envoy-", "x-forwarded-", "x-graft-"]);
  });

  test("level 2 is closed and out of reach of a route's fail_open", async () => {
    const { routes } = await generated({
      policies: "  default: { fail_open: true, models: [{ name: m, targets: [{ provider: second, model: y }] }] }",
      providers: PROVIDERS,
    });
    const levelTwo = upstreamFilters().find((filter) => Reflect.get(filter, "name") === FILTERS.levelTwo);
    expect(each("failure_mode_allow", levelTwo)).toEqual([false]);
    for (const route of routes) {
      const open = Object.entries(Reflect.get(route, "typed_per_filter_config")).filter(
        ([, settings]) => each("failure_mode_allow", settings).length > 0,
      );
      expect(open).toEqual([[FILTERS.levelOne, expect.objectContaining({ overrides: { failure_mode_allow: true } })]]);
    }
  });
});

describe("callers", () => {
  const POLICY = "xds.route_metadata.filter_metadata['graft']['policy']";
  const jwt = ["envoy.filters.http.jwt_authn"];
  const certificate = ["uri_san", "dns_san", "subject"].map((name) => `connection.${name}_peer_certificate`);
  test.each([
    ["none", "{}", [], [], []],
    ["jwt", "{}", [], jwt, []],
    ["mtls", "{}", [], [], certificate],
    ["api_key", "{ header: x-key-owner }", ["x-key-owner"], [], []],
    ["header", "{ id: x-id, team: x-team, groups: x-roles, tags: x-roles }", ["x-id", "x-team", "x-roles"], [], []],
  ])("%s", async (kind, section, removed, forwarded, attributes) => {
    const own = section === "{}" ? "" : `, ${kind}: ${section}`;
    const envoy = `  caller: { kind: ${kind}${own} }`;
    const { manager } = await generated({ envoy });
    expect(each("remove", manager.early_header_mutation_extensions)).toEqual(removed);
    expect(each("key_matcher", manager.early_header_mutation_extensions)).toEqual(GATEWAY_FAMILIES);
    const filters = listenerFilters(await configOf({ envoy }), "");
    expect(each("request_attributes", filters)).toEqual([[POLICY, "xds.route_name", "source.address", ...attributes]]);
    expect(each("forwarding_namespaces", filters)).toEqual(forwarded.length === 0 ? [] : [{ untyped: forwarded }]);
  });

  test("their address is found behind trusted proxies only", async () => {
    expect((await generated()).manager).not.toHaveProperty("xff_num_trusted_hops");
    expect((await generated({ envoy: "  trusted_hops: 2" })).manager).toMatchObject({
      use_remote_address: true,
      xff_num_trusted_hops: 2,
    });
  });
});

describe("routes", () => {
  const envoy = `  routes:
    - { prefix: /a, policy: closed, timeout_ms: 1500, idle_timeout_ms: 2500 }
    - { prefix: /b, policy: open, timeout_ms: 9000, idle_timeout_ms: 250 }
    - { prefix: /c, policy: closed, timeout_ms: 1500, idle_timeout_ms: 2500 }`;
  const policies = `  closed: { models: [{ name: m, targets: [{ provider: main, model: x }] }] }
  open: { fail_open: true, models: [{ name: m, targets: [{ provider: second, model: x }, { provider: main, model: y }] }] }`;

  test("one for each policy that matches after rewriting, then those of the file in their order", async () => {
    const { routes } = await generated({ envoy, policies });
    const rewritten = (policy: string) =>
      ["policy_one_target", "policy"].map((key) => ({
        prefix: "/",
        dynamic_metadata: [{ filter: "graft", path: [{ key }], value: { string_match: { exact: policy } } }],
      }));
    expect(routes.map((route) => Reflect.get(route, "match"))).toEqual([
      ...rewritten("closed"),
      ...rewritten("open"),
      { prefix: "/a" },
      { prefix: "/b" },
      { prefix: "/c" },
    ]);
    expect(routes.flatMap((route) => each("policy", Reflect.get(route, "metadata")))).toEqual([
      "closed",
      "closed",
      "open",
      "open",
      "closed",
      "open",
      "closed",
    ]);
  });

  test("carry their time limits, also when rewritten", async () => {
    const { routes } = await generated({ envoy, policies });
    const limits = (policy: string) =>
      allWith(
        "timeout",
        routes.filter((route) => each("policy", Reflect.get(route, "metadata"))[0] === policy),
      ).map((action) => [action["timeout"], action["idle_timeout"], each("per_try_idle_timeout", action)[0]]);
    expect(limits("closed")).toEqual([1, 2, 3, 4].map(() => ["1.5s", "2.5s"]));
    expect(limits("open")).toEqual([1, 2, 3].map(() => ["9s", "0.25s"]));
  });

  test("a request with one target goes where Graft says, and is not tried again", async () => {
    const { routes } = await generated({ envoy, policies });
    const actions = routes
      .filter((route) => String(Reflect.get(route, "name")).endsWith("one target"))
      .map((route) => Reflect.get(route, "route"));
    expect(actions.map((action) => Reflect.get(action, "cluster_header"))).toEqual(["x-graft-cluster", "x-graft-cluster"]);
    expect(JSON.stringify(actions)).not.toContain("retry_policy");
  });

  test("lead nowhere without Graft, unless the policy is open", async () => {
    const { routes } = await generated({ envoy, policies });
    expect(routes.flatMap((route) => each("cluster_name", route))).toEqual([
      "graft-none",
      "graft_second",
      "graft-none",
      "graft_second",
      "graft-none",
    ]);
  });
});

test("size limits: exact for requests, and answers held whole have their own", async () => {
  const { manager, routes } = await generated({ envoy: "  trusted_hops: 0\nbounds: { max_request_bytes: 65536 }" });
  expect(each("max_request_bytes", manager.http_filters)).toEqual([65_536]);
  expect(new Set(routes.flatMap((route) => each("request_body_buffer_limit", route)))).toEqual(new Set([64 * 1024 * 1024]));
});

test("Envoy's own replies have the shape of OpenAI's errors", async () => {
  const { manager } = await generated();
  const bodies = each("json_format", manager.local_reply_config);
  expect(bodies.length).toBeGreaterThan(4);
  for (const body of bodies) {
    expect(body).toEqual({
      error: { message: expect.any(String), type: expect.any(String), param: null, code: expect.any(String) },
    });
  }
});

test("listens and connects where the file says, `localhost` included", async () => {
  const { bootstrap } = await generated({
    envoy: '  listen: "localhost:10001"\n  sockets: ["unix:///run/graft.sock", "127.0.0.1:9001"]',
  });
  expect(bootstrap.static_resources.listeners[0]?.address).toEqual({
    socket_address: { address: "127.0.0.1", port_value: 10_001 },
  });
  const sockets = envoyConfig(await configOf(), { version: "", sockets: ["unix:///other.sock"] }).static_resources.clusters[0];
  expect(each("path", sockets)).toEqual(["/other.sock"]);
  expect(bootstrap.node.metadata.graft_version).toBe("1.2.3");
});
