/** Graft inside Kong as its manual sets it up: the shipped kong.yml, the plugin, the relay, and what happens when one of them is away. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DeclarativeConfig } from "../kong/declarative";
import { KongStack, llm } from "../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { chat, dataOf, expectError, json, question, said, text } from "./support/ask";
import { ROOT } from "./support/stack";
import { until } from "./support/until";

jest.setTimeout(30_000);

let upstream: FakeUpstream;
let stack: KongStack;

const ALICE = { authorization: "Bearer alice-demo-key" };
const BOB = { authorization: "Bearer bob-demo-key" };

/** kong/kong.yml with providers of ours. */
function shipped(): DeclarativeConfig {
  const yaml = readFileSync(join(ROOT, "kong/kong.yml"), "utf8")
    .replace("kind: openai", `kind: openai\n                  base_url: "${upstream.url}/v1"`)
    .replace("kind: anthropic", `kind: anthropic\n                  base_url: "${upstream.url}"`)
    .replace("model: claude-sonnet-4-5", "model: do-503");
  return parse(yaml) as DeclarativeConfig;
}

const provider = (more: object = {}) => ({ kind: "openai", base_url: `${upstream.url}/v1`, api_keys: ["sk-one"], ...more });
const inline = (config: object = {}) => ({
  name: "graft",
  config: { providers: { one: provider() }, models: [{ name: "*", targets: [{ provider: "one", model: "*" }] }], ...config },
});

beforeEach(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await stack?.stop();
  await upstream?.close();
});

describe("the shipped kong.yml", () => {
  beforeEach(async () => {
    const kongEnv = { OPENAI_API_KEY: "sk-openai", ANTHROPIC_API_KEY: "sk-anthropic" };
    stack = await KongStack.start({ kong: shipped(), kongEnv });
  });

  test("an answer, whole and streamed, from the second provider, and the record of it", async () => {
    for (const stream of [false, true]) {
      const seen = await chat(stack.url, question("smart", { stream }), { headers: ALICE });
      expect(seen.status).toBe(200);
      expect(said(seen)).toContain("question for smart");
      expect(seen.headers).toMatchObject({ "x-graft-target": "openai/gpt-5" });
      if (stream) expect(dataOf(seen).at(-1)).toBe("[DONE]");
      const record = await stack.record(seen.headers["x-request-id"]);
      expect(record).toMatchObject({ caller: "consumer:|alice", policy: "kong", target: "openai/gpt-5", status: 200 });
      expect(record["request_id"]).toBe(seen.headers["x-kong-request-id"]);
    }
    expect(upstream.requests.map(({ headers }) => headers["x-api-key"] ?? headers["authorization"])).toEqual([
      "sk-anthropic",
      "Bearer sk-openai",
      // The first target rests.
      "Bearer sk-openai",
    ]);
    await stack.kong.settled();
    expect(stack.kong.served.map(({ pdkCalls }) => pdkCalls)).toEqual(
      Array(2).fill(["kong.client.get_consumer", "kong.service.set_target", "kong.service.request.set_header"]),
    );
    expect(stack.kong.errorLog).toEqual([]);
  });

  test("a model for one group: used by its members only, whatever others say of themselves", async () => {
    expect((await chat(stack.url, question("anthropic/demo"), { headers: ALICE })).status).toBe(200);
    const refused = await chat(stack.url, question("anthropic/demo"), { headers: { ...BOB, "x-consumer-groups": "gold" } });
    expectError(refused, { status: 404, code: "model_not_found", param: "model" });
  });

  test("nobody passes without a key, and Kong's own limits hold", async () => {
    expect((await chat(stack.url, question("smart"))).status).toBe(401);
    expect((await chat(stack.url, question("smart"), { headers: { authorization: "Bearer sk-guess" } })).status).toBe(401);
    expect(upstream.requests).toEqual([]);
  });
});

