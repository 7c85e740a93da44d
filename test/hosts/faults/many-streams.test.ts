/** A thousand streams at one time, all of them open: each arrives whole, and nothing is left of them. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chat, dataOf, question } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import type { Seen } from "../../upstream/raw-client";
import { INSPECTED, liveHeap } from "./inspector";
import { inline, MIB, unexplainedFiles } from "./support";

jest.setTimeout(120_000);

const STREAMS = 1_000;
const CHUNKS = 15;

/** Streams half its chunks, then waits for the gate; ends connections two seconds after their last use. */
async function startProvider() {
  let held = gate();
  let open = 0;
  const event = (id: string, delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const stream = async (id: string, response: ServerResponse): Promise<void> => {
    const { opened } = held;
    response.writeHead(200, { "content-type": "text/event-stream" });
    open += 1;
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      if (chunk === CHUNKS >> 1) await opened;
      response.write(event(id, { content: `${id}:${chunk} ` }));
      await new Promise(setImmediate);
    }
    response.end(`${event(id, {}, "stop")}data: [DONE]\n\n`);
    open -= 1;
  };
  // undici gives up a connection two seconds before its provider would.
  const server = createServer({ keepAliveTimeout: 4_000 }, async (request, response) => {
    let body = "";
    for await (const piece of request.setEncoding("utf8") as AsyncIterable<string>) body += piece;
    await stream((JSON.parse(body) as { readonly model: string }).model, response);
  });
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.once("close", () => {
      connections -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 2_048, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    open: () => open,
    /** Lets all streams so far go on; later ones wait again. */
    release() {
      held.open();
      held = gate();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

let provider: Awaited<ReturnType<typeof startProvider>>;
let stack: KongStack;

beforeAll(async () => {
  provider = await startProvider();
  stack = await KongStack.start({ kong: llm([inline(provider)]), workers: 2, env: INSPECTED });
});

afterAll(async () => {
  await stack?.stop();
  provider?.close();
});

async function streams(count: number): Promise<Seen[]> {
  const answers = Array.from({ length: count }, (_, index) =>
    chat(stack.url, question(`stream-${index}`, { stream: true }), { agent: false }),
  );
  await until("all of them open", () => (provider.open() === count ? true : undefined), 60_000);
  if (count === STREAMS) expect(await metric(stack.adminUrl, "graft_exchanges_in_flight")).toBe(count);
  provider.release();
  return Promise.all(answers);
}

/** Idle again: connections to providers have had their time. */
async function rested() {
  await until("the end of all exchanges", async () =>
    (await metric(stack.adminUrl, "graft_exchanges_in_flight")) === 0 ? true : undefined,
  );
  await until("the end of unused connections", () => (provider.connections() === 0 ? true : undefined));
  return { heap: await liveHeap(stack.processor), files: unexplainedFiles(stack, provider) };
}

test("a thousand streams", async () => {
  await streams(50);
  const before = await rested();
  const seen = await streams(STREAMS);
  for (const [index, answer] of seen.entries()) {
    expect({ status: answer.status, complete: answer.complete }).toEqual({ status: 200, complete: true });
    const data = dataOf(answer);
    expect(data.at(-1)).toBe("[DONE]");
    const texts = data.slice(0, -1).map((event) => JSON.parse(event).choices[0]?.delta?.content ?? "");
    // Its own, in order, nothing of a neighbour.
    expect(texts.join("")).toBe(Array.from({ length: CHUNKS }, (_, chunk) => `stream-${index}:${chunk} `).join(""));
  }
  const after = await rested();
  console.info(
    `${STREAMS} streams: live heap ${(before.heap / MIB).toFixed(1)} → ${(after.heap / MIB).toFixed(1)} MiB, ` +
      `unexplained descriptors ${before.files} → ${after.files}`,
  );
  expect(await metric(stack.adminUrl, "graft_kong_tickets")).toBe(0);
  await until("the end of their connections", () => (unexplainedFiles(stack, provider) <= before.files ? true : undefined));
  // Kong keeps its connections to the relay, each with some KiB of ours.
  expect(after.heap - before.heap).toBeLessThan(8 * MIB);
  expect(await stack.errorLines()).toEqual([]);
  expect(stack.kong.errorLog).toEqual([]);
});
