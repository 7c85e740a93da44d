/** One call as Envoy tells it, message by message; also as it never should. */
import { answerAttempt } from "../../envoy/answer-attempt";
import { LevelOne } from "../../envoy/level-one";
import { ATTRIBUTES } from "../../envoy/metadata";
import { Exchanges } from "../../plugins/core/exchanges";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { ExchangeRecord } from "../../plugins/core/record";
import type { Gateway } from "../../plugins/gateway";
import { decodeRequest } from "../../proto/decode-request";
import type { ProcessingResponse } from "../../proto/ext-proc";
import { envoy } from "../../proto/generated/messages";
import { fromStruct, toStruct } from "../../proto/struct";
import { chat, services } from "../support/exchange";
import { gatewayOf } from "../support/gateway";

const { ProcessingRequest } = envoy.service.ext_proc.v3;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await gatewayOf(`version: 1
providers:
  openai: { kind: openai, base_url: "http://127.0.0.1:1/v1", api_keys: [sk-a] }
  anthropic: { kind: anthropic, base_url: "http://127.0.0.1:1", api_keys: [sk-b] }
policies:
  default:
    models:
      - { name: m, targets: [{ provider: openai, model: gpt }, { provider: anthropic, model: claude }] }
      - { name: claude, targets: [{ provider: anthropic, model: claude }] }
  strict:
    unsupported_params: error
    models:
      - { name: m, targets: [{ provider: openai, model: gpt }, { provider: anthropic, model: claude }] }
envoy:
  routes: [{ prefix: /strict, policy: strict }, { policy: default }]
bounds: { max_inflight_bytes: 4096 }
`);
});

function open() {
  const exchanges = new Exchanges();
  const sent: ProcessingResponse[] = [];
  const finished: Promise<ExchangeRecord | undefined>[] = [];
  const context = {
    gateway: () => gateway,
    exchanges,
    handOffPath: "/tmp/x.sock",
    newId: services.newId,
    countHandOff: () => undefined,
    finish: (pipeline: Pipeline) => void finished.push(pipeline.log("aborted")),
  };
  const stream = {
    metadata: new Map<string, string>(),
    send: (it: ProcessingResponse) => sent.push(it) > 0,
    fail: () => undefined,
  };
  const level = new LevelOne(context, stream);
  return {
    exchanges,
    close: () => level.close(),
    record: async () => finished[0],
    finished,
    /** What is sent back. */
    async tell(message: envoy.service.ext_proc.v3.ProcessingRequest.$Properties): Promise<ProcessingResponse | undefined> {
      const before = sent.length;
      await level.message(decodeRequest(ProcessingRequest.encode(message).finish()));
      expect(sent.length - before).toBeLessThanOrEqual(1);
      return sent[before];
    },
  };
}

const map = (headers: Readonly<Record<string, string>>) => ({
  headers: Object.entries(headers).map(([key, value]) => ({ key, rawValue: Buffer.from(value) })),
});
const requestHeaders = (headers: Readonly<Record<string, string>> = {}, endOfStream = false, policy = "default") => ({
  requestHeaders: { headers: map({ ":method": "POST", ":path": "/v1/chat/completions", ...headers }), endOfStream },
  attributes: {
    "envoy.filters.http.ext_proc": toStruct({ [ATTRIBUTES.policy]: policy, [ATTRIBUTES.sourceAddress]: "192.0.2.1:1" }),
  },
});
const requestBody = (body: Buffer = chat()) => ({ requestBody: { body, endOfStream: true } });
const responseHeaders = (headers: Readonly<Record<string, string>> = {}, endOfStream = false, details = "via_upstream") => ({
  responseHeaders: { headers: map({ ":status": "200", "content-type": "application/json", ...headers }), endOfStream },
  attributes: { "envoy.filters.http.ext_proc": toStruct({ [ATTRIBUTES.codeDetails]: details }) },
});
const responseBody = (body: string, endOfStream = true) => ({ responseBody: { body: Buffer.from(body), endOfStream } });
const SSE = { "content-type": "text/event-stream" };