describe("a policy of graft.yaml", () => {
  const config = (model: string) =>
    `providers:\n  one: { kind: openai, base_url: "${upstream.url}/v1" }\npolicies:\n  default:\n    models: [{ name: smart, targets: [{ provider: one, model: ${model} }] }]`;

  test("follows the file; Kong is not asked", async () => {
    stack = await KongStack.start({ config: config("demo-1") });
    expect((await chat(stack.url, question("smart"))).headers["x-graft-target"]).toBe("one/demo-1");
    stack.writeConfig(config("demo-2"));
    await until("the new target", async () =>
      (await chat(stack.url, question("smart"))).headers["x-graft-target"] === "one/demo-2" ? true : undefined,
    );
  });

  test("that is not there: 500 in the client's dialect, a warning in the log, and it is served as soon as it is there", async () => {
    stack = await KongStack.start({ config: config("demo"), kong: llm([{ name: "graft", config: { policy: "defualt" } }]) });
    expectError(await chat(stack.url, question("smart")), { status: 500, code: "internal_error" });
    await until("warning", () => stack.processor.lines.find((line) => String(line["msg"]).includes('did you mean "default"')));
    stack.writeConfig(config("demo").replace("default:", "defualt:"));
    await until("the policy", async () => ((await chat(stack.url, question("smart"))).status === 200 ? true : undefined));
  });

  test("without --config: refused, and the log says what to do", async () => {
    stack = await KongStack.start({});
    expect((await chat(stack.url, question("smart"))).status).toBe(500);
    const [line] = await stack.errorLines();
    expect(line).toMatchObject({ issues: ["config.policy: there is none: Graft was started without `--config`"] });
  });
});

describe("a configuration in Kong", () => {
  test("that cannot work is refused in the client's dialect, and the log says where it is wrong", async () => {
    const models = [{ name: "*", targets: [{ provider: "two", model: "*" }] }];
    stack = await KongStack.start({ kong: llm([inline({ models })]) });
    for (const stream of [false, true]) {
      const seen = await chat(stack.url, question("smart", { stream }));
      expect(seen.status).toBe(500);
      expect(json(seen)).toMatchObject({ error: { type: "server_error", message: expect.stringContaining("log says why") } });
    }
    expect(upstream.requests).toEqual([]);
    const lines = await stack.errorLines();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.["issues"]).toEqual([expect.stringMatching(/^config\.models\[0\]\.targets\[0\]\.provider: .*"two"/)]);
  });

  test("workers, and plugins that say the same, share all state; a new configuration keeps what it has in common with the old one", async () => {
    const keys = provider({ api_keys: ["sk-bad", "sk-good"] });
    const plugin = inline({ providers: { one: keys } });
    const routes = (more: object = {}) => {
      const [service] = llm([]).services;
      const route = (name: string, plugins: object) => ({ ...service?.routes[0], name, paths: [`/${name}`], plugins: [plugins] });
      const config = { ...plugin.config, ...more };
      return {
        services: [{ ...service, routes: [route("a", { ...plugin, config }), route("b", { ...plugin, config })] }],
      } as never;
    };
    stack = await KongStack.start({ kong: routes(), workers: 4 });
    upstream.script({ do: "status", n: 401 });
    const asked = async (path: string) => chat(`${stack.url}/${path}`, question("demo"));
    expect((await asked("a")).status).toBe(502);
    const used = (from: number) => new Set(upstream.requests.slice(from).map(({ headers }) => headers["authorization"]));
    expect(used(0)).toEqual(new Set(["Bearer sk-bad"]));
    for (let count = 0; count < 12; count += 1) expect((await asked(count % 2 ? "a" : "b")).status).toBe(200);
    expect(used(1)).toEqual(new Set(["Bearer sk-good"]));
    await stack.reconfigure(routes({ unsupported_params: "drop" }));
    for (let count = 0; count < 12; count += 1) expect((await asked(count % 2 ? "a" : "b")).status).toBe(200);
    expect(used(1)).toEqual(new Set(["Bearer sk-good"]));
  });
});

