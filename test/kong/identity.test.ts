/** What an upstream may believe of the headers that say who is calling. As measured: only what a plugin of the route has written. */
import { call } from "../upstream/raw-client";
import type { PluginConfig } from "./declarative";
import { Probe } from "./probe";

let probe: Probe;

beforeAll(async () => {
  probe = await Probe.start();
}, 30_000);

afterAll(() => probe?.stop());

const use = (...plugins: PluginConfig[]): Promise<void> => probe.kong.reconfigure(probe.config(plugins));
const message = async (headers: Record<string, string> = {}, path = "/"): Promise<unknown> => {
  const seen = await call(probe.kong.url + path, { headers });
  const { message: text, request_id: id } = JSON.parse(seen.body.toString()) as { message: string; request_id: string };
  expect(id).toBe(seen.headers["x-kong-request-id"]);
  return [seen.status, text, seen.headers["www-authenticate"]];
};

const FORGED = {
  "x-consumer-id": "1",
  "x-consumer-username": "root",
  "x-consumer-custom-id": "2",
  "x-credential-identifier": "3",
  "x-anonymous-consumer": "false",
  "x-consumer-groups": "admin",
};

test("without plugins, forged headers pass", async () => {
  await use();
  expect((await probe.run([], { headers: FORGED })).upstream.headers).toMatchObject(FORGED);
});

test("key-auth writes who is calling; groups pass", async () => {
  await use({ name: "key-auth" }, { name: "probe" });
  const { upstream, results } = await probe.run([["client.getConsumer"], ["client.getCredential"]], {
    headers: { ...FORGED, apikey: "alice-key" },
  });
  const [consumer, credential] = results as { id: string; consumer: { id: string } }[];
  expect(consumer).toEqual({ id: expect.any(String), username: "alice", custom_id: "a-1", tags: ["vip"] });
  expect(credential).toEqual({ id: expect.any(String), key: "alice-key", consumer: { id: consumer?.id } });
  expect(upstream.headers).toMatchObject({
    "x-consumer-id": consumer?.id,
    "x-consumer-username": "alice",
    "x-consumer-custom-id": "a-1",
    "x-credential-identifier": credential?.id,
    "x-consumer-groups": "admin",
    apikey: "alice-key",
  });
  expect(upstream.headers).not.toHaveProperty("x-anonymous-consumer");
});

test("what a consumer lacks is cleared, and names are UTF-8", async () => {
  const { upstream } = await probe.run([], { headers: { ...FORGED, apikey: "bob-key" } });
  expect(upstream.headers).not.toHaveProperty("x-consumer-custom-id");
  expect(Buffer.from(upstream.headers["x-consumer-username"] ?? "", "latin1").toString()).toBe("bøb");
});

test.each<[string, Record<string, string>, string, string]>([
  ["no key", {}, "/", "No API key found in request"],
  ["an empty key", { apikey: "" }, "/", "No API key found in request"],
  ["a wrong key", { apikey: "nope" }, "/", "Unauthorized"],
  ["two keys", {}, "/?apikey=a&apikey=b", "Duplicate API key found"],
])("%s", async (_, headers, path, text) => expect(await message(headers, path)).toEqual([401, text, "Key"]));

test("the key in the query; hidden when asked to", async () => {
  expect((await probe.run([], { path: "/x?a=1&apikey=alice-key&b=2" })).upstream.path).toBe("/x?a=1&apikey=alice-key&b=2");
  await use({ name: "key-auth", config: { hide_credentials: true } });
  expect((await probe.run([], { path: "/x?a=1&apikey=alice-key&b=2" })).upstream.path).toBe("/x?a=1&b=2");
  const { upstream } = await probe.run([], { headers: { apikey: "alice-key" } });
  expect(upstream.headers).not.toHaveProperty("apikey");
});

test("an anonymous consumer", async () => {
  await use({ name: "key-auth", config: { anonymous: "anybody" } }, { name: "probe" });
  const { upstream, results } = await probe.run([["client.getConsumer"], ["client.getCredential"]], { headers: FORGED });
  expect(results).toEqual([expect.objectContaining({ username: "anybody" }), { undefined: true }]);
  expect(upstream.headers).toMatchObject({ "x-consumer-username": "anybody", "x-anonymous-consumer": "true" });
  expect(upstream.headers).not.toHaveProperty("x-credential-identifier");
});

describe("acl", () => {
  const acl = (config: Record<string, unknown>): PluginConfig => ({ name: "acl", config });

  test("writes the groups over what the client sent", async () => {
    await use({ name: "key-auth" }, acl({ allow: ["gold"] }));
    const { upstream } = await probe.run([], { headers: { ...FORGED, apikey: "alice-key" } });
    expect(upstream.headers["x-consumer-groups"]).toBe("gold, team-a");
    expect(await message({ apikey: "bob-key" })).toEqual([403, "You cannot consume this service", undefined]);
  });

  test("with deny, a consumer without groups gets none", async () => {
    await use({ name: "key-auth" }, acl({ deny: ["bad"] }));
    expect((await probe.run([], { headers: { ...FORGED, apikey: "bob-key" } })).upstream.headers["x-consumer-groups"]).toBe("");
  });

  test("when it hides them, what the client sent passes", async () => {
    await use({ name: "key-auth" }, acl({ allow: ["gold"], hide_groups_header: true }));
    const { upstream } = await probe.run([], { headers: { ...FORGED, apikey: "alice-key" } });
    expect(upstream.headers["x-consumer-groups"]).toBe("admin");
  });

  test("needs somebody", async () => {
    await use(acl({ allow: ["gold"] }));
    expect(await message()).toEqual([401, "Unauthorized", undefined]);
  });
});

test("limits of requests and of their size, in the order of their priorities", async () => {
  const limits = [
    { name: "rate-limiting", config: { hour: 2 } },
    { name: "request-size-limiting", config: { allowed_payload_size: 10, size_unit: "bytes" } },
  ];
  await use({ name: "key-auth" }, ...limits, { name: "probe" });
  const ask = (body: string) => call(probe.kong.url, { headers: { apikey: "alice-key" }, body });
  expect((await call(probe.kong.url, { body: "x".repeat(11) })).status).toBe(401);
  expect((await ask("x".repeat(11))).status).toBe(413);
  expect((await ask("x")).headers).toMatchObject({ "x-ratelimit-limit-hour": "2", "x-ratelimit-remaining-hour": "1" });
  await ask("x");
  const refused = await ask("x");
  expect(refused).toMatchObject({ status: 429, headers: { "retry-after": expect.stringMatching(/^\d+$/) } });
  expect(refused.body.toString()).toContain('"message":"API rate limit exceeded"');
  await probe.kong.settled();
  expect(probe.kong.served.at(-1)).toMatchObject({ status: 429, pdkCalls: [] });
});
