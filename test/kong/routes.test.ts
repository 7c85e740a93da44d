import { Routes } from "../../kong/routes";
import { emptyConfig } from "../../plugins/config";
import { Gateway } from "../../plugins/gateway";
import { createLogger } from "../../plugins/observe/log";
import { services } from "../support/exchange";
import { gatewayOf } from "../support/gateway";

const CONFIG = {
  providers: { one: { kind: "openai", api_keys: ["sk-1"] } },
  models: [{ name: "m", targets: [{ provider: "one", model: "gpt" }] }],
};

function setUp(gateway = new Gateway(emptyConfig(), "none", services)) {
  const lines: Record<string, unknown>[] = [];
  const state = { gateway, compiled: 0 };
  const routes = new Routes({
    gateway: () => state.gateway,
    compile(config, version) {
      state.compiled += 1;
      return new Gateway(config, version, services);
    },
    logger: createLogger("info", { write: (text) => void lines.push(JSON.parse(text)) }),
  });
  return { routes, lines, state };
}

describe("a configuration in Kong", () => {
  test("instances of one plugin share one gateway, whatever Kong writes beside it", () => {
    const { routes, state } = setUp();
    const first = routes.open({ ...CONFIG, __plugin_id: "1", __key__: "a" });
    const second = routes.open({
      models: CONFIG.models,
      providers: CONFIG.providers,
      __plugin_id: "2",
      __key__: "a",
      route_id: "r",
    });
    expect(first()?.gateway).toBeDefined();
    expect(second()?.gateway).toBe(first()?.gateway);
    expect(first()).toBe(first());
    expect(state.compiled).toBe(1);
    expect(first()?.policy).toBe("kong");
  });

  test.each([
    ["plugins:graft:r1:s1::::w", "r1"],
    ["plugins:graft::s1::::w", undefined],
    ["odd", undefined],
    [undefined, undefined],
  ])("the route it stands on (%s)", (key, route) => {
    expect(setUp().routes.open({ ...CONFIG, __key__: key })()?.route).toBe(route);
  });

  test("another place in Kong is another gateway: its limits are counted apart", () => {
    const { routes } = setUp();
    const [one, other] = ["a", "b"].map((key) => routes.open({ ...CONFIG, __key__: key })());
    expect(other?.gateway).not.toBe(one?.gateway);
  });

  test("what differs, secrets included, is another; what is not the gateway's business is not", () => {
    const { routes, state } = setUp();
    const base = routes.open(CONFIG)();
    const otherKey = routes.open({ ...CONFIG, providers: { one: { kind: "openai", api_keys: ["sk-2"] } } })();
    expect(otherKey?.gateway).not.toBe(base?.gateway);
    expect(otherKey?.gateway.version).toBe(base?.gateway.version);
    const groups = routes.open({ ...CONFIG, groups_from_acl: true })();
    expect(groups?.gateway).toBe(base?.gateway);
    expect([base?.groupsFromAcl, groups?.groupsFromAcl]).toEqual([false, true]);
    expect(state.compiled).toBe(2);
  });

  test("the bounds of graft.yaml are its own as well: another file, another gateway", async () => {
    const { routes, state } = setUp();
    const route = routes.open(CONFIG);
    const before = route();
    state.gateway = await gatewayOf(
      "version: 1\nproviders: { p: { kind: openai } }\npolicies: { default: { models: [{ name: m, targets: [{ provider: p, model: m }] }] } }\nbounds: { max_exchanges: 7 }\n",
    );
    expect(route()?.gateway).not.toBe(before?.gateway);
    expect(route()?.gateway.config.bounds.maxExchanges).toBe(7);
    expect(routes.open(CONFIG)()?.gateway).toBe(route()?.gateway);
  });

  test("that cannot work is none, said once for each instance, without its secrets", () => {
    const { routes, lines } = setUp();
    const broken = { ...CONFIG, models: [{ name: "m", targets: [{ provider: "two", model: "x" }] }], __plugin_id: "p-1" };
    const route = routes.open(broken);
    for (let count = 0; count < 3; count += 1) expect(route()).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: "error", plugin: "p-1", issues: [expect.stringContaining("config.models[0]")] });
    expect(JSON.stringify(lines)).not.toContain("sk-1");
  });

  test.each([null, undefined, 7, "text", [], {}])("%j is none", (received) => {
    const { routes, lines } = setUp();
    expect(routes.open(received)()).toBeUndefined();
    expect(lines).toHaveLength(1);
  });
});

describe("a policy of graft.yaml", () => {
  const file = (policy: string, model: string) =>
    gatewayOf(
      `version: 1\nproviders: { p: { kind: openai } }\npolicies: { ${policy}: { models: [{ name: m, targets: [{ provider: p, model: ${model} }] }] } }\nenvoy: { routes: [{ policy: ${policy} }] }\n`,
    );

  test("is the file's, as it is now; each version is warned of once", async () => {
    const { routes, state, lines } = setUp(await file("chat", "one"));
    const route = routes.open({ policy: "chat", groups_from_acl: true });
    expect(route()).toMatchObject({ gateway: state.gateway, policy: "chat", groupsFromAcl: true });
    state.gateway = await file("chat", "two");
    expect(route()?.gateway).toBe(state.gateway);
    expect(state.compiled).toBe(0);
    expect(lines).toEqual([]);

    state.gateway = await file("other", "two");
    for (let count = 0; count < 3; count += 1) expect(route()).toMatchObject({ gateway: state.gateway, policy: "chat" });
    expect(lines).toEqual([expect.objectContaining({ level: "warn", msg: expect.stringContaining("chat") })]);
  });
});