const ANSWER = JSON.stringify({ model: "gpt", choices: [{ index: 0, message: { content: "hi" }, finish_reason: "stop" }] });

const textOf = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();
const setBy = (it: ProcessingResponse | undefined) => {
  const common = it?.responseBody?.response ?? it?.responseHeaders?.response;
  const mutation = it?.immediateResponse?.headers ?? common?.headerMutation;
  return Object.fromEntries((mutation?.setHeaders ?? []).map(({ header }) => [header?.key, textOf(header?.rawValue)]));
};

test("a whole call, and nothing is left of it", async () => {
  const it = open();
  expect(await it.tell(requestHeaders())).toEqual({ requestHeaders: {} });
  expect(it.exchanges.size).toBe(1);
  const out = await it.tell(requestBody());
  expect(JSON.parse(textOf(out?.requestBody?.response?.bodyMutation?.body))).toMatchObject({ model: "gpt" });
  await it.tell(responseHeaders());
  expect(await it.tell(responseBody(ANSWER))).toEqual({ responseBody: {} });
  it.close();
  expect(it.exchanges.size).toBe(0);
  expect(await it.record()).toMatchObject({ status: 200, outcome: "complete", model: "gpt" });
});

describe("held request bodies", () => {
  const big = chat({ padding: "x".repeat(3000) });

  test("are given back however the call ends", async () => {
    const exchanges: Exchanges[] = [];
    for (const messages of [
      [requestHeaders(), requestBody(big)],
      [requestHeaders(), requestBody(big), requestBody(chat()), requestBody(Buffer.from("{"))],
      [requestHeaders(), requestBody(big), requestBody(big)],
      [requestHeaders(), requestBody(Buffer.concat([big, big]))],
      [requestHeaders(), requestBody(big), responseHeaders(), responseBody(ANSWER)],
      [requestHeaders({}, true)],
    ]) {
      const it = open();
      exchanges.push(it.exchanges);
      for (const message of messages) await it.tell(message);
      it.close();
      expect(it.exchanges.size).toBe(0);
    }
    for (const it of exchanges) expect(() => it.hold(4096, gateway.config.bounds)).not.toThrow();
  });

  test("also when the call ends while it is read", async () => {
    const it = open();
    await it.tell(requestHeaders());
    const reading = it.tell(requestBody(big));
    it.close();
    await reading;
    expect(await it.record()).toMatchObject({ outcome: "aborted" });
    expect(() => it.exchanges.hold(4096, gateway.config.bounds)).not.toThrow();
  });

  test("over the bound: 503 with a time to come back, in the client's dialect", async () => {
    const it = open();
    it.exchanges.hold(4096, gateway.config.bounds);
    await it.tell(requestHeaders());
    const out = await it.tell(requestBody());
    expect(out?.immediateResponse?.status?.code).toBe(503);
    expect(setBy(out)).toMatchObject({ "retry-after": "1", "x-should-retry": "true" });
    expect(JSON.parse(textOf(out?.immediateResponse?.body))).toMatchObject({ error: { code: "unavailable" } });
  });
});

test("a stream that is over with its head ends in a typed error that is called a stream", async () => {
  for (const model of ["m", "claude"]) {
    const it = open();
    await it.tell(requestHeaders());
    await it.tell(requestBody(chat({ model, stream: true })));
    const out = await it.tell(responseHeaders(SSE, true));
    expect(setBy(out)["content-type"]).toContain("text/event-stream");
    expect(textOf(out?.immediateResponse?.body)).toContain(`data: {"error":`);
    expect(textOf(out?.immediateResponse?.body)).not.toContain("[DONE]");
  }
});

