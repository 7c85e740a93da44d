/** Limits that keep a process alive: what is over them is refused in OpenAI's words, and what is under them never notices. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeSse } from "../../plugins/core/sse";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call, type Seen } from "../upstream/raw-client";
import { chat, dataOf, expectError, question, text } from "./support/ask";
import { gate } from "./support/gate";
import { metric } from "./support/metrics";
import { Stack } from "./support/stack";
import { until } from "./support/until";

const KIB = 1024;
const MIB = 1024 * KIB;

let upstream: FakeUpstream;
let stack: Stack;

/** A provider that streams until it is held up or has sent everything. */
let firehose: Server;
let poured = 0;
const EVENT = encodeSse(
  JSON.stringify({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: { content: "x".repeat(16 * KIB) } }],
  }),
);
const END = encodeSse(
  JSON.stringify({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
  }),
);
const EVENTS = 6000;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  firehose = createServer(async (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let count = 0; count < EVENTS && !response.destroyed; count += 1) {
      poured += EVENT.length;
      if (!response.write(EVENT)) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
      response.removeAllListeners("close");
    }
    response.end(`${END}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => firehose.listen(0, "127.0.0.1", resolve));
  stack = await Stack.start({
    config: `
providers:
  openai: { kind: openai, base_url: "${upstream.url}/v1" }
  anthropic: { kind: anthropic, base_url: "${upstream.url}" }
  firehose: { kind: openai, base_url: "http://127.0.0.1:${(firehose.address() as AddressInfo).port}/v1" }
policies:
  default:
    models:
      - { name: one, targets: [{ provider: openai, model: demo }] }
      - { name: other, targets: [{ provider: anthropic, model: demo }] }
      - { name: firehose, targets: [{ provider: firehose, model: m }] }
bounds: { max_exchanges: 4, max_inflight_bytes: 1048576, max_event_bytes: 65536, max_response_bytes: 1048576, max_request_bytes: 2097152 }`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
  firehose?.closeAllConnections();
  firehose?.close();
});

afterEach(() =>
  until("the last exchange's end", async () =>
    (await metric(stack.adminUrls[0]!, "graft_exchanges_in_flight")) === 0 ? true : undefined,
  ),
);

function overloaded(seen: Seen): void {
  expectError(seen, { status: 503, code: "unavailable" });
  expect(seen.headers["retry-after"]).toBe("1");
  expect(seen.headers["x-should-retry"]).toBe("true");
}

test("more exchanges than allowed are sent away, the running ones end well", async () => {
  const { opened, open } = gate();
  upstream.script(...Array.from({ length: 4 }, () => ({ do: "hang-before-headers", until: opened }) as const));
  const admitted = Array.from({ length: 4 }, () => chat(stack.url, question("one")));
  await upstream.waitFor(4);
  for (const stream of [false, true]) overloaded(await chat(stack.url, question("other", { stream })));
  // Not an exchange: costs nothing to keep.
  expect((await call(`${stack.url}/v1/models`, { method: "GET" })).status).toBe(200);
  open();
  for (const seen of await Promise.all(admitted)) expect(seen.status).toBe(200);
  expect((await chat(stack.url, question("other"))).status).toBe(200);
});

test("request bodies over the memory set aside are sent away, and their memory is given back", async () => {
  const { opened, open } = gate();
  const before = upstream.requests.length;
  upstream.script({ do: "hang-before-headers", until: opened });
  const large = question("one", { user: "x".repeat(700 * KIB) });
  const admitted = chat(stack.url, large);
  await upstream.waitFor(before + 1);
  overloaded(await chat(stack.url, large));
  expect((await chat(stack.url, question("one"))).status).toBe(200);
  open();
  expect((await admitted).status).toBe(200);
  for (let count = 0; count < 3; count += 1) expect((await chat(stack.url, large)).status).toBe(200);
});

test.each([
  ["one", "data: ", { choices: [{ index: 0, delta: { content: "x".repeat(200 * KIB) } }] }],
  [
    "other",
    "event: content_block_delta\ndata: ",
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x".repeat(200 * KIB) } },
  ],
])("an event over its limit ends the stream of %s with an error", async (model, field, event) => {
  upstream.script({
    do: "canned",
    headers: { "content-type": "text/event-stream" },
    pieces: [`${field}${JSON.stringify(event)}\n\n`],
  });
  const seen = await chat(stack.url, question(model, { stream: true }));
  expect(text(seen)).not.toContain("[DONE]");
  expect(JSON.parse(dataOf(seen).at(-1) ?? "{}")).toMatchObject({ error: { type: "server_error" } });
});

test("a client that does not read holds the provider up, not our memory", async () => {
  const before = await metric(stack.adminUrls[0]!, "process_resident_memory_bytes");
  // The exchanges of the tests before end when Envoy has closed them: until then the bound they tested may still refuse this one.
  const response = await until("room for one exchange", async () => {
    const asked = await fetch(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question("firehose", { stream: true })),
    });
    if (asked.status === 200) return asked;
    await asked.arrayBuffer();
    return undefined;
  });
  let last = -1;
  await until("the provider held up", async () => {
    if (poured === last && poured > 0) return true;
    last = poured;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return undefined;
  });
  expect(poured).toBeLessThan((EVENTS * EVENT.length) / 2);
  const held = await metric(stack.adminUrls[0]!, "process_resident_memory_bytes");
  expect((held - before) / MIB).toBeLessThan(60);
  let size = 0;
  let tail = "";
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    size += piece.length;
    tail = (tail + Buffer.from(piece).toString("latin1")).slice(-100);
  }
  expect(size).toBe(EVENTS * EVENT.length + END.length + "data: [DONE]\n\n".length);
  expect(tail.endsWith("data: [DONE]\n\n")).toBe(true);
});
