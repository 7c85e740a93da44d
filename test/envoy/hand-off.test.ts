import { statSync } from "node:fs";
import { createServer, request } from "node:http";
import { askOwner, handOffPath, serveHandOff, tellOwner } from "../../envoy/hand-off";
import { DEFAULT_BOUNDS } from "../../plugins/core/bounds";
import { Exchanges } from "../../plugins/core/exchanges";
import { alias, chat, openPipeline, target } from "../support/exchange";

const targets = [target("openai", "gpt-x"), target("anthropic", "claude-x")];

async function owner() {
  const exchanges = new Exchanges();
  const path = handOffPath();
  const server = await serveHandOff(path, exchanges);
  const pipeline = openPipeline({ aliases: [alias("m", targets)] });
  await pipeline.request(chat());
  exchanges.begin(pipeline, DEFAULT_BOUNDS);
  return { exchanges, path, pipeline, id: pipeline.exchange.id, close: () => new Promise((resolve) => server.close(resolve)) };
}

const question = (id: string, number = 2) => ({ id, number, headerNames: ["authorization", ":path"] });

test("another process gets the attempt its owner encodes, byte for byte", async () => {
  const it = await owner();
  const answer = await askOwner(handOffPath(), it.path, question(it.id));
  const common = answer?.requestHeaders?.response;
  expect(JSON.parse(Buffer.from(common?.bodyMutation?.body ?? []).toString())).toMatchObject({ model: "claude-x" });
  expect(common?.headerMutation?.removeHeaders).toEqual(["authorization"]);
  expect(it.pipeline.exchange.attempt).toMatchObject({ number: 2, target: { model: "claude-x" } });
  await it.close();
});

test("an exchange nobody knows, or an owner that is gone, is no answer", async () => {
  const it = await owner();
  expect(await askOwner(handOffPath(), it.path, question("ex_other"))).toBeUndefined();
  it.exchanges.end(it.pipeline, 0);
  expect(await askOwner(handOffPath(), it.path, question(it.id))).toBeUndefined();
  await it.close();
  expect(await askOwner(handOffPath(), it.path, question(it.id))).toBeUndefined();
});

test.each([
  ["no answer at all", Buffer.from([0xff, 0xff, 0xff])],
  ["cut short", Buffer.from([0x0a, 0x7f, 0x01])],
])("an owner that answers in bytes nobody can read (%s) is no answer", async (_name, bytes) => {
  const path = handOffPath();
  const server = createServer((_request, response) => response.writeHead(200).end(bytes));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await askOwner(path, path, question("x"))).toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
});

test("an attempt that cannot be put into an answer is a refusal, and the owner lives on", async () => {
  const it = await owner();
  const attempt = it.pipeline.attempt.bind(it.pipeline);
  it.pipeline.attempt = async (number) => {
    const step = await attempt(number);
    return step.kind === "send" ? { ...step, request: { ...step.request, body: undefined as never } } : step;
  };
  expect(await askOwner(handOffPath(), it.path, question(it.id))).toBeUndefined();
  it.pipeline.attempt = attempt;
  expect(await askOwner(handOffPath(), it.path, question(it.id))).toBeDefined();
  await it.close();
});

test("an owner hears of a failed attempt, and nobody minds one that is gone", async () => {
  const it = await owner();
  await tellOwner(handOffPath(), it.path, { id: it.id, number: 1, status: 429, headers: { "retry-after": "7" } });
  expect(it.pipeline.exchange.facts.of("attempt-failed")).toEqual([
    { kind: "attempt-failed", target: "openai/gpt-x", status: 429 },
  ]);
  await tellOwner(handOffPath(), it.path, { id: "ex_other", number: 1, status: 429, headers: {} });
  await it.close();
  await tellOwner(handOffPath(), it.path, { id: it.id, number: 1, status: 401, headers: {} });
});

test("an owner outside our own directory is never asked", async () => {
  expect(await askOwner(handOffPath(), "/var/run/other.sock", question("x"))).toBeUndefined();
});

test("the socket is for this user only, and gone when closed", async () => {
  const it = await owner();
  expect(statSync(it.path).mode & 0o777).toBe(0o600);
  await it.close();
  expect(() => statSync(it.path)).toThrow();
});

test.each([
  ["not JSON", "{"],
  ["no number", JSON.stringify({ id: "x", headerNames: [] })],
  ["a huge number", JSON.stringify({ id: "x", number: 1e9, headerNames: [] })],
  ["a huge question", JSON.stringify({ id: "x".repeat(300_000), number: 1, headerNames: [] })],
])("a malformed question (%s) is refused and the server lives on", async (_name, body) => {
  const it = await owner();
  const status = await new Promise<number | string>((resolve) => {
    const call = request({ socketPath: it.path, method: "POST", path: "/attempt" }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", (error) => resolve(error.message));
    call.end(body);
  });
  expect(status).not.toBe(200);
  expect(await askOwner(handOffPath(), it.path, question(it.id))).toBeDefined();
  await it.close();
});
