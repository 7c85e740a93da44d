/** Bodies, connections and exchanges: what is too much is refused in words, and nothing is held for longer than it is needed. */
import { Agent } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { call } from "../upstream/raw-client";
import { allOver, type Bench, errorIn, question, startBench, Talk } from "./support";
import { until } from "./upstream/support";

let bench: Bench;

afterEach(() => bench.close());

const bounds = (it: string): { file: string } => ({ file: `bounds: { ${it} }` });
const json = (body: Buffer): unknown => JSON.parse(body.toString("utf8")) as unknown;
const url = (): string => `${bench.url}/v1/chat/completions`;

describe("a body that is too large", () => {
  test("is refused with 413, and its connection serves the next request", async () => {
    bench = await startBench(bounds("max_request_bytes: 1024"));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let times = 0; times < 3; times += 1) {
      const seen = await call(url(), { body: question("openai/x", { user: "x".repeat(200_000) }), agent });
      expect([seen.status, errorIn(json(seen.body)).code]).toEqual([413, "request_too_large"]);
      expect((await call(url(), { body: question("openai/x"), agent })).status).toBe(200);
    }
    agent.destroy();
    await allOver(bench, 6);
    expect(bench.records.map(({ status }) => status)).toEqual([413, 200, 413, 200, 413, 200]);
  });

  test("also where it does not say its size, and goes on for a while", async () => {
    bench = await startBench(bounds("max_request_bytes: 1024"));
    const socket = connect(bench.relay.port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `800\r\n${"x".repeat(0x800)}\r\n`;
    for (let times = 0; times < 200; times += 1) socket.write(chunk);
    await until(() => text.includes("request_too_large"));
    expect(text).toContain("HTTP/1.1 413 ");
    await allOver(bench, 1);
    // The rest of it is read, and then the next request on the connection.
    const body = JSON.stringify(question("openai/x"));
    socket.write(`0\r\n\r\nPOST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await until(() => text.includes("HTTP/1.1 200 "));
    socket.destroy();
    await allOver(bench, 2);
  });

  test("and whose sender goes away instead of going on: its connection is not kept", async () => {
    bench = await startBench(bounds("max_request_bytes: 1024"));
    const socket = connect({ port: bench.relay.port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    const closed = new Promise((resolve) => socket.once("end", resolve));
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write(`800\r\n${"x".repeat(0x800)}\r\n`);
    await until(() => text.includes("request_too_large"));
    socket.end();
    await closed;
    socket.destroy();
    await allOver(bench, 1);
  });
});

test("bodies in flight are counted while they come, refused beyond the bound, and given back", async () => {
  bench = await startBench(bounds("max_inflight_bytes: 10000"));
  const open = (bytes: number) => {
    const socket = connect(bench.relay.port, "127.0.0.1").on("error", () => {});
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 9000\r\n\r\n${"x".repeat(bytes)}`);
    return socket;
  };
  const first = open(8000);
  await until(() => bench.exchanges.size === 1);
  await delay(20);
  const seen = await call(url(), { body: question("openai/x", { user: "x".repeat(3000) }) });
  expect([seen.status, errorIn(json(seen.body)).code, seen.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
  expect(bench.upstream.requests).toHaveLength(0);
  first.destroy();
  await allOver(bench, 2);
  expect((await call(url(), { body: question("openai/x", { user: "x".repeat(3000) }) })).status).toBe(200);
  await allOver(bench, 3);
  expect(() => bench.exchanges.hold(10_000, { maxInflightBytes: 10_000 })).not.toThrow();
});

test("one exchange more than the bound is refused at once, and is served when there is room", async () => {
  bench = await startBench(bounds("max_exchanges: 2"));
  const talks = [1, 2].map(() => new Talk(bench.url, question("openai/do-hang-before-headers")));
  await bench.upstream.waitFor(2);
  const seen = await call(url(), { body: question("openai/x") });
  expect([seen.status, seen.headers["x-should-retry"]]).toEqual([503, "true"]);
  talks[0]?.leave();
  await until(() => bench.exchanges.size === 1);
  expect((await call(url(), { body: question("openai/x") })).status).toBe(200);
  talks[1]?.leave();
  await allOver(bench, 4);
  expect([bench.records.length, bench.finished()]).toEqual([4, 4]);
});

test("an answer over the bound is an error, not memory", async () => {
  bench = await startBench(bounds("max_response_bytes: 100000"));
  const seen = await call(url(), { body: question("openai/do-huge-body-4") });
  expect([seen.status, errorIn(json(seen.body)).code]).toEqual([502, "upstream_invalid_response"]);
  await bench.upstream.requests[0]?.finished;
  expect(bench.upstream.requests[0]?.aborted).toBe(true);
});

test("a slow client holds the provider back: what is between them has a bound", async () => {
  bench = await startBench();
  const event = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(60_000)}"},"finish_reason":null}]}\n\n`;
  const count = 1000;
  let sent = 0;
  const last = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
  const pieces = Object.assign(
    Array.from({ length: count }, () => event),
    {
      *[Symbol.iterator]() {
        for (; sent < count; sent += 1) yield event;
        yield last;
      },
    },
  );
  bench.upstream.script({ do: "canned", headers: { "content-type": "text/event-stream" }, pieces });
  const talk = new Talk(bench.url, question("openai/x", { stream: true }), { reads: false });
  await until(() => talk.response !== undefined);
  let before = -1;
  while (sent !== before) {
    before = sent;
    await delay(100);
  }
  // Of 60 MB, what two pairs of kernels and the two programs hold.
  expect(sent * event.length).toBeLessThan(24_000_000);
  talk.read();
  await talk.over();
  expect([talk.outcome, talk.text.length]).toEqual(["end", count * event.length + last.length]);
  await allOver(bench, 1);
}, 20_000);
