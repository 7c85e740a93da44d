/** What crosses the gateway, and what never does, on first attempts and on fallbacks. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import type { Seen } from "../upstream/raw-client";
import type { RecordedRequest } from "../upstream/recorded-request";
import { chat, expectError, question } from "./support/ask";
import { KEY_HEADERS, PROVIDERS } from "./support/providers";
import { Stack } from "./support/stack";

const EVIL = "evil-value";

/** What a client may try: identities, credentials, the gateway's own headers, hop-by-hop ones. */
const HOSTILE = {
  authorization: `Bearer ${EVIL}`,
  cookie: `session=${EVIL}`,
  "x-api-key": EVIL,
  "x-goog-api-key": EVIL,
  "api-key": EVIL,
  "anthropic-version": EVIL,
  "x-caller-id": EVIL,
  "x-whatever": EVIL,
  "x-envoy-max-retries": "7",
  "x-envoy-retry-on": "5xx",
  "x-envoy-upstream-rq-timeout-ms": "1",
  "x-envoy-attempt-count": "2",
  "x-envoy-original-path": `/${EVIL}`,
  "x-envoy-decorator-operation": EVIL,
  "x-graft-target": EVIL,
  "x-graft-level": EVIL,
  "x-forwarded-for": "6.6.6.6",
  "x-forwarded-proto": "https",
  "x-forwarded-host": EVIL,
  forwarded: `for=${EVIL}`,
  origin: `https://${EVIL}`,
  referer: `https://${EVIL}/`,
  "user-agent": EVIL,
  "accept-encoding": "gzip, br",
  te: "trailers",
  connection: "x-named-by-connection",
  "x-named-by-connection": EVIL,
};

const WELCOME = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "vendor=1",
  "idempotency-key": "idem-1",
  "x-request-id": "client-request-1",
  "openai-beta": "assistants=v2",
  "x-allowed": "by policy",
};

let upstream: FakeUpstream;
let chatty: Server;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  chatty = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, {
        "content-type": "application/json",
        "set-cookie": ["a=provider", "b=provider"],
        "openai-organization": "our-org",
        "openai-project": "our-project",
        "openai-version": "2020-10-01",
        "openai-processing-ms": "12",
        "x-ratelimit-remaining-requests": "5",
        "anthropic-ratelimit-tokens-limit": "5",
        "x-request-id": "provider-request-1",
        "request-id": "provider-request-2",
        "cf-ray": "abc",
        server: "provider-server",
        via: "1.1 provider",
        "alt-svc": 'h3=":443"',
        "strict-transport-security": "max-age=1",
        "x-envoy-upstream-service-time": "3",
        "x-envoy-attempt-count": "9",
        "x-graft-target": "forged/by-provider",
        "x-graft-dropped-params": "forged",
        "access-control-allow-origin": "*",
        "retry-after": "77",
        location: "http://169.254.169.254/",
        "x-should-retry": "true",
      });
      response.end(
        JSON.stringify({
          id: "c",
          object: "chat.completion",
          created: 1,
          model: "m",
          choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
        }),
      );
    });
  });
  await new Promise<void>((resolve) => chatty.listen(0, "127.0.0.1", resolve));
  const { port } = chatty.address() as AddressInfo;
  const provider = (name: string, kind: string, url: string) =>
    `  ${name}: { kind: ${kind}, base_url: "${url}${kind === "openai" ? "/v1" : ""}", api_keys: [sk-${kind}], headers: { x-static: "for-${name}" } }`;
  stack = await Stack.start({
    config: `
providers:
${PROVIDERS.map((kind) => provider(kind, kind, upstream.url)).join("\n")}
  by-name: { kind: openai, base_url: "http://localhost:${upstream.port}/v1", api_keys: [sk-by-name] }
  keyless: { kind: openai, base_url: "${upstream.url}/v1", headers: { x-own-auth: own-secret } }
  chatty: { kind: openai, base_url: "http://127.0.0.1:${port}/base/path/v1", api_keys: [sk-chatty] }
policies:
  default:
    forward_headers: [openai-beta, x-allowed]
    models:
${PROVIDERS.map((name) => `      - { name: ${name}, targets: [{ provider: ${name}, model: demo }] }`).join("\n")}
      - { name: by-name, targets: [{ provider: by-name, model: demo }] }
      - { name: keyless, targets: [{ provider: keyless, model: demo }] }
      - { name: chatty, targets: [{ provider: chatty, model: demo }] }
      - { name: openai-then-anthropic, targets: [{ provider: openai, model: do-503 }, { provider: anthropic, model: demo }] }
      - { name: anthropic-then-gemini, targets: [{ provider: anthropic, model: do-503 }, { provider: gemini, model: demo }] }
      - { name: gemini-then-openai, targets: [{ provider: gemini, model: do-503 }, { provider: openai, model: demo }] }
      - { name: anthropic-then-keyless, targets: [{ provider: anthropic, model: do-503 }, { provider: keyless, model: demo }] }
      - { name: by-name-then-number, targets: [{ provider: by-name, model: do-503 }, { provider: openai, model: demo }] }
      - { name: "line\\u2028break-é", targets: [{ provider: openai, model: "modèle\\u2028x" }] }
`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
  chatty?.close();
});

