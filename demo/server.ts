/** The demo provider: OpenAI, Anthropic and Gemini on one loopback port, for trying Graft without any key. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type ReplyOptions, respond } from "./respond";
import type { WireRequest } from "./wire";

export interface DemoOptions extends ReplyOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Pause between the pieces of a stream; a piece is about a word. */
  readonly pauseMs?: number;
}

export interface DemoProvider {
  /** `http://127.0.0.1:…`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** As much as Anthropic takes. */
const MAX_BODY = 32 * 1024 * 1024;

export async function startDemoProvider(options: DemoOptions = {}): Promise<DemoProvider> {
  const server = createServer((request, response) => {
    serve(request, response, options).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: DemoOptions): Promise<void> {
  const reply = respond(await readRequest(request), options);
  if (reply.streamed) {
    response.writeHead(reply.status, reply.headers);
    await sendSlowly(reply.pieces, response, options.pauseMs ?? 20);
  } else {
    const body = Buffer.from(reply.pieces.join(""));
    response.writeHead(reply.status, { ...reply.headers, "content-length": body.length }).end(body);
  }
}

/** @throws when the client goes away or sends more than any provider takes. */
async function readRequest(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error("request body over the limit");
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? "/", "http://demo");
  return { method: request.method ?? "GET", url, headers: request.headers, body: Buffer.concat(chunks) };
}

async function sendSlowly(pieces: readonly string[], response: ServerResponse, pauseMs: number): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    // Not a reason to stay alive: `close` ends the process's last work at once.
    if (index > 0 && pauseMs > 0) await delay(pauseMs, undefined, { ref: false });
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

/** Until the client has read, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}
