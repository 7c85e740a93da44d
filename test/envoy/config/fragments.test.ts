import { envoyConfig, envoyFragments } from "../../../envoy/config";
import { removeDirectories } from "../../config/support";
import { configOf, each } from "./support";

afterAll(removeDirectories);

async function fragments(envoy?: string) {
  return envoyFragments(await configOf(envoy === undefined ? {} : { envoy }), { version: "" });
}

test.each([
  ["none", []],
  ["jwt", []],
  ["mtls", []],
  ["api_key", ["x-client-id"]],
  ["header", ["x-caller-id", "x-caller-team", "x-caller-groups", "x-caller-tags"]],
])("callers by %s: headers that clients could forge are removed, and the text names them", async (kind, headers) => {
  const found = (await fragments(`  caller: { kind: ${kind} }`)).filter(({ name }) => name === "forged headers");
  expect(found.map(({ value }) => each("remove", value))).toEqual(headers.length === 0 ? [] : [headers]);
  for (const header of headers) expect(found[0]?.where).toContain(header);
});

test("one piece of routes for each group of hosts", async () => {
  const all = await fragments("  routes: [{ hosts: [a.test, b.test] }, { hosts: [c.test], prefix: /c }]");
  const routes = all.filter(({ name }) => name.startsWith("routes of "));
  expect(routes.map(({ name, value }) => [name, each("domains", value)])).toEqual([
    ["routes of a.test, b.test", [["a.test", "b.test"]]],
    ["routes of c.test", [["c.test"]]],
  ]);
});

test("leave other routes of the host alone: no reply for them, no header of theirs removed", async () => {
  const all = await fragments();
  const expressions = each(
    "expression",
    all.map(({ value }) => value),
  );
  expect(expressions.length).toBeGreaterThan(3);
  for (const expression of expressions)
    expect(expression).toMatch(/^xds\.route_metadata\.filter_metadata\['graft'\]\['policy'\] != '' &&/);
  expect(all.map(({ name }) => name)).not.toContain("forged headers");
});

test("have the filters and clusters of the complete configuration", async () => {
  const config = await configOf();
  const complete = envoyConfig(config, { version: "" });
  const manager = complete.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  const byName = new Map(envoyFragments(config, { version: "" }).map(({ name, value }) => [name, value]));
  expect(byName.get("filters")).toEqual({ http_filters: manager?.http_filters });
  expect(byName.get("clusters")).toEqual({ clusters: complete.static_resources.clusters });
});
