/** Which headers cross, either way; and on a route without authentication, that none of them makes a client somebody. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expectError, json, question } from "../../e2e/support/ask";
import { KEY_HEADERS } from "../../e2e/support/providers";
import { call, type Seen } from "../../upstream/raw-client";
import type { RecordedRequest } from "../../upstream/recorded-request";
import { HOST, HOST_NAMES } from "../support/hosts";
import { KINDS, provider, threeProviders } from "../support/providers";
import { type HostUnderTest, useHosts } from "../support/use-hosts";

const EVIL = "evil-value";

/** What a client may try: identities, credentials, the gateway's own headers, hop-by-hop ones. */
const HOSTILE = {
  authorization: `Bearer ${EVIL}`,
  cookie: `session=${EVIL}`,
  apikey: EVIL,
  "x-api-key": EVIL,
  "x-goog-api-key": EVIL,
  "api-key": EVIL,
  "anthropic-version": EVIL,
  "x-caller-id": EVIL,
  "x-consumer-id": EVIL,
  "x-consumer-username": EVIL,
  "x-consumer-groups": EVIL,
  "x-credential-identifier": EVIL,
  "x-authenticated-userid": EVIL,
  "x-kong-request-id": EVIL,
  "x-kong-proxy-latency": EVIL,
  "x-real-ip": "6.6.6.6",
  "x-whatever": EVIL,
  "x-envoy-max-retries": "7",
  "x-envoy-upstream-rq-timeout-ms": "1",
  "x-envoy-original-path": `/${EVIL}`,
  "x-graft-target": EVIL,
  "x-graft-token": EVIL,
  "x-graft-caller-address": "6.6.6.6:1",
  "x-forwarded-for": "6.6.6.6",
  "x-forwarded-host": EVIL,
  "x-forwarded-prefix": `/${EVIL}`,
  forwarded: `for=${EVIL}`,
  via: `1.1 ${EVIL}`,
  origin: `https://${EVIL}`,
  "user-agent": EVIL,
  "accept-encoding": "gzip, br",
  te: "trailers",
  "keep-alive": "timeout=5",
  "proxy-authorization": EVIL,
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

/** What a provider may say of itself, of its dealings with us, or to the gateways in between. */
const CHATTY = {
  "content-type": "application/json",
  "set-cookie": ["a=provider", "b=provider"],
  "openai-organization": "our-org",
  "openai-project": "our-project",
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
  "x-envoy-attempt-count": "9",
  "x-kong-upstream-latency": "provider-latency",
  "x-graft-target": "forged/by-provider",
  "x-graft-dropped-params": "forged",
  "access-control-allow-origin": "*",
  "retry-after": "77",
  location: "http://169.254.169.254/",
  "x-should-retry": "true",
  connection: "x-named-by-provider",
  "x-named-by-provider": "private",
};

const COMPLETION = {
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
};

let chatty: Server;

beforeAll(async () => {
  chatty = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, CHATTY).end(JSON.stringify(COMPLETION)));
  });
  await new Promise<void>((resolve) => chatty.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  chatty.close();
  chatty.closeAllConnections();
});

const hosts = useHosts((upstream) => {
  const to = (named: string, model = "demo") => ({ provider: named, model });
  const target = (...targets: readonly object[]) => ({ targets });
  return {
    policy: { forward_headers: ["openai-beta", "x-allowed"] },
    providers: {
      ...threeProviders(upstream),
      keyless: { kind: "openai", base_url: `http://localhost:${upstream.port}/v1`, headers: { "x-own-auth": "own-secret" } },
      chatty: provider("openai", { url: `http://127.0.0.1:${(chatty.address() as AddressInfo).port}/base` }),
    },
    models: [
      ...KINDS.map((kind) => ({ name: kind, ...target(to(kind)) })),
      { name: "keyless", ...target(to("keyless")) },
      { name: "chatty", ...target(to("chatty")) },
      { name: "openai-then-anthropic", ...target(to("openai", "do-500"), to("anthropic")) },
      { name: "anthropic-then-gemini", ...target(to("anthropic", "do-500"), to("gemini")) },
      { name: "gemini-then-keyless", ...target(to("gemini", "do-500"), to("keyless")) },
      { name: "far", ...target(to("openai")), allow: { callers: ["ip:6.6.6.6"], groups: [EVIL] } },
      { name: "line\u2028break-é", ...target(to("openai", "modèle\u2028x")) },
    ],
  };
});

