/** Several keys for one provider: used in turn, and one that is refused or limited rests, also when the client hears nothing of it. */
import type { Behaviour } from "../upstream/behaviour";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import type { Seen } from "../upstream/raw-client";
import { chat, expectError, question } from "./support/ask";
import { Stack } from "./support/stack";
import { until } from "./support/until";

let upstream: FakeUpstream;
let stack: Stack;

const KEYS = ["sk-a", "sk-b", "sk-c"];
/** One provider for each test: what one does to its keys is nothing to the others. */
const NAMES = ["turns", "refused", "limited", "passed", "throttled", "twice", "all-bad", "broken", "forbidden"] as const;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const provider = (name: string) =>
    `  ${name}: { kind: openai, base_url: "${upstream.url}/v1", api_keys: ${JSON.stringify(KEYS)} }`;
  const alias = (name: string, targets: readonly string[], more = "") =>
    `      - { name: ${name}, targets: [${targets.map((target) => `{ provider: ${target}, model: demo }`).join(", ")}]${more} }`;
  stack = await Stack.start({
    config: `
providers:
${NAMES.map(provider).join("\n")}
  other: { kind: anthropic, base_url: "${upstream.url}" }
policies:
  default:
    models:
${NAMES.map((name) => alias(name, [name])).join("\n")}
${alias("passed-over", ["passed", "other"])}
${alias("throttled-over", ["throttled", "other"])}
${alias("forbidden-over", ["forbidden", "other"])}
${alias("twice-tried", ["twice"], ", attempts: 2")}`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

const ask = (model: string): Promise<Seen> => chat(stack.url, question(model));

/** The keys of the next requests for this model, in order, as the provider saw them. */
async function keysOf(model: string, count: number): Promise<string[]> {
  const before = upstream.requests.length;
  for (let index = 0; index < count; index += 1) expect((await ask(model)).status).toBe(200);
  return upstream.requests.slice(before).flatMap(keyOf);
}

function keyOf({ headers }: { readonly headers: Readonly<Record<string, string>> }): string[] {
  const key = headers["authorization"];
  return key === undefined ? [] : [key.replace("Bearer ", "")];
}

/** The next request gets `behaviour`; returns what the client saw and which key it happened to. */
async function strike(model: string, behaviour: Behaviour): Promise<{ seen: Seen; key: string }> {
  const before = upstream.requests.length;
  upstream.script(behaviour);
  const seen = await ask(model);
  return { seen, key: keyOf(upstream.requests[before]!)[0]! };
}

const facts = async (seen: Seen): Promise<unknown> => (await stack.record(seen.headers["x-request-id"]))["facts"];
const cooling = (provider: string) => expect.objectContaining({ kind: "key-cooling", provider, keyIndex: expect.any(Number) });

test("keys are used in turn", async () => {
  const keys = await keysOf("turns", 9);
  expect(keys.slice(0, 3).toSorted()).toEqual(KEYS);
  expect(keys.slice(3, 6)).toEqual(keys.slice(0, 3));
  expect(keys.slice(6, 9)).toEqual(keys.slice(0, 3));
});

test("a refused key rests; the client hears of a failure of the gateway, not of its own", async () => {
  const { seen, key } = await strike("refused", { do: "bad-key" });
  expectError(seen, { status: 502, code: "upstream_authentication_failed" });
  expect(await facts(seen)).toContainEqual(cooling("refused"));
  const keys = await keysOf("refused", 8);
  expect(new Set(keys)).toEqual(new Set(KEYS.filter((it) => it !== key)));
});

test("a limited key rests as long as the provider says", async () => {
  const { seen, key } = await strike("limited", { do: "status", n: 429 });
  expect(seen.status).toBe(429);
  expect(new Set(await keysOf("limited", 6))).toEqual(new Set(KEYS.filter((it) => it !== key)));
  await until("the key's return", async () => ((await keysOf("limited", 1))[0] === key ? true : undefined));
});

test.each([
  ["passed", { do: "bad-key" }, 401],
  ["throttled", { do: "status", n: 429 }, 429],
  ["forbidden", { do: "status", n: 403 }, 403],
] as const)("a key that fails before a fallback (%s) rests as well", async (provider, behaviour, status) => {
  const { seen, key } = await strike(`${provider}-over`, behaviour);
  expect(seen.status).toBe(200);
  expect(seen.headers["x-graft-target"]).toBe("other/demo");
  const told = await facts(seen);
  expect(told).toContainEqual({ kind: "attempt-failed", target: `${provider}/demo`, status });
  expect(told).toContainEqual(cooling(provider));
  expect(new Set(await keysOf(provider, 6))).toEqual(new Set(KEYS.filter((it) => it !== key)));
});

test("a second try at the same provider takes another key", async () => {
  const before = upstream.requests.length;
  const { seen, key } = await strike("twice-tried", { do: "bad-key" });
  expect(seen.status).toBe(200);
  const [first, second] = upstream.requests.slice(before).flatMap(keyOf);
  expect(first).toBe(key);
  expect(KEYS.filter((it) => it !== key)).toContain(second);
});

test("when all rest, one is tried all the same", async () => {
  for (let index = 0; index < 3; index += 1) expect((await strike("all-bad", { do: "bad-key" })).seen.status).toBe(502);
  expect(await keysOf("all-bad", 2)).toHaveLength(2);
});

test("a broken provider says nothing about its keys", async () => {
  await strike("broken", { do: "status", n: 503 });
  expect(new Set(await keysOf("broken", 3))).toEqual(new Set(KEYS));
});

test("two processes: each finds a dead key out once or twice, and no client notices", async () => {
  const locked = await startFakeUpstream({ requireKey: "sk-good" });
  const pair = await Stack.start({
    processors: 2,
    config: `
providers:
  locked: { kind: openai, base_url: "${locked.url}/v1", api_keys: [sk-dead, sk-good] }
policies:
  default:
    models: [{ name: m, targets: [{ provider: locked, model: demo }], attempts: 2 }]`,
  });
  try {
    for (let count = 0; count < 60; count += 1) expect((await chat(pair.url, question("m"))).status).toBe(200);
    const dead = locked.requests.flatMap(keyOf).filter((key) => key === "sk-dead").length;
    expect(dead).toBeGreaterThan(0);
    expect(dead).toBeLessThan(10);
  } finally {
    await pair.stop();
    await locked.close();
  }
}, 60_000);