async function ask(model: string, more: Record<string, unknown> = {}): Promise<{ seen: Seen; got: RecordedRequest }> {
  const seen = await chat(stack.url, question(model, more), { headers: { ...HOSTILE, ...WELCOME } });
  return { seen, got: upstream.requests.at(-1)! };
}

describe("to providers", () => {
  test.each([
    ["openai", "openai"],
    ["anthropic", "anthropic"],
    ["gemini", "gemini"],
    ["openai-then-anthropic", "anthropic"],
    ["anthropic-then-gemini", "gemini"],
    ["gemini-then-openai", "openai"],
  ] as const)("%s: exactly what %s needs", async (model, provider) => {
    const { seen, got } = await ask(model);
    expect(seen.status).toBe(200);
    const [name, key] = KEY_HEADERS[provider];
    expect(got.headers).toEqual({
      host: `127.0.0.1:${upstream.port}`,
      "content-type": "application/json",
      "content-length": String(got.body.length),
      "accept-encoding": "identity",
      "user-agent": expect.stringMatching(/^graft\//),
      [name]: key,
      "x-static": `for-${provider}`,
      ...WELCOME,
      ...(provider === "anthropic" ? { "anthropic-version": "2023-06-01" } : {}),
    });
    const names = got.rawHeaders.filter((_, index) => index % 2 === 0).map((it) => it.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.stringify(got.rawHeaders)).not.toContain(EVIL);
  });

  test("a provider without keys gets none, on a fallback neither", async () => {
    for (const model of ["keyless", "anthropic-then-keyless"]) {
      const { seen, got } = await ask(model);
      expect(seen.status).toBe(200);
      for (const [name] of Object.values(KEY_HEADERS)) expect(got.headers).not.toHaveProperty(name);
      expect(got.headers["x-own-auth"]).toBe("own-secret");
    }
  });

  test("the host header is the provider's, also of the second one", async () => {
    const first = await ask("by-name");
    expect(first.got.host).toBe(`localhost:${upstream.port}`);
    const before = upstream.requests.length;
    await ask("by-name-then-number");
    expect(upstream.requests.slice(before).map((request) => request.host)).toEqual([
      `localhost:${upstream.port}`,
      `127.0.0.1:${upstream.port}`,
    ]);
  });

  test("without a request id of the client's, the gateway's goes along and comes back", async () => {
    const seen = await chat(stack.url, question("anthropic"));
    const id = seen.headers["x-request-id"];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(upstream.requests.at(-1)?.headers["x-request-id"]).toBe(id);
  });
});

describe("to clients", () => {
  test("nothing of the provider but what belongs to the answer", async () => {
    const { seen } = await ask("chatty");
    expect(seen.status).toBe(200);
    expect(Object.keys(seen.headers).sort()).toEqual([
      "content-type",
      "date",
      "openai-processing-ms",
      "server",
      "transfer-encoding",
      "x-graft-attempts",
      "x-graft-target",
      "x-request-id",
    ]);
    expect(seen.headers).toMatchObject({
      server: "envoy",
      "x-graft-target": "chatty/demo",
      "x-graft-attempts": "1",
      "x-request-id": "client-request-1",
    });
  });

  test.each([false, true])("graft's own, stream %s", async (stream) => {
    const { seen } = await ask("openai-then-anthropic", { stream, seed: 7, logit_bias: { 1: 1 } });
    expect(seen.headers).toMatchObject({
      "x-graft-target": "anthropic/demo",
      "x-graft-attempts": "2",
      "x-graft-dropped-params": "seed, logit_bias",
      "x-request-id": "client-request-1",
    });
    const plain = await ask("openai", { stream, seed: 7 });
    expect(plain.seen.headers).not.toHaveProperty("x-graft-dropped-params");
    expect(plain.seen.headers["x-graft-target"]).toBe("openai/demo");
    for (const name of Object.keys(plain.seen.headers)) expect(name).not.toMatch(/^(x-envoy|x-ratelimit|openai-org|set-cookie)/);
  });

  test("errors carry no more than answers do", async () => {
    upstream.script({
      do: "canned",
      status: 429,
      headers: {
        "content-type": "application/json",
        "set-cookie": "a=b",
        "x-ratelimit-reset": "1s",
        "retry-after": "3",
        "openai-organization": "o",
      },
      pieces: ['{"error":{"message":"slow down"}}'],
    });
    const { seen } = await ask("openai");
    expectError(seen, { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    expect(seen.headers["retry-after"]).toBe("3");
    for (const name of ["set-cookie", "x-ratelimit-reset", "openai-organization"]) expect(seen.headers).not.toHaveProperty(name);
    expect(JSON.stringify(seen.headers)).not.toContain("sk-");
  });

  test("model names with line breaks and letters of all kinds do not break headers", async () => {
    const { seen, got } = await ask("line\u2028break-é");
    expect(seen.status).toBe(200);
    expect(got.model).toBe("modèle\u2028x");
    expect(seen.headers["x-graft-target"]).toBe("openai/mod?le?x");
  });

  test("no key and no prompt is in the log", async () => {
    await stack.errorLines();
    expect(stack.processors[0]?.output).toContain("openai-then-anthropic");
    for (const secret of ["sk-openai", "sk-chatty", "own-secret", EVIL, "question for openai"]) {
      expect(stack.processors[0]?.output).not.toContain(secret);
    }
  });
});
