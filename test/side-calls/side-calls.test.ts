/** Calls to models beside the client's own, over real connections to a provider on loopback. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChatRequest } from "../../plugins/core/chat";
import { GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Target } from "../../plugins/core/target";
import { Upstream } from "../../plugins/relay/upstream";
import { ModelCalls, textOf } from "../../plugins/side-calls";
import { alias, openPipeline, services, target } from "../support/exchange";

const QUESTION: ChatRequest = {
  kind: "chat",
  model: "judge",
  messages: [{ role: "user", parts: [{ type: "text", text: "Is this fine?" }] }],
  stream: true,
  includeUsage: true,
  extra: {},
};
const ANSWER = JSON.stringify({
  id: "x",
  model: "judge-1",
  choices: [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
});

let server: Server;
let seen: { request: IncomingMessage; body: string }[];
let answer: { status: number; type: string; body: string } | undefined;
const upstream = new Upstream({ env: {} });
const calls = new ModelCalls(upstream, services);

beforeEach(async () => {
  seen = [];
  answer = { status: 200, type: "application/json", body: ANSWER };
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      seen.push({ request, body: Buffer.concat(pieces).toString() });
      if (answer === undefined) return;
      response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

afterAll(() => upstream.close());

function judge(): Target {
  const it = target("openai", "judge-1");
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...it, provider: { ...it.provider, scheme: "http", authority } };
}

function exchange(): Exchange {
  return openPipeline({ aliases: [alias("m", [target("openai", "gpt-4o")])], headers: { "x-secret": "client's" } }).exchange;
}

const OPTIONS = { purpose: "guard:test", timeoutMs: 2000 };

test("asked whole, with our key and nothing of the client's; what it used is the exchange's", async () => {
  const it = exchange();
  const events = await calls.ask(it, judge(), QUESTION, OPTIONS);
  expect(textOf(events)).toBe("yes");
  const [{ request, body } = { request: undefined, body: "" }] = seen;
  expect(request?.url).toBe("/base/chat/completions");
  expect(request?.headers["authorization"]).toBe("Bearer sk-openai");
  expect(request?.headers["x-secret"]).toBeUndefined();
  expect(JSON.parse(body)).toEqual({ model: "judge-1", messages: [{ role: "user", content: "Is this fine?" }] });
  expect(it.sideCalls).toEqual([
    { purpose: "guard:test", target: expect.anything(), usage: expect.objectContaining({ input: 7, output: 1 }) },
  ]);
});

test("nothing is sent where the exchange may not go", async () => {
  const it = exchange();
  it.restrictions.push(() => new GraftError("forbidden", "not there"));
  await expect(calls.ask(it, judge(), QUESTION, OPTIONS)).rejects.toMatchObject({ kind: "forbidden" });
  expect(seen).toHaveLength(0);
  expect(it.sideCalls).toHaveLength(0);
});

test("told before it is sent, and not sent when that fails", async () => {
  const it = exchange();
  const told: string[] = [];
  it.sideCallWitnesses.push((purpose, { model }, { body }) => {
    told.push(`${purpose} ${model} ${body.length > 0} ${seen.length}`);
    if (told.length === 2) throw new GraftError("unavailable", "no record");
  });
  await calls.ask(it, judge(), QUESTION, OPTIONS);
  expect(told).toEqual(["guard:test judge-1 true 0"]);
  await expect(calls.ask(it, judge(), QUESTION, OPTIONS)).rejects.toMatchObject({ kind: "unavailable" });
  expect(seen).toHaveLength(1);
});

test.each([
  ["an error", { status: 500, type: "application/json", body: '{"error":{"message":"no"}}' }, "upstream_failed"],
  ["a refused key", { status: 401, type: "application/json", body: "{}" }, "upstream_auth"],
  ["no JSON", { status: 200, type: "text/html", body: "<html>" }, "upstream_invalid"],
  ["silence", undefined, "timeout"],
])("%s rejects, and the call is still told of", async (_name, said, kind) => {
  answer = said;
  const it = exchange();
  await expect(calls.ask(it, judge(), QUESTION, { ...OPTIONS, timeoutMs: 200 })).rejects.toMatchObject({ kind });
  expect(it.sideCalls).toEqual([{ purpose: "guard:test", target: expect.anything(), usage: undefined }]);
});

test("a provider that streams all the same is understood", async () => {
  const chunk = { id: "x", model: "j", choices: [{ index: 0, delta: { content: "no" }, finish_reason: "stop" }] };
  answer = { status: 200, type: "text/event-stream", body: `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` };
  expect(textOf(await calls.ask(exchange(), judge(), QUESTION, OPTIONS))).toBe("no");
});

test.each([
  ["nothing", undefined],
  ["zeros", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
])("a provider that says %s of usage: it is estimated, not free", async (_name, usage) => {
  answer = { status: 200, type: "application/json", body: JSON.stringify({ ...JSON.parse(ANSWER), usage }) };
  const it = exchange();
  await calls.ask(it, judge(), QUESTION, OPTIONS);
  const body = seen[0]?.body ?? "";
  expect(it.sideCalls[0]?.usage).toEqual({ input: Math.ceil(body.length / 4), output: 1, estimated: true });
});
