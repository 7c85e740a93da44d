/** What may only be handled in some places is handled nowhere else: not first, not as a fallback, on every host. */
import { expectError, question, text } from "../../e2e/support/ask";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, steady } from "../limits/support";
import { HOST } from "../support/hosts";
import { ALICE, BOB } from "../support/people";
import { type HostUnderTest, useHosts } from "../support/use-hosts";

jest.setTimeout(60_000);

const IBAN = "DE89 3704 0044 0532 0130 00";

const hosts = useHosts((upstream) => ({
  providers: { one: steady(upstream) },
  models: [
    {
      name: "anywhere",
      targets: [
        { provider: "one", model: "in-us", region: "us-east-1" },
        { provider: "one", model: "nobody-knows" },
        { provider: "one", model: "in-eu", region: "eu-west-1" },
      ],
    },
    {
      name: "eu-fails",
      targets: [
        { provider: "one", model: "do-503", region: "eu-west-1" },
        { provider: "one", model: "in-us", region: "us-east-1" },
      ],
    },
    { name: "us", targets: [{ provider: "one", model: "in-us", region: "us-east-1" }] },
  ],
  policy: {
    plugins: {
      redact: { entities: [{ type: "iban", action: "flag" }, { type: "credit_card" }] },
      residency: {
        rules: [
          { name: "accounts", when: { entities: ["iban"] }, allow: { regions: ["eu"] } },
          { name: "cards", when: { entities: ["finance"] }, allow: { regions: ["eu"] } },
          { name: "gold", when: { groups: ["gold"] }, allow: { regions: ["eu"] } },
          { name: "asked", when: { headers: [{ name: "x-data-region", values: ["eu"] }] }, allow: { regions: ["eu"] } },
        ],
      },
    },
  },
  authenticates: "groups",
}));

onAllHosts(hosts, (host: HostUnderTest, add) => {
  const ask = (model: string, content = "hello", person = BOB, headers: Readonly<Record<string, string>> = {}): Promise<Seen> => {
    const authorization = `Bearer ${HOST[host.name].keyOf(person)}`;
    return host.ask({ ...question(model), messages: [{ role: "user", content }] }, { headers: { authorization, ...headers } });
  };
  /** Models that were asked by `act`. */
  const asked = async (act: () => Promise<Seen>): Promise<{ seen: Seen; models: string[] }> => {
    const before = host.upstream.requests.length;
    const seen = await act();
    return { seen, models: host.upstream.requests.slice(before).map(({ model }) => model) };
  };

  add("a request no rule is for goes where it would", async () => {
    expect(await asked(() => ask("anywhere"))).toMatchObject({ seen: { status: 200 }, models: ["in-us"] });
  });

  add("what is in it decides", async () => {
    const { seen, models } = await asked(() => ask("anywhere", `pay ${IBAN}`));
    expect([seen.status, models]).toEqual([200, ["in-eu"]]);
    const { facts } = await host.record(seen);
    expect(facts).toContainEqual({ kind: "target-forbidden", target: "one/in-us", rule: "accounts" });
    expect(facts).toContainEqual({ kind: "target-forbidden", target: "one/nobody-knows", rule: "accounts" });
  });

  add("so does the group of what is in it", async () => {
    const { seen, models } = await asked(() => ask("anywhere", "card 4012 8888 8888 1881"));
    expect([seen.status, models]).toEqual([200, ["in-eu"]]);
  });

  add("who asks decides, and a header", async () => {
    expect((await asked(() => ask("anywhere", "hello", ALICE))).models).toEqual(["in-eu"]);
    expect((await asked(() => ask("anywhere", "hello", BOB, { "x-data-region": "eu" }))).models).toEqual(["in-eu"]);
  });

  add("no fallback leads out of it", async () => {
    expect((await asked(() => ask("eu-fails"))).models).toEqual(["do-503", "in-us"]);
    const { seen, models } = await asked(() => ask("eu-fails", "hello", ALICE));
    expect([seen.status, models]).toEqual([503, ["do-503"]]);
  });

  add("where nothing is left, that is said", async () => {
    const { seen, models } = await asked(() => ask("us", `pay ${IBAN}`));
    expectError(seen, { status: 403, code: "residency_not_allowed" });
    expect(text(seen)).toContain("accounts");
    expect(text(seen)).not.toMatch(/in-us|us-east|DE89/);
    expect(models).toEqual([]);
    expect(await host.metric("graft_residency_total", { rule: "accounts", result: "refused" })).toBeGreaterThan(0);
  });
});