async function ask(
  host: HostUnderTest,
  model: string,
  more: Record<string, unknown> = {},
): Promise<{ seen: Seen; got: RecordedRequest }> {
  const seen = await host.ask(question(model, more), { headers: { ...HOSTILE, ...WELCOME } });
  return { seen, got: host.upstream.requests.at(-1)! };
}

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];
  const idOf = (seen: Seen): unknown => HOST[name].requestIdOf(WELCOME["x-request-id"], seen);

  describe("to providers", () => {
    test.each([
      ["openai", "openai"],
      ["anthropic", "anthropic"],
      ["gemini", "gemini"],
      ["openai-then-anthropic", "anthropic"],
      ["anthropic-then-gemini", "gemini"],
    ] as const)("%s: exactly what %s needs", async (model, kind) => {
      const { seen, got } = await ask(host, model);
      expect(seen.status).toBe(200);
      const [keyHeader, key] = KEY_HEADERS[kind];
      expect(got.headers).toEqual({
        host: `127.0.0.1:${host.upstream.port}`,
        "content-type": "application/json",
        "content-length": String(got.body.length),
        "accept-encoding": "identity",
        "user-agent": expect.stringMatching(/^graft\//),
        [keyHeader]: key,
        ...WELCOME,
        ...(kind === "anthropic" ? { "anthropic-version": "2023-06-01" } : {}),
        // Capability `ownConnections`: Graft's HTTP client says what HTTP/1.1 means anyway, Envoy's does not.
        ...(host.can.ownConnections ? { connection: "keep-alive" } : {}),
      });
      const names = got.rawHeaders.filter((_, index) => index % 2 === 0).map((it) => it.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      expect(JSON.stringify(got.rawHeaders)).not.toMatch(/evil-value|6\.6\.6\.6/);
    });

    test.each(["keyless", "gemini-then-keyless"])(
      "%s: a provider without keys gets none, and its own host name",
      async (model) => {
        const { seen, got } = await ask(host, model);
        expect(seen.status).toBe(200);
        for (const [keyHeader] of Object.values(KEY_HEADERS)) expect(got.headers).not.toHaveProperty(keyHeader);
        expect(got.headers).toMatchObject({ "x-own-auth": "own-secret", host: `localhost:${host.upstream.port}` });
      },
    );
  });

  describe("to clients", () => {
    test("nothing of the provider but what belongs to the answer", async () => {
      const { seen } = await ask(host, "chatty");
      expect(seen.status).toBe(200);
      const framing = ["content-length", "transfer-encoding", "connection", "keep-alive"];
      const rest = Object.keys(seen.headers).filter((it) => ![...framing, ...HOST[name].ownHeaders].includes(it));
      expect(rest.sort()).toEqual([
        "content-type",
        "date",
        "openai-processing-ms",
        "x-graft-attempts",
        "x-graft-target",
        "x-request-id",
      ]);
      expect(seen.headers).toMatchObject({
        "x-graft-target": "chatty/demo",
        "x-graft-attempts": "1",
        "x-request-id": idOf(seen),
      });
      expect(JSON.stringify(seen.headers)).not.toMatch(/provider|our-|sk-|private/);
      expect(seen.headers["server"] ?? "").toMatch(/^(envoy|kong\/.*)?$/);
    });

    test.each([false, true])("graft's own, stream %s", async (stream) => {
      const { seen } = await ask(host, "openai-then-anthropic", { stream, seed: 7, logit_bias: { 1: 1 } });
      expect(seen.headers).toMatchObject({
        "x-graft-target": "anthropic/demo",
        "x-graft-attempts": "2",
        "x-graft-dropped-params": "seed, logit_bias",
        "x-request-id": idOf(seen),
      });
      const plain = await ask(host, "openai", { stream, seed: 7 });
      expect(plain.seen.headers).not.toHaveProperty("x-graft-dropped-params");
      for (const it of Object.keys(plain.seen.headers)) expect(it).not.toMatch(/^(x-envoy|x-graft-token|set-cookie)/);
    });

    test("errors carry no more than answers do", async () => {
      const headers = { ...CHATTY, "set-cookie": "a=b", connection: "keep-alive", "retry-after": "3" };
      host.upstream.script({ do: "canned", status: 429, headers, pieces: ['{"error":{"message":"slow down"}}'] });
      const { seen } = await ask(host, "openai");
      expectError(seen, { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
      expect(seen.headers).toMatchObject({ "retry-after": "3", "x-request-id": idOf(seen), "x-graft-target": "openai/demo" });
      for (const it of [
        "set-cookie",
        "x-ratelimit-remaining-requests",
        "openai-organization",
        "location",
        "access-control-allow-origin",
      ])
        expect(seen.headers).not.toHaveProperty(it);
    });

    test("model names with line breaks and letters of all kinds do not break headers", async () => {
      const { seen, got } = await ask(host, "line\u2028break-é");
      expect(seen.status).toBe(200);
      expect(got.model).toBe("modèle\u2028x");
      expect(seen.headers["x-graft-target"]).toBe("openai/mod?le?x");
    });
  });

  test("the request id is the same in the answer, in errors and in the record", async () => {
    const plain = await host.ask(question("openai"));
    expect(plain.headers["x-request-id"]).toMatch(/^[\w-]{10,}$/);
    expect(await host.record(plain)).toMatchObject({ status: 200 });
    for (const model of ["openai", "nope"]) {
      const { seen } = await ask(host, model);
      expect(seen.headers["x-request-id"]).toBe(idOf(seen));
      expect(await host.record(seen)).toMatchObject({ request_id: idOf(seen) });
    }
  });

  test("without authentication everybody is an address, whatever the request says", async () => {
    const { seen } = await ask(host, "openai");
    expect(await host.record(seen)).toMatchObject({ caller: "ip:127.0.0.1" });
    expectError((await ask(host, "far")).seen, { status: 404, code: "model_not_found", param: "model" });
    const listed = await call(`${host.url}/v1/models`, { method: "GET", headers: { ...HOSTILE } });
    expect((json(listed) as { data: { id: string }[] }).data.map(({ id }) => id)).not.toContain("far");
  });

  test("no key and no prompt is in a record", async () => {
    await host.running.errorLines();
    const all = JSON.stringify(host.running.records);
    expect(all).toContain("openai-then-anthropic");
    for (const secret of ["sk-openai", "own-secret", "question for openai"]) expect(all).not.toContain(secret);
  });
});
