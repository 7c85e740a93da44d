/** The Kong profile of docker-compose.yml fits the files it mounts and the plugins that Graft has. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { PLUGIN_NAMES } from "../../kong/plugin-info";

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly network_mode?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

const ROOT = join(__dirname, "..", "..");
const { services }: { services: Record<string, Service> } = parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"));
const kong = services["kong"] ?? {};
const graft = services["kong-graft"] ?? {};
const env = kong.environment ?? {};

test("only the services for Kong need to be named", () => {
  const named = Object.entries(services).filter(([, { profiles }]) => profiles?.includes("kong"));
  expect(named.map(([name]) => name)).toEqual(["kong", "kong-graft"]);
  expect(kong.image).toBe("kong:3.9.3");
  expect(graft).toMatchObject({ build: ".", network_mode: "service:kong" });
});

test("both know the same socket, on a volume of theirs", () => {
  const socket = graft.command?.[(graft.command ?? []).indexOf("--socket") + 1];
  expect(socket).toBe("/run/graft/kong.sock");
  for (const { volumes } of [kong, graft]) expect(volumes).toContain("kong-run:/run/graft");
  expect(Object.values(services).filter(({ volumes }) => volumes?.includes("kong-run:/run/graft"))).toHaveLength(2);
});

test.each(PLUGIN_NAMES)("Kong is told of %s by a file that is there", (name) => {
  const prefix = `KONG_PLUGINSERVER_${name.toUpperCase().replace("-", "_")}`;
  expect(env["KONG_PLUGINS"]?.split(",")).toEqual(["bundled", ...PLUGIN_NAMES]);
  expect(env["KONG_PLUGINSERVER_NAMES"]?.split(",")).toContain(name);
  expect(env[`${prefix}_SOCKET`]).toBe("/run/graft/kong.sock");
  const file = env[`${prefix}_QUERY_CMD`]?.replace(/^cat \/opt\/graft\//, "") ?? "";
  const info: unknown = JSON.parse(readFileSync(join(ROOT, "kong", file), "utf8"));
  expect(info).toMatchObject([{ Name: name }]);
});

test("what is mounted is there, and every key that kong.yml refers to is set", () => {
  expect(kong.volumes).toContain("./kong:/opt/graft:ro");
  const declarative = basename(env["KONG_DECLARATIVE_CONFIG"] ?? "");
  expect(existsSync(join(ROOT, "kong", declarative))).toBe(true);
  const references = readFileSync(join(ROOT, "kong", declarative), "utf8").matchAll(/\{vault:\/\/env\/([a-z-]+)\}/g);
  const names = [...references].map(([, name]) => (name ?? "").toUpperCase().replaceAll("-", "_"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(env).toHaveProperty(name);
});
