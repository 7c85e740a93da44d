import { checkEnvoyRoutes } from "../../plugins/config/check-envoy-routes";
import type { Config } from "../../plugins/config/schema";
import { load, MINIMAL, removeDirectories } from "./support";

afterAll(removeDirectories);

type Envoy = Config["envoy"];
type Given = Partial<Omit<Envoy, "routes">> & { readonly routes?: readonly Partial<Envoy["routes"][number]>[] };

/** `severity path: message` of every fault in the default configuration with these members of `envoy`. */
async function faults({ routes = [{}], ...given }: Given): Promise<string[]> {
  const result = await load(MINIMAL);
  if (!result.ok) throw new Error("refused");
  const { envoy } = result.config;
  const all = routes.map((it) => ({ ...envoy.routes[0]!, ...it }));
  const found = checkEnvoyRoutes({ ...result.config, envoy: { ...envoy, ...given, routes: all } });
  return found.map(({ severity, path, message }) => `${severity} ${path.join(".")}: ${message}`);
}

test.each<[string, Given, RegExp[]]>([
  ["nothing", { listen: "127.0.0.1:1", sockets: ["unix:///a"] }, []],
  ["one policy on two prefixes", { routes: [{ prefix: "/a" }, { prefix: "/b" }] }, []],
  ["other timeouts, other policy", { routes: [{ prefix: "/a" }, { prefix: "/b", policy: "x", timeout_ms: 5 }] }, []],
  [
    "other timeouts, other host",
    {
      routes: [
        { prefix: "/a", hosts: ["a.test"] },
        { prefix: "/b", hosts: ["b.test"], timeout_ms: 5 },
      ],
    },
    [],
  ],
  ["a suffix within a suffix", { routes: [{ hosts: ["*.a.test"] }, { hosts: ["*.test"] }] }, []],
  [
    "other timeouts",
    { routes: [{ prefix: "/a" }, { prefix: "/b", timeout_ms: 5 }] },
    [/^error envoy.routes.1: policy default has other/],
  ],
  [
    "other silence, overlapping hosts",
    {
      routes: [
        { prefix: "/a", hosts: ["*.test"] },
        { prefix: "/b", hosts: ["a.test"], idle_timeout_ms: 200_000 },
      ],
    },
    [/^error envoy.routes.1: policy default has other timeouts in routes\[0\]/],
  ],
  ["ambiguous hosts", { routes: [{ hosts: ["*.test"] }, { hosts: ["api.*"] }] }, [/^error envoy.routes.1.hosts: .*"\*\.test"/]],
  ["a port in a host", { routes: [{ hosts: ["a.test:8080"] }] }, [/^error envoy.routes.0.hosts.0: leave the port out/]],
  [
    "less patience than a target may need",
    { routes: [{ idle_timeout_ms: 119_999 }] },
    [/^warning envoy.routes.0.idle_timeout_ms: 119999 ms .* may take 120000 ms/],
  ],
  ["as much patience", { routes: [{ idle_timeout_ms: 120_000 }] }, []],
  ["a name to listen on", { listen: "gateway.test:80" }, [/^error envoy.listen: must be an IP address/]],
  ["names beside unix sockets", { sockets: ["unix:///a", "graft:9001"] }, [/^error envoy.sockets: /]],
])("%s", async (_, envoy, wanted) => {
  const found = await faults(envoy);
  expect(found).toHaveLength(wanted.length);
  for (const [index, pattern] of wanted.entries()) expect(found[index]).toMatch(pattern);
});
