/** What clients get wrong: an error in OpenAI's shape with the right status, and no provider hears of it. */
import { connect } from "node:net";
import { chat, expectError, json, question } from "../../e2e/support/ask";
import { call } from "../../upstream/raw-client";
import { HOST_NAMES } from "../support/hosts";
import { passThrough, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const LIMIT = 100_000;
const message = `"messages":[{"role":"user","content":"hi"}]`;
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

const hosts = useHosts((upstream) => ({
  bounds: { max_json_depth: 20, max_request_bytes: LIMIT },
  policy: { unsupported_params: "error" },
  providers: threeProviders(upstream),
  models: [
    { name: "named", targets: [{ provider: "openai", model: "demo" }] },
    {
      name: "openai/do-hang-before-headers",
      targets: [{ provider: "openai", model: "do-hang-before-headers", timeout_ms: 300 }],
    },
    ...passThrough(),
  ],
}));

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  // Those of providers come last.
  const reachesNobody = (): void => afterEach(() => expect(host.upstream.requests).toHaveLength(0));

  describe("bodies", () => {
    reachesNobody();

    test.each<[string, string | Buffer | undefined, number, string | null, string | null]>([
      ["no JSON", "model=named", 400, "invalid_json", null],
      ["half a document", `{"model":"named",${message}`, 400, "invalid_json", null],
      ["two documents", `{"model":"named",${message}}{}`, 400, "invalid_json", null],
      ["a list", `[{"model":"named"}]`, 400, null, null],
      ["an empty body", "", 400, "invalid_json", null],
      ["no body", undefined, 400, "invalid_json", null],
      [
        "invalid UTF-8",
        Buffer.from([...Buffer.from(`{"model":"named","x":"`), 0xff, 0xfe, 0x22, 0x7d]),
        400,
        "invalid_json",
        null,
      ],
      ["duplicate keys", `{"model":"named","mod\\u0065l":"openai/other",${message}}`, 400, null, "model"],
      ["nested too deep", `{"model":"named",${message},"x":${nested(30)}}`, 400, null, null],
      ["nested absurdly deep", `{"model":"named",${message},"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, 400, null, null],
      ["no model", `{${message}}`, 400, "missing_required_parameter", "model"],
      ["model of the wrong type", `{"model":["named"],${message}}`, 400, "invalid_type", "model"],
      ["unknown model", `{"model":"gpt-99",${message}}`, 404, "model_not_found", "model"],
      ["__proto__ as model", `{"model":"__proto__",${message}}`, 404, "model_not_found", "model"],
      ["no messages", `{"model":"named"}`, 400, "missing_required_parameter", "messages"],
      ["messages of the wrong type", `{"model":"named","messages":"hi"}`, 400, "invalid_type", "messages"],
      ["empty messages", `{"model":"named","messages":[]}`, 400, "empty_array", "messages"],
      ["stream of the wrong type", `{"model":"named","stream":"yes",${message}}`, 400, "invalid_type", "stream"],
      ["stored answers", `{"model":"named","store":true,${message}}`, 400, "provider_state_not_allowed", "store"],
    ])("%s", async (_name, body, status, code, param) => {
      const seen = await host.ask(body);
      expectError(seen, { status, code, param });
      expect(seen.headers).not.toHaveProperty("x-graft-target");
    });

    test.each<[string, Record<string, unknown>, string | null, string]>([
      ["an unknown role", { messages: [{ role: "robot", content: "hi" }] }, "invalid_value", "messages[0].role"],
      ["a temperature that is no number", { temperature: "hot" }, "invalid_type", "temperature"],
      ["a parameter this provider cannot honour", { logit_bias: { "50256": -100 } }, "unsupported_parameter", "logit_bias"],
    ])("%s, where the request is translated", async (_name, more, code, param) => {
      for (const stream of [false, true]) {
        expectError(await host.ask(question("anthropic/demo", { ...more, stream })), { status: 400, code, param });
      }
    });

    test("what content-type the client calls it does not matter, JSON does", async () => {
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
        const headers = { "content-type": type };
        expectError(await host.ask("model=named", { headers }), { status: 400, code: "invalid_json" });
        expectError(await host.ask(question("nope"), { headers }), { status: 404, code: "model_not_found", param: "model" });
      }
    });
  });

  describe("size", () => {
    reachesNobody();

    const tooLarge = { status: 413, code: "request_too_large" };

    test.each([{}, { "transfer-encoding": "chunked" }])("over the limit, %j", async (headers) => {
      expectError(await host.ask(question("named", { user: "x".repeat(LIMIT) }), { headers }), tooLarge);
    });

    test.each([{}, { "transfer-encoding": "chunked" }])("over every buffer on the way, %j", async (headers) => {
      const seen = await host.ask(question("named", { user: "x".repeat(8_000_000) }), { headers });
      // A server may close before it has read all: the client then sees the answer or a broken pipe.
      if (seen.status !== undefined) expectError(seen, tooLarge);
      else expect(seen.error).toMatch(/EPIPE|ECONNRESET/);
    });
  });

  describe("paths and methods", () => {
    reachesNobody();

    test.each<[string, string, number, string]>([
      ["GET", "/", 404, "not_found"],
      ["POST", "/v1/nothing", 404, "not_found"],
      ["POST", "/v1/chat/completions/more", 404, "not_found"],
      ["GET", "/v1/models/nope", 404, "model_not_found"],
      ["GET", "/v1/chat/completions", 405, "method_not_allowed"],
      ["PUT", "/v1/chat/completions", 405, "method_not_allowed"],
      ["DELETE", "/v1/models/named", 405, "method_not_allowed"],
      ["POST", "/v1/models", 405, "method_not_allowed"],
    ])("%s %s", async (method, path, status, code) => {
      const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
      const seen = await call(`${host.url}${path}`, { method, ...body });
      expectError(seen, { status, code, param: code === "model_not_found" ? "model" : null });
      if (status === 405) expect(seen.headers["allow"]).toMatch(/POST|GET, HEAD/);
    });

    test.each(["/v1/chat/completions", "/v1/nothing"])("HEAD %s has no body", async (path) => {
      const seen = await call(`${host.url}${path}`, { method: "HEAD" });
      expect([404, 405]).toContain(seen.status);
      expect([seen.body.length, seen.complete]).toEqual([0, true]);
    });

    test("no HTTP at all is not our business, and the next request is", async () => {
      const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
      let received = "";
      socket.write("\u0016\u0003\u0001 no http\r\n\r\n");
      for await (const piece of socket.setEncoding("latin1") as AsyncIterable<string>) received += piece;
      expect(received).toMatch(/^HTTP\/1\.1 400/);
      expect((await call(`${host.url}/v1/models`, { method: "GET" })).status).toBe(200);
    });
  });

  test("errors are in the records, and say whose they are", async () => {
    const unknown = await host.ask(question("nope"));
    expect(await host.record(unknown)).toMatchObject({
      status: 404,
      error: "model_not_found",
      alias: "nope",
      attempts: 0,
      outcome: "complete",
      caller: "ip:127.0.0.1",
    });
    const broken = await host.ask("{");
    expect(await host.record(broken)).toMatchObject({ status: 400, error: "invalid_json", attempts: 0 });
  });

  test("what clients wrote comes back neither as a header nor at length", async () => {
    const seen = await chat(host.url, question(`no-such\r\nx-evil: 1 ${"long".repeat(1000)}`));
    expectError(seen, { status: 404, code: "model_not_found", param: "model" });
    expect(seen.headers).not.toHaveProperty("x-evil");
    expect(JSON.stringify(json(seen)).length).toBeLessThan(600);
  });

  describe("a provider fails", () => {
    test.each<[string, number, string | null, string, Record<string, string>]>([
      ["openai/do-429", 429, "rate_limit_exceeded", "rate_limit_error", { "retry-after": "2" }],
      ["anthropic/do-429", 429, "rate_limit_exceeded", "rate_limit_error", { "retry-after": "2" }],
      ["anthropic/do-529", 503, "upstream_overloaded", "server_error", { "retry-after": "2" }],
      ["gemini/do-429", 429, "rate_limit_exceeded", "rate_limit_error", { "retry-after": "2" }],
      ["openai/do-500", 502, "upstream_error", "server_error", {}],
      ["openai/do-html-error", 502, "upstream_error", "server_error", {}],
      ["openai/do-401", 502, "upstream_authentication_failed", "server_error", {}],
      ["gemini/do-bad-key", 502, "upstream_authentication_failed", "server_error", {}],
      ["anthropic/do-context-length", 400, "context_length_exceeded", "invalid_request_error", {}],
      ["openai/do-hang-before-headers", 504, "upstream_timeout", "server_error", { "x-should-retry": "true" }],
      ["openai/do-reset-before-headers", 503, "unavailable", "server_error", { "x-should-retry": "true" }],
    ])("%s: %i", async (model, status, code, type, headers) => {
      for (const seen of await Promise.all([false, true].map((stream) => host.ask(question(model, { stream }))))) {
        const { param } = (json(seen) as { error: { param: string | null } }).error;
        expectError(seen, { status, code, type, param });
        expect(seen.headers).toMatchObject({ ...headers, "x-graft-target": model, "x-graft-attempts": "1" });
        expect(seen.body.toString()).not.toMatch(/<html|sk-/);
      }
    });
  });
});
