/** Peers that neither go on nor leave: they cost what a connection costs, and nobody else notices them. */
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { chat, question } from "../../e2e/support/ask";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { INSPECTED, liveHeap } from "./inspector";
import { begin, inline, MIB } from "./support";

jest.setTimeout(60_000);

const CHUNK = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "x".repeat(16_000) }, finish_reason: null }] })}\n\n`;

/** Answers at once, or streams for as long as somebody takes it; counts what it could write. */
async function startProvider() {
  let written = 0;
  /** Streams whose client is slower than we are. */
  const held = new Set<ServerResponse>();
  const open = new Set<ServerResponse>();
  const flow = (response: ServerResponse): void => {
    while (!response.destroyed && response.write(CHUNK)) written += CHUNK.length;
    if (response.destroyed) return;
    written += CHUNK.length;
    held.add(response);
    response.once("drain", () => {
      held.delete(response);
      flow(response);
    });
  };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      if (!body.includes('"endless"')) {
        const choices = [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }];
        const answer = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices });
        response.writeHead(200, { "content-type": "application/json" }).end(answer);
        return;
      }
      open.add(response);
      response.on("close", () => {
        open.delete(response);
        held.delete(response);
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      flow(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    written: () => written,
    held: () => held.size,
    open: () => open.size,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

let provider: Awaited<ReturnType<typeof startProvider>>;
let stack: KongStack;

beforeEach(async () => {
  provider = await startProvider();
  stack = await KongStack.start({ kong: llm([inline(provider)]), env: INSPECTED });
});

afterEach(async () => {
  await stack?.stop();
  provider?.close();
});

const inFlight = () => metric(stack.adminUrl, "graft_exchanges_in_flight");

const idle = () => until("the end of all exchanges", async () => ((await inFlight()) === 0 ? true : undefined));

test("clients that send their body a byte at a time", async () => {
  const SLOW = 200;
  const body = JSON.stringify(question("demo"));
  const slow = Array.from({ length: SLOW }, () => begin(stack.url, body.length));
  await until("all of them", async () => ((await inFlight()) === SLOW ? true : undefined));
  for (const [at, byte] of [...body.slice(0, 20)].entries()) {
    for (const { request } of slow) request.write(byte);
    // Others are served meanwhile.
    if (at % 5 === 0) expect((await chat(stack.url, question("demo"))).status).toBe(200);
  }
  expect(await inFlight()).toBe(SLOW);
  const [patient, gone] = [slow.slice(0, SLOW / 2), slow.slice(SLOW / 2)];
  for (const { request } of gone) request.destroy();
  for (const { request } of patient) request.end(body.slice(20));
  for (const { answer } of patient) {
    const response = await answer;
    expect(response.statusCode).toBe(200);
    response.resume();
  }
  await idle();
  expect(await stack.errorLines()).toEqual([]);
});

test("clients that do not read: their providers are held back, memory stays, and what they take up again goes on", async () => {
  const DEAF = 30;
  await chat(stack.url, question("demo"));
  const before = await liveHeap(stack.processor);
  const body = JSON.stringify(question("endless", { stream: true }));
  const clients = Array.from({ length: DEAF }, (): Socket => {
    const socket = connect(stack.kong.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: kong\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    return socket;
  });
  await until("all of them", () => (provider.open() === DEAF ? true : undefined));
  /** All held back, and not one of them let go again by what was still under way. */
  const still = async (): Promise<number> =>
    until("every provider held back", async () => {
      const written = provider.written();
      expect((await chat(stack.url, question("demo"))).status).toBe(200);
      return provider.held() === DEAF && provider.written() === written ? written : undefined;
    });
  const written = await still();
  const after = await liveHeap(stack.processor);
  console.info(
    `${DEAF} clients that do not read: ${(written / DEAF / MIB).toFixed(1)} MiB written for each, ` +
      `live heap ${(before / MIB).toFixed(1)} → ${(after / MIB).toFixed(1)} MiB`,
  );
  // What the kernel's buffers hold of it, on three connections, is not ours.
  expect(after - before).toBeLessThan(DEAF * MIB);

  const [first] = clients;
  let read = 0;
  first?.on("data", (piece: Buffer) => {
    read += piece.length;
  });
  first?.resume();
  await until("its stream to go on", () => (read > (4 * written) / DEAF ? true : undefined));
  for (const client of clients) client.destroy();
  await until("the end of all calls", () => (provider.open() === 0 ? true : undefined));
  await idle();
  expect(await stack.errorLines()).toEqual([]);
});

test("a client that sends half a head, and one that sends nothing, keep nobody from stopping", async () => {
  const sockets = ["", "POST /v1/chat/completions HTTP/1.1\r\nhost: kong\r\n"].map((text) => {
    const socket = connect(stack.kong.port, "127.0.0.1");
    socket.on("error", () => {});
    if (text !== "") socket.write(text);
    return socket;
  });
  expect((await chat(stack.url, question("demo"))).status).toBe(200);
  stack.processor.signal("SIGTERM");
  expect(await stack.processor.exit).toBe(0);
  for (const socket of sockets) socket.destroy();
});
