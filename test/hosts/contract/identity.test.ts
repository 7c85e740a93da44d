/** Who is calling: what the host's own authentication says, and never what a client says of itself. */
import type { HostName } from "../../../plugins/core/host";
import { expectError, json, question } from "../../e2e/support/ask";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import { call, type RawOptions, type Seen } from "../../upstream/raw-client";
import { HOST, HOST_NAMES } from "../support/hosts";
import { ALICE, BOB, type Person } from "../support/people";
import { provider } from "../support/providers";
import { type HostUnderTest, useHosts } from "../support/use-hosts";

type Options = Omit<RawOptions, "body">;

/** Every header that some gateway, plugin or relay writes who is calling in. */
const FORGED = {
  "x-consumer-id": "alice",
  "x-consumer-username": "alice",
  "x-consumer-custom-id": "alice",
  "x-consumer-groups": "gold",
  "x-credential-identifier": "alice",
  "x-credential-username": "alice",
  "x-anonymous-consumer": "false",
  "x-kong-request-id": "forged",
  "x-real-ip": "6.6.6.6",
  "x-client-id": "alice",
  "x-caller-id": "alice",
  "x-caller-team": "red",
  "x-caller-groups": "gold",
  "x-forwarded-for": "6.6.6.6",
  "x-envoy-external-address": "6.6.6.6",
  "x-jwt-payload": "eyJzdWIiOiJhbGljZSJ9",
  "x-graft-policy": "no-such-policy",
  "x-graft-token": "forged",
  "x-graft-caller-address": "6.6.6.6:1",
  "x-graft-caller-jwt": '{"iss":"https://idp.test","sub":"alice","groups":["gold"]}',
  "x-graft-caller-uri-san": "alice",
};
/** `acl` of Kong writes the groups of identity providers here and leaves `x-consumer-groups` to whoever wrote that. */
const AUTHENTICATED = { "x-authenticated-groups": "gold", "x-authenticated-userid": "alice", "x-authenticated-scope": "gold" };

const ROUTED = ["free", "hers", "gold", "local", "far"];

const setup = (authenticates: "names" | "groups") => (upstream: FakeUpstream, name: HostName) => {
  const targets = [{ provider: "openai", model: "demo" }];
  const { callerId } = HOST[name];
  return {
    authenticates,
    providers: { openai: provider("openai", upstream) },
    models: [
      { name: "free", targets },
      { name: "hers", targets, allow: { callers: [callerId(ALICE)] } },
      { name: "gold", targets, allow: { groups: ["gold"] } },
      { name: "local", targets, allow: { callers: ["ip:127.0.0.1"] } },
      { name: "far", targets, allow: { callers: ["ip:6.6.6.6"] } },
    ],
  };
};

const as = (name: HostName, person: Person, more: Readonly<Record<string, string>> = {}): Options => ({
  headers: { ...more, authorization: `Bearer ${HOST[name].keyOf(person)}` },
});

async function callerOf(host: HostUnderTest, options: Options): Promise<unknown> {
  const seen = await host.ask(question("free"), options);
  expect(seen.status).toBe(200);
  expect(seen.headers["x-request-id"]).not.toBe("forged");
  return (await host.record(seen))["caller"];
}

/** Names in the models list; and what the list does not show is not there, and what it shows is. */
async function usable(host: HostUnderTest, options: Options): Promise<string[]> {
  const listed = await call(`${host.url}/v1/models`, { ...options, method: "GET" });
  const shown = (json(listed) as { data: { id: string }[] }).data.map(({ id }) => id);
  await Promise.all(
    ROUTED.map(async (model) => {
      const one = await call(`${host.url}/v1/models/${model}`, { ...options, method: "GET" });
      const asked = await host.ask(question(model), options);
      if (shown.includes(model)) expect([one.status, asked.status]).toEqual([200, 200]);
      else for (const seen of [one, asked]) expectError(seen, { status: 404, code: "model_not_found", param: "model" });
    }),
  );
  return shown;
}

function expectDenied(seen: Seen): void {
  expect([seen.status, seen.complete]).toEqual([401, true]);
  // The gateway's own words, not ours.
  expect(seen.body.toString()).not.toContain('"error":');
  expect(seen.headers).not.toHaveProperty("x-graft-target");
}

describe("the gateway knows names and groups", () => {
  const hosts = useHosts(setup("groups"));

  describe.each(HOST_NAMES)("%s", (name) => {
    const host = hosts[name];
    const { keyOf, callerId } = HOST[name];

    test("the caller of the record", async () => {
      expect(await callerOf(host, as(name, ALICE))).toBe(callerId(ALICE));
      expect(await callerOf(host, as(name, BOB))).toBe(callerId(BOB));
    });

    test("models by caller and by group, listed and asked for", async () => {
      expect(await usable(host, as(name, ALICE))).toEqual(["free", "hers", "gold"]);
      expect(await usable(host, as(name, BOB))).toEqual(["free"]);
    });

    test.each<[string, Readonly<Record<string, string>>]>([
      ["in small letters", FORGED],
      ["in capitals", Object.fromEntries(Object.entries(FORGED).map(([key, value]) => [key.toUpperCase(), value]))],
      ["with underscores", Object.fromEntries(Object.entries(FORGED).map(([key, value]) => [key.replaceAll("-", "_"), value]))],
      ["as hop-by-hop", { ...FORGED, connection: "x-consumer-username, x-consumer-groups, x-credential-identifier" }],
      ["of identity providers", AUTHENTICATED],
    ])("forged headers change nothing: %s", async (_what, forged) => {
      expect(await callerOf(host, as(name, BOB, forged))).toBe(callerId(BOB));
      expect(await usable(host, as(name, BOB, forged))).toEqual(["free"]);
    });

    test("nobody is let in without a key of the gateway's own", async () => {
      const before = host.upstream.requests.length;
      for (const headers of [{}, FORGED, { authorization: "Bearer nonsense" }, { authorization: "Bearer sk-openai" }]) {
        expectDenied(await host.ask(question("free"), { headers: { ...FORGED, ...headers } }));
        expectDenied(await call(`${host.url}/v1/models`, { headers, method: "GET" }));
      }
      expect(host.upstream.requests).toHaveLength(before);
      expect(await callerOf(host, as(name, ALICE))).toBe(callerId(ALICE));
    });

    test("no identity and no key of a caller has reached the provider", () => {
      expect(host.upstream.requests.length).toBeGreaterThan(10);
      for (const { rawHeaders, body } of host.upstream.requests) {
        const all = `${rawHeaders.join("\n")}\n${body.toString()}`.toLowerCase();
        for (const word of [keyOf(ALICE), keyOf(BOB), "alice", "bob", "6.6.6.6", "x-consumer", "x-credential", "x-graft"])
          expect(all).not.toContain(word.toLowerCase());
      }
    });
  });
});

describe("the gateway knows names only", () => {
  const hosts = useHosts(setup("names"));

  test.each(HOST_NAMES)("%s: nobody is in a group, whatever a request says", async (name) => {
    const host = hosts[name];
    expect(await callerOf(host, as(name, ALICE, FORGED))).toBe(HOST[name].callerId(ALICE));
    for (const forged of [{}, FORGED, AUTHENTICATED]) {
      expect(await usable(host, as(name, ALICE, forged))).toEqual(["free", "hers"]);
      expect(await usable(host, as(name, BOB, forged))).toEqual(["free"]);
    }
  });
});
