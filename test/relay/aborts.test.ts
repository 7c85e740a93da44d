/** A client that goes away takes its call at the provider with it, at once, in whatever state both are. */
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { allOver, type Bench, question, startBench, Talk } from "./support";
import { someTurns, until } from "./upstream/support";

let bench: Bench;

afterEach(() => bench.close());

const cancelled = async (): Promise<void> => {
  const [request] = bench.upstream.requests;
  await request?.finished;
  expect(request?.aborted).toBe(true);
};

/** Once: one record, nothing left, and nobody complained. */
async function leftNothing(): Promise<void> {
  await allOver(bench, 1);
  await someTurns();
  expect([bench.records.length, bench.finished(), bench.complaints]).toEqual([1, 1, []]);
  expect(bench.records).toMatchObject([{ outcome: "aborted" }]);
}

/** Only the head of a request, and the beginning of its body. */
async function halfRequest(): Promise<Socket> {
  const socket = connect({ port: bench.relay.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {}).resume();
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{"model":`);
  await until(() => bench.exchanges.size === 1);
  return socket;
}

test.each(["gone", "reset", "half closed"])("while its body is read (%s)", async (how) => {
  bench = await startBench();
  const socket = await halfRequest();
  if (how === "gone") socket.destroy();
  else if (how === "reset") socket.resetAndDestroy();
  else socket.end();
  await leftNothing();
  expect(bench.upstream.requests).toHaveLength(0);
  expect(bench.records).toMatchObject([{ status: 0, attempts: 0 }]);
  socket.destroy();
});

describe.each(["openai", "anthropic", "gemini"])("%s", (provider) => {
  test.each([true, false])("while the provider thinks (streamed: %p)", async (stream) => {
    bench = await startBench();
    const talk = new Talk(bench.url, question(`${provider}/do-hang-before-headers`, { stream }));
    await bench.upstream.waitFor(1);
    talk.leave();
    await cancelled();
    await leftNothing();
  });

  test.each([true, false])("after the provider's head, before its answer (streamed: %p)", async (stream) => {
    bench = await startBench();
    const talk = new Talk(bench.url, question(`${provider}/do-hang-after-headers`, { stream }));
    await bench.upstream.waitFor(1);
    await delay(20);
    expect(talk.response).toBeUndefined();
    talk.leave();
    await cancelled();
    await leftNothing();
  });

  test("in mid-stream", async () => {
    bench = await startBench();
    const talk = new Talk(bench.url, question(`${provider}/do-hang-mid-stream-6`, { stream: true }));
    await talk.has("chat.completion.chunk");
    talk.leave();
    await cancelled();
    await leftNothing();
    expect(bench.records).toMatchObject([{ status: 200, stream: true }]);
  });
});

test("a client that has said all and closes its side only is gone as well", async () => {
  bench = await startBench();
  const body = JSON.stringify(question("openai/do-hang-before-headers"));
  const socket = connect({ port: bench.relay.port, host: "127.0.0.1", allowHalfOpen: true }).resume();
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await bench.upstream.waitFor(1);
  socket.end();
  await cancelled();
  await leftNothing();
});

test("while the relay waits before another try: there is none", async () => {
  bench = await startBench({ models: { m: ["openai/x", "openai/x"] } });
  bench.upstream.script({ do: "canned", status: 503, headers: { "retry-after": "9" }, pieces: ["{}"] });
  const talk = new Talk(bench.url, question("m"));
  await bench.upstream.waitFor(1);
  await until(() => bench.gateway.providers.get("openai")?.health.admits("x") === false);
  talk.leave();
  await leftNothing();
  expect(bench.upstream.requests).toHaveLength(1);
  expect(bench.records).toMatchObject([{ status: 0, attempts: 1 }]);
});

test("while the second target thinks", async () => {
  bench = await startBench({ models: { m: ["openai/do-garbage-json", "anthropic/do-hang-before-headers"] } });
  const talk = new Talk(bench.url, question("m"));
  await bench.upstream.waitFor(2);
  talk.leave();
  await bench.upstream.requests[1]?.finished;
  expect(bench.upstream.requests.map(({ aborted }) => aborted)).toEqual([false, true]);
  await leftNothing();
  expect(bench.records).toMatchObject([{ status: 0, attempts: 2, error: undefined }]);
});

test("while the answer waits for a client that does not read", async () => {
  bench = await startBench();
  const event = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(60_000)}"},"finish_reason":null}]}\n\n`;
  const pieces = Array.from({ length: 400 }, () => event);
  bench.upstream.script({ do: "canned", headers: { "content-type": "text/event-stream" }, pieces });
  const talk = new Talk(bench.url, question("openai/x", { stream: true }), { reads: false });
  await until(() => talk.response !== undefined);
  await delay(100);
  expect(bench.exchanges.size).toBe(1);
  talk.leave();
  await cancelled();
  await leftNothing();
});

test("an answer that is complete stays complete, although the client leaves the moment it has it", async () => {
  bench = await startBench();
  const talk = new Talk(bench.url, question("openai/x"));
  await talk.over();
  talk.leave();
  await allOver(bench, 1);
  expect(bench.records).toMatchObject([{ outcome: "complete", status: 200 }]);
});

test("2,000 clients that leave at any time leave nothing behind", async () => {
  bench = await startBench({ models: { m: ["openai/do-503", "openai/do-slow-first-token-20"] } });
  const models = ["m", "openai/fine", "anthropic/do-drip", "openai/do-hang-mid-stream-2", "gemini/do-slow-headers-10"];
  let begun = 0;
  const client = async (number: number): Promise<void> => {
    const talk = new Talk(bench.url, question(models[number % models.length] ?? "", { stream: number % 3 > 0 }));
    begun += 1;
    await delay((number * 7) % 40);
    talk.leave();
  };
  for (let round = 0; round < 40; round += 1)
    await Promise.all(Array.from({ length: 50 }, (_, index) => client(round * 50 + index)));
  expect(begun).toBe(2000);
  await allOver(bench, 0);
  await until(() => bench.records.length === bench.finished());
  await until(() => bench.upstream.requests.every(({ times }) => times.end !== undefined));
  expect(bench.complaints).toEqual([]);
  const ids = bench.records.map(({ exchange }) => exchange);
  expect(new Set(ids).size).toBe(ids.length);
  // Every byte of every body is given back, also of those whose connection is only now accepted: all of the bound can be held again.
  const allFree = (): boolean => {
    try {
      bench.exchanges.hold(1000, { maxInflightBytes: 1000 });
      return true;
    } catch {
      return false;
    }
  };
  await until(() => bench.exchanges.size === 0 && allFree());
}, 60_000);
