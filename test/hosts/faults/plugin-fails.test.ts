/** Whatever goes wrong in the plugin ends the request: Kong itself would let it pass. */
import { chat, expectError, json, question, text } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { type Answer, playAccess } from "./phase";
import { inline, routes } from "./support";

jest.setTimeout(30_000);

let upstream: FakeUpstream;
let stack: KongStack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
});

afterEach(() => stack?.stop());

afterAll(() => upstream?.close());

/** Where requests end up that Kong lets pass on its own: here it is a provider, so that none of them goes unseen. */
function servedByTheProvider(config: ReturnType<typeof routes>): ReturnType<typeof routes> {
  return { services: config.services.map((service) => ({ ...service, url: upstream.url })) };
}

describe("a PDK call fails", () => {
  const nil: Answer = { result: undefined };
  const METHODS = [
    "kong.client.get_consumer",
    "kong.client.get_credential",
    "kong.service.set_target",
    "kong.service.request.set_header",
  ];

  test("whichever it is: the request is refused, once, with nothing after it; the next one is served", async () => {
    stack = await KongStack.start({ kong: llm([inline(upstream)]) });
    const { config } = inline(upstream);
    for (const failing of METHODS) {
      const calls = await playAccess(stack.socketPath, config, ({ method }) => (method === failing ? "fails" : nil));
      expect(calls.map(({ method }) => method)).toEqual([
        ...METHODS.slice(0, METHODS.indexOf(failing) + 1),
        "kong.response.exit",
      ]);
      const [status, body, headers] = calls.at(-1)?.args ?? [];
      expect(status).toBe(503);
      expect(JSON.parse(String(body))).toMatchObject({ error: { type: "server_error", code: "unavailable" } });
      expect(headers).toMatchObject({ "content-type": "application/json", "x-should-retry": "true" });
      expect(JSON.stringify(calls)).not.toContain("it failed");

      expect(await playAccess(stack.socketPath, config, () => nil)).toHaveLength(METHODS.length);
      expect((await chat(stack.url, question("demo"))).status).toBe(200);
    }
    const line = expect.objectContaining({ msg: "a request could not be taken" });
    expect(await stack.errorLines()).toEqual(METHODS.map(() => line));
  });

  test("for want of time: Kong gives up waiting, nobody is served unasked, and afterwards all is well", async () => {
    stack = await KongStack.start({ kong: llm([inline(upstream)]), rpcDeadlineMs: 1_500 });
    const ask = () => chat(stack.url, question("demo"));
    expect((await ask()).status).toBe(200);
    const before = upstream.requests.length;
    process.kill(stack.processor.pid, "SIGSTOP");
    const seen = await Promise.all(Array.from({ length: 20 }, ask));
    process.kill(stack.processor.pid, "SIGCONT");
    expect(seen.map(({ status }) => status)).toEqual(seen.map(() => 502));
    expect((await ask()).status).toBe(200);
    // What the plugin had let pass by then never came.
    expect(upstream.requests).toHaveLength(before + 1);
    expect(await stack.errorLines()).toEqual([]);
  });
});

describe("a configuration that cannot work", () => {
  const broken = inline(
    { url: "http://127.0.0.1:9" },
    {},
    { models: [{ name: "*", targets: [{ provider: "two", model: "*" }] }] },
  );

  test("is refused on its own route, streamed or not, whatever the method; the other route is served", async () => {
    stack = await KongStack.start({ kong: servedByTheProvider(routes({ broken, works: inline(upstream) })), workers: 2 });
    const before = upstream.requests.length;
    for (const stream of [false, true, false]) {
      const seen = await chat(`${stack.url}/broken`, question("demo", { stream }));
      expect(seen).toMatchObject({ status: 500, complete: true });
      expect(json(seen)).toMatchObject({ error: { type: "server_error", message: expect.stringContaining("cannot work") } });
      expect(text(seen)).not.toContain("sk-one");
    }
    const huge = await chat(`${stack.url}/broken`, "x".repeat(3 << 20));
    expect(huge.status).toBe(500);
    expect(upstream.requests).toHaveLength(before);
    expect((await chat(`${stack.url}/works`, question("demo"))).status).toBe(200);
    // Said once for each of Kong's workers that has an instance of it.
    const lines = await stack.errorLines();
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(2);
    for (const line of lines) expect(line["issues"]).toEqual([expect.stringMatching(/^config\.models\[0\]/)]);
  });

  test("is served as soon as Kong sends one that works, and refused again after that", async () => {
    const one = (plugin: typeof broken) => servedByTheProvider(routes({ one: plugin }));
    stack = await KongStack.start({ kong: one(broken) });
    for (const [plugin, status] of [
      [broken, 500],
      [inline(upstream), 200],
      [broken, 500],
    ] as const) {
      await stack.reconfigure(one(plugin));
      expect((await chat(`${stack.url}/one`, question("demo"))).status).toBe(status);
    }
  });

  test("what Kong sends is no configuration at all: refused, and the process survives", async () => {
    stack = await KongStack.start({ kong: llm([inline(upstream)]) });
    for (const config of [null, "text", 7, [], {}, { providers: "none" }, { models: [[]] }, { policy: "default" }]) {
      const calls = await playAccess(stack.socketPath, config, () => "fails");
      expect(calls.map(({ method, args }) => [method, args[0]])).toEqual([["kong.response.exit", 500]]);
    }
    const seen = await chat(stack.url, question("demo"));
    expect(seen.status).toBe(200);
  });
});

test("a policy that graft.yaml no longer has is refused; nothing else is served in its place", async () => {
  const config = (name: string) =>
    `providers:\n  one: { kind: openai, base_url: "${upstream.url}/v1" }\npolicies:\n  ${name}:\n    models: [{ name: "*", targets: [{ provider: one, model: "*" }] }]`;
  const kong = servedByTheProvider(llm([{ name: "graft", config: { policy: "default" } }]));
  stack = await KongStack.start({ config: config("default"), kong });
  expect((await chat(stack.url, question("demo"))).status).toBe(200);
  stack.writeConfig(config("other"));
  await until("the refusal", async () => ((await chat(stack.url, question("demo"))).status === 500 ? true : undefined));
  const before = upstream.requests.length;
  expectError(await chat(stack.url, question("demo")), { status: 500, code: "internal_error" });
  expect(upstream.requests).toHaveLength(before);
});