test("nothing of the provider's headers stays on an answer that is made here, whatever their names", async () => {
  const it = open();
  await it.tell(requestHeaders());
  await it.tell(requestBody(chat({ model: "claude" })));
  await it.tell(
    responseHeaders({ ":status": "500", "set-cookie": "a=b", constructor: "1", ["__proto__"]: "2", "x-graft-target": "forged" }),
  );
  const out = await it.tell(responseBody("{}"));
  const removed = out?.responseBody?.response?.headerMutation?.removeHeaders;
  expect(removed).toEqual(expect.arrayContaining(["set-cookie", "constructor", "__proto__"]));
  expect(setBy(out)).toMatchObject({ ":status": "502", "x-graft-target": "anthropic/claude" });
});

test("what level 2 refuses an attempt for is what the client reads, not that nobody could be reached", async () => {
  const it = open();
  await it.tell(requestHeaders({}, false, "strict"));
  const out = await it.tell(requestBody(chat({ seed: 1 })));
  const { id } = fromStruct(out?.dynamicMetadata)["graft"] as { id: string };
  const refused = await answerAttempt(it.exchanges.find(id) as Pipeline, { id, number: 2, headerNames: [] });
  expect(refused.immediateResponse?.status?.code).toBe(400);
  await it.tell(responseHeaders({ ":status": "400" }, false, refused.immediateResponse?.details ?? ""));
  const answer = await it.tell(responseBody(textOf(refused.immediateResponse?.body)));
  expect(setBy(answer)).toMatchObject({ ":status": "400" });
  expect(setBy(answer)).not.toHaveProperty("x-should-retry");
  const body = JSON.parse(textOf(answer?.responseBody?.response?.bodyMutation?.body));
  expect(body).toMatchObject({ error: { code: "unsupported_parameter", param: "seed" } });
});

test("after an error event the client's stream is ended, whatever else the provider sends", async () => {
  const it = open();
  await it.tell(requestHeaders());
  await it.tell(requestBody(chat({ model: "claude", stream: true })));
  expect((await it.tell(responseHeaders(SSE)))?.modeOverride).toBeDefined();
  const error = { type: "error", error: { type: "overloaded_error", message: "busy" } };
  const out = await it.tell(responseBody(`event: error\ndata: ${JSON.stringify(error)}\n\n`, false));
  expect(textOf(out?.responseBody?.response?.bodyMutation?.body)).toContain("busy");
  expect((await it.tell(responseBody("data: {}\n\n", false)))?.immediateResponse).toBeDefined();
  it.close();
  expect(await it.record()).toMatchObject({ error: "upstream_busy" });
});

test.each([
  ["an answer without a request", [responseHeaders({ ":status": "401" }), responseBody("denied")]],
  ["a body without a request", [requestBody()]],
  ["an answer's body without its head", [requestHeaders(), requestBody(), responseBody(ANSWER)]],
  ["an answer before a body", [requestHeaders(), responseHeaders(), responseBody(ANSWER)]],
  [
    "two answers",
    [requestHeaders(), requestBody(), responseHeaders(), responseHeaders(), responseBody(ANSWER), responseBody(ANSWER)],
  ],
  ["an answer without a status", [requestHeaders(), requestBody(), responseHeaders({ ":status": "" }), responseBody(ANSWER)]],
  ["headers without attributes", [{ requestHeaders: { headers: map({}) } }, requestBody()]],
  ["no headers at all", [{ requestHeaders: {} }, requestBody()]],
  ["trailers", [requestHeaders(), requestBody(), { requestTrailers: {} }, responseHeaders(), { responseTrailers: {} }]],
])("%s: every message has its answer, and the call its end", async (_name, messages) => {
  const it = open();
  for (const message of messages) expect(await it.tell(message)).toBeDefined();
  it.close();
  await it.record();
  expect(it.exchanges.size).toBe(0);
  expect(it.finished.length).toBeLessThanOrEqual(1);
});
