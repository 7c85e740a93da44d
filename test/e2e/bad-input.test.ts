/** What clients get wrong: every answer is an error in OpenAI's shape, and none of it reaches a provider. */
import OpenAI from "openai";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { chat, expectError, question } from "./support/ask";
import { metric } from "./support/metrics";
import { PASS_THROUGH, threeProviders } from "./support/providers";
import { Stack } from "./support/stack";
import { until } from "./support/until";

const LIMIT = 200_000;

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `${threeProviders(upstream)}
bounds: { max_json_depth: 20, max_request_bytes: ${LIMIT} }
policies:
  default:
    unsupported_params: error
    models:
      - { name: named, targets: [{ provider: openai, model: demo }] }
${PASS_THROUGH}`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

afterEach(() => expect(upstream.requests).toHaveLength(0));

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const message = `"messages":[{"role":"user","content":"hi"}]`;

describe("bodies", () => {
  test.each<[string, string | Buffer | undefined, number, string | null, string | null]>([
    ["no JSON", "model=named", 400, "invalid_json", null],
    ["half a document", `{"model":"named",${message}`, 400, "invalid_json", null],
    ["two documents", `{"model":"named",${message}}{}`, 400, "invalid_json", null],
    ["a list", `[{"model":"named"}]`, 400, null, null],
    ["null", "null", 400, null, null],
    ["an empty body", "", 400, "invalid_json", null],
    ["no body", undefined, 400, "invalid_json", null],
    ["invalid UTF-8", Buffer.from([...Buffer.from(`{"model":"named","x":"`), 0xff, 0xfe, 0x22, 0x7d]), 400, "invalid_json", null],
    ["UTF-16", Buffer.from(`{"model":"named",${message}}`, "utf16le"), 400, "invalid_json", null],
    ["duplicate keys", `{"model":"named","model":"openai/other",${message}}`, 400, null, "model"],
    ["duplicate keys, one escaped", `{"model":"named","mod\\u0065l":"other",${message}}`, 400, null, "model"],
    [
      "duplicate keys deep inside",
      `{"model":"named","messages":[{"role":"user","role":"system","content":""}]}`,
      400,
      null,
      "role",
    ],
    ["nested too deep", `{"model":"named",${message},"x":${nested(30)}}`, 400, null, null],
    ["nested absurdly deep", `{"model":"named",${message},"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 400, null, null],
    ["no model", `{${message}}`, 400, "missing_required_parameter", "model"],
    ["empty model", `{"model":"",${message}}`, 400, "missing_required_parameter", "model"],
    ["model of the wrong type", `{"model":["named"],${message}}`, 400, "invalid_type", "model"],
    ["no messages", `{"model":"named"}`, 400, "missing_required_parameter", "messages"],
    ["messages of the wrong type", `{"model":"named","messages":"hi"}`, 400, "invalid_type", "messages"],
    ["empty messages", `{"model":"named","messages":[]}`, 400, "empty_array", "messages"],
    ["stream of the wrong type", `{"model":"named","stream":"yes",${message}}`, 400, "invalid_type", "stream"],
    ["unknown model", `{"model":"gpt-99",${message}}`, 404, "model_not_found", "model"],
    ["pattern without its part", `{"model":"openai/",${message}}`, 404, "model_not_found", "model"],
    ["__proto__ as model", `{"model":"__proto__",${message}}`, 404, "model_not_found", "model"],
    ["stored answers", `{"model":"named","store":true,${message}}`, 400, "provider_state_not_allowed", "store"],
    [
      "a file at the provider",
      `{"model":"named","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f-1"}}]}]}`,
      400,
      "provider_state_not_allowed",
      "messages[0].content[0].file.file_id",
    ],
  ])("%s", async (_name, body, status, code, param) => {
    expectError(await chat(stack.url, body), { status, code, param });
  });

  test.each<[string, Record<string, unknown>, string | null, string]>([
    ["a message that is no object", { messages: ["hi"] }, "invalid_type", "messages[0]"],
    ["an unknown role", { messages: [{ role: "robot", content: "hi" }] }, "invalid_value", "messages[0].role"],
    ["a temperature that is no number", { temperature: "hot" }, "invalid_type", "temperature"],
    ["a parameter this provider cannot honour", { logit_bias: { "50256": -100 } }, "unsupported_parameter", "logit_bias"],
  ])("%s, where the request is translated", async (_name, more, code, param) => {
    for (const provider of ["anthropic", "gemini"]) {
      expectError(await chat(stack.url, question(`${provider}/demo`, more)), { status: 400, code, param });
    }
  });
});

describe("size", () => {
  const body = question("named", { user: "x".repeat(LIMIT) });
  const tooLarge = { status: 413, code: "request_too_large" };

  test("content-length over the limit", async () => {
    expectError(await chat(stack.url, body), tooLarge);
  });

  test("chunked upload over the limit", async () => {
    expectError(await chat(stack.url, body, { headers: { "transfer-encoding": "chunked" } }), tooLarge);
  });

  test("over every buffer on the way", async () => {
    const huge = question("named", { user: "x".repeat(8_000_000) });
    for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
      const seen = await chat(stack.url, huge, { headers });
      // A server may close before it has read all: the client then sees the answer or a broken pipe.
      if (seen.status !== undefined) expectError(seen, tooLarge);
      else expect(seen.error).toMatch(/EPIPE|ECONNRESET/);
    }
  });
});

describe("paths and methods", () => {
  test.each<[string, string, number, string]>([
    ["GET", "/", 404, "not_found"],
    ["GET", "/v1", 404, "not_found"],
    ["POST", "/v1/nothing", 404, "not_found"],
    ["POST", "/v1/chat/completions/more", 404, "not_found"],
    ["GET", "/v1/modelsandmore", 404, "not_found"],
    ["GET", "/v1/models/nope", 404, "model_not_found"],
    ["GET", "/v1/models/%ff", 404, "model_not_found"],
    ["GET", "/v1/chat/completions", 405, "method_not_allowed"],
    ["PUT", "/v1/chat/completions", 405, "method_not_allowed"],
    ["DELETE", "/v1/models/named", 405, "method_not_allowed"],
    ["POST", "/v1/models", 405, "method_not_allowed"],
  ])("%s %s", async (method, path, status, code) => {
    const seen = await call(`${stack.url}${path}`, {
      method,
      ...(method === "GET" || method === "DELETE" ? {} : { body: "{}" }),
    });
    expectError(seen, { status, code, param: code === "model_not_found" ? "model" : null });
  });

  test.each(["/v1/chat/completions", "/v1/nothing"])("HEAD %s has no body", async (path) => {
    const seen = await call(`${stack.url}${path}`, { method: "HEAD" });
    expect([404, 405]).toContain(seen.status);
    expect(seen.body).toHaveLength(0);
    expect(seen.complete).toBe(true);
  });
});

test("the client's own request id comes back, also with an error", async () => {
  const seen = await chat(stack.url, "no", { headers: { "x-request-id": "mine-1" } });
  expect(seen.headers["x-request-id"]).toBe("mine-1");
});

test("the OpenAI SDK throws what its users catch", async () => {
  const client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: "sk", maxRetries: 0 });
  const create = (more: Record<string, unknown>): Promise<unknown> =>
    client.chat.completions.create({ model: "named", messages: [{ role: "user", content: "hi" }], ...more });
  await expect(create({ model: "nope" })).rejects.toThrow(OpenAI.NotFoundError);
  await expect(create({ messages: [] })).rejects.toThrow(OpenAI.BadRequestError);
  await expect(create({ store: true })).rejects.toMatchObject({
    status: 400,
    param: "store",
    code: "provider_state_not_allowed",
  });
  await expect(create({ user: "x".repeat(LIMIT) })).rejects.toMatchObject({ status: 413, code: "request_too_large" });
});

test("all of it is in the records, and the processor is as well as before", async () => {
  expect(await stack.errorLines()).toEqual([]);
  expect(stack.records.length).toBeGreaterThan(30);
  await until("the end of all exchanges", async () =>
    (await metric(stack.adminUrls[0]!, "graft_exchanges_in_flight")) === 0 ? true : undefined,
  );
  const listed = await call(`${stack.url}/v1/models`, { method: "GET" });
  expect(listed.status).toBe(200);
});
