/** Whose limit it is: what every gateway's own authentication says of a caller. */
import { question } from "../../e2e/support/ask";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import { HOST, type HostSetup } from "../support/hosts";
import { ALICE, BOB, type Person } from "../support/people";
import { type HostUnderTest, useHosts } from "../support/use-hosts";
import { limit, onAllHosts, steady } from "./support";

jest.setTimeout(30_000);

const by = (...scopes: string[]) => ({ by: scopes });

const LIMITS = [
  limit("each", "requests", 2, ["each"], by("caller")),
  limit("of-groups", "requests", 3, ["of-groups"], by("group")),
  limit("all", "requests", 2, ["all"]),
  limit("pairs", "requests", 1, ["pairs"], { by: ["caller", "header"], header: "x-job" }),
  limit("routes", "requests", 2, ["routes"], by("route")),
  limit("long", "requests", 1, ["long"], { by: ["header"], header: "x-job" }),
];

const setup = (upstream: FakeUpstream): HostSetup => ({
  providers: { one: steady(upstream) },
  models: [...LIMITS.map((it) => String(it["name"])), "gold-only"].map((name) => ({
    name,
    targets: [{ provider: "one", model: "gpt-4o-mini" }],
  })),
  policy: {
    plugins: {
      rate_limit: {
        limits: [
          ...LIMITS,
          { name: "gold", unit: "requests", limit: 1, per: "hour", match: { models: ["gold-only"], groups: ["gold"] } },
        ],
      },
    },
  },
  authenticates: "groups",
});

const hosts = useHosts(setup);

/** What the gateway calls the route: its name in Envoy, its id in Kong. */
const ROUTE = { envoy: "graft default /", relay: "graft default /", kong: expect.stringMatching(/^[\w-]+$/) };

onAllHosts(hosts, (host: HostUnderTest, add) => {
  const statuses = async (model: string, count: number, person: Person, headers: Readonly<Record<string, string>> = {}) => {
    const authorization = `Bearer ${HOST[host.name].keyOf(person)}`;
    const seen = [];
    for (let at = 0; at < count; at += 1) {
      seen.push((await host.ask(question(model), { headers: { authorization, ...headers } })).status);
    }
    return seen;
  };

  add("each caller has a limit of their own", async () => {
    expect(await statuses("each", 3, ALICE)).toEqual([200, 200, 429]);
    expect(await statuses("each", 3, BOB)).toEqual([200, 200, 429]);
  });

  add("each route has a limit of its own, for all its callers", async () => {
    expect(await statuses("routes", 1, ALICE)).toEqual([200]);
    expect(await statuses("routes", 2, BOB)).toEqual([200, 429]);
    const authorization = `Bearer ${HOST[host.name].keyOf(BOB)}`;
    const seen = await host.ask(question("routes"), { headers: { authorization } });
    expect(await host.record(seen)).toMatchObject({ route: ROUTE[host.name] });
  });

  add("a caller of several groups counts in each, and is refused when one of them is full", async () => {
    // Alice: staff and gold. Bob: staff.
    expect(await statuses("of-groups", 1, ALICE)).toEqual([200]);
    expect(await statuses("of-groups", 3, BOB)).toEqual([200, 200, 429]);
    expect(await statuses("of-groups", 1, ALICE)).toEqual([429]);
  });

  add("without a scope, all share one", async () => {
    expect(await statuses("all", 1, ALICE)).toEqual([200]);
    expect(await statuses("all", 2, BOB)).toEqual([200, 429]);
  });

  add("several scopes: one limit for each combination; a header that is left out is one value", async () => {
    expect(await statuses("pairs", 2, ALICE, { "x-job": "a" })).toEqual([200, 429]);
    expect(await statuses("pairs", 1, ALICE, { "x-job": "b" })).toEqual([200]);
    expect(await statuses("pairs", 1, BOB, { "x-job": "a" })).toEqual([200]);
    expect(await statuses("pairs", 2, BOB)).toEqual([200, 429]);
  });

  add("long values of clients count apart as well", async () => {
    const long = (end: string) => ({ "x-job": `${"a".repeat(4000)}${end}` });
    expect(await statuses("long", 2, ALICE, long("1"))).toEqual([200, 429]);
    expect(await statuses("long", 1, ALICE, long("2"))).toEqual([200]);
    expect(await statuses("long", 1, ALICE, { "x-job": "__proto__" })).toEqual([200]);
  });

  add("a limit for some only", async () => {
    expect(await statuses("gold-only", 2, ALICE)).toEqual([200, 429]);
    expect(await statuses("gold-only", 2, BOB)).toEqual([200, 200]);
  });
});