describe("who calls", () => {
  const consumers = [
    {
      username: "alice",
      custom_id: "a-1",
      tags: ["team:search", "beta"],
      keyauth_credentials: [{ key: "alice-key" }],
      acls: [{ group: "gold" }],
    },
  ];
  const seenBy = async (headers: Record<string, string>) => {
    const seen = await chat(stack.url, question("demo"), { headers });
    expect(seen.status).toBe(200);
    return await stack.record(seen.headers["x-request-id"]);
  };

  test("a consumer: name, team, and nothing the client says of itself", async () => {
    stack = await KongStack.start({ kong: llm([{ name: "key-auth" }, inline()], { consumers }) });
    const record = await seenBy({ apikey: "alice-key", "x-consumer-username": "bob", "x-consumer-groups": "admin" });
    expect(record).toMatchObject({ caller: "consumer:|alice", team: "search" });
  });

  test("nobody: told apart by address, whatever the client says", async () => {
    stack = await KongStack.start({ kong: llm([inline()]) });
    const forged = {
      "x-consumer-id": "1",
      "x-consumer-username": "alice",
      "x-credential-identifier": "c",
      "x-authenticated-userid": "alice",
      "x-real-ip": "6.6.6.6",
      "x-graft-token": "t",
      "x-graft-caller-jwt": '{"sub":"alice"}',
    };
    expect(await seenBy(forged)).toMatchObject({ caller: "ip:127.0.0.1" });
    await stack.kong.settled();
    expect(stack.kong.served[0]?.pdkCalls).toEqual([
      "kong.client.get_consumer",
      "kong.client.get_credential",
      "kong.service.set_target",
      "kong.service.request.set_header",
    ]);
    const got = upstream.requests[0]?.headers ?? {};
    for (const name of Object.keys(forged)) expect(got[name]).toBeUndefined();
  });
});

describe("the relay", () => {
  test("answers nobody without a permission, and each permission once", async () => {
    stack = await KongStack.start({ kong: llm([inline()]) });
    const line = await until("address", () => stack.processor.lines.find((it) => it["msg"] === "serving Kong"));
    const relay = `http://${String(line["relay"])}`;
    for (const headers of [{}, { "x-graft-token": "" }, { "x-graft-token": "A".repeat(22) }]) {
      const seen = await chat(relay, question("demo"), { headers });
      expect(seen.status).toBe(403);
      expect(json(seen)).toMatchObject({ error: { type: "invalid_request_error" } });
    }
    expect(upstream.requests).toEqual([]);
    expect((await chat(stack.url, question("demo"))).status).toBe(200);
    await stack.kong.settled();
    expect(stack.kong.served).toHaveLength(1);
  });
});

describe("graft-log", () => {
  test("one line with Kong's side and Graft's; none for what Graft never saw", async () => {
    const consumers = [{ username: "alice", keyauth_credentials: [{ key: "alice-key" }] }];
    stack = await KongStack.start({
      kong: llm([{ name: "key-auth" }, inline(), { name: "graft-log" }], { consumers }),
      workers: 2,
    });
    expect((await chat(stack.url, question("demo"))).status).toBe(401);
    const ids: unknown[] = [];
    for (const stream of [false, true, false]) {
      const seen = await chat(stack.url, question("demo", { stream }), { headers: { apikey: "alice-key" } });
      expect(seen.status).toBe(200);
      ids.push(seen.headers["x-kong-request-id"]);
    }
    await stack.kong.settled();
    const lines = await until("three lines", () => {
      const found = stack.processor.lines.filter((line) => line["msg"] === "request");
      return found.length === 3 ? found : undefined;
    });
    expect(lines.map((line) => line["request_id"])).toEqual(ids);
    for (const line of lines) {
      expect(line).toMatchObject({
        caller: "consumer:|alice",
        target: "one/demo",
        kong: {
          status: 200,
          latencies: {
            request: expect.any(Number),
            kong: expect.any(Number),
            proxy: expect.any(Number),
            receive: expect.any(Number),
          },
          tries: 1,
          route: "all",
          service: "llm",
          consumer: "alice",
          client_ip: "127.0.0.1",
        },
      });
      expect(JSON.stringify(line)).not.toContain("alice-key");
    }
    expect(lines[0]).toMatchObject({ input_tokens: expect.any(Number), output_tokens: expect.any(Number) });
    expect(stack.kong.errorLog).toEqual([]);
  });
});

test("a client that sends nonsense gets a clear error through Kong as well", async () => {
  stack = await KongStack.start({ kong: llm([inline()]) });
  expectError(await chat(stack.url, "{"), { status: 400, code: "invalid_json" });
  expect(text(await call(`${stack.url}/v1/nowhere`, { method: "GET" }))).toContain("Unknown request URL");
});
