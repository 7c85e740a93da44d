/** However many workers and plugin entities there are: what says the same is one thing, with one state and one set of connections. */
import { chat, expectError, question } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { KongStack } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { inline, routes } from "./support";

jest.setTimeout(30_000);

const WORKERS = 4;
const NAMES = ["a", "b", "c"];

let upstream: FakeUpstream;
let stack: KongStack;
let asked = 0;

beforeEach(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await stack?.stop();
  await upstream?.close();
});

async function start(provider: Record<string, unknown>, policy: Record<string, unknown> = {}): Promise<void> {
  const plugin = inline(upstream, provider, policy);
  stack = await KongStack.start({ kong: routes(Object.fromEntries(NAMES.map((name) => [name, plugin]))), workers: WORKERS });
}

/** Goes round the routes, and round the workers, as each request has a connection of its own. */
const ask = (model = "demo") => chat(`${stack.url}/${NAMES[asked++ % NAMES.length]}`, question(model), { agent: false });

const all = WORKERS * NAMES.length;

test("one pool of connections to a provider", async () => {
  await start({});
  for (let count = 0; count < 3 * all; count += 1) expect((await ask()).status).toBe(200);
  await stack.kong.settled();
  expect(new Set(stack.kong.served.map(({ worker }) => worker)).size).toBe(WORKERS);
  expect(new Set(upstream.requests.map(({ connection }) => connection)).size).toBe(1);
  expect(upstream.connections()).toBe(1);
});

test("one limit of concurrent calls", async () => {
  await start({ max_concurrent: 3 });
  const { opened, open } = gate();
  upstream.script(...[1, 2, 3].map(() => ({ do: "hang-before-headers", until: opened }) as const));
  const running = [ask(), ask(), ask()];
  await upstream.waitFor(3);
  for (let count = 0; count < all; count += 1) expect((await ask()).status).toBe(503);
  expect(upstream.requests).toHaveLength(3);
  open();
  for (const seen of await Promise.all(running)) expect(seen.status).toBe(200);
  expect((await ask()).status).toBe(200);
});

test("one rest for a key that was refused", async () => {
  await start({ api_keys: ["sk-bad", "sk-good"] });
  upstream.script({ do: "status", n: 401 });
  expectError(await ask(), { status: 502, code: "upstream_authentication_failed" });
  for (let count = 0; count < 2 * all; count += 1) expect((await ask()).status).toBe(200);
  const keys = upstream.requests.map(({ headers }) => headers["authorization"]);
  expect(keys).toEqual(["Bearer sk-bad", ...Array(2 * all).fill("Bearer sk-good")]);
});

test("one opinion of a provider's health", async () => {
  const second = { kind: "openai", base_url: `${upstream.url}/v1`, api_keys: ["sk-two"] };
  const one = { kind: "openai", base_url: `${upstream.url}/v1`, api_keys: ["sk-one"], health: { min_requests: 4 } };
  const targets = [
    { provider: "one", model: "do-500" },
    { provider: "two", model: "demo" },
  ];
  await start({}, { providers: { one, two: second }, models: [{ name: "*", targets }] });
  for (let count = 0; count < 2 * all; count += 1) expect((await ask()).status).toBe(200);
  // Four requests, of whichever worker and route, said enough for all of them.
  expect(upstream.requests.filter(({ model }) => model === "do-500")).toHaveLength(4);
});
