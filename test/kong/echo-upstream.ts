/** An upstream that says what it got, or does what the test tells it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Echoed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export class EchoUpstream {
  readonly sockets = new Set<Socket>();
  /** Requests that have begun. */
  readonly requests: IncomingMessage[] = [];
  port = 0;
  handler: Handler = echo;
  readonly #server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    this.requests.push(request);
    void this.handler(request, response);
  });

  static async start(): Promise<EchoUpstream> {
    const upstream = new EchoUpstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", resolve));
    upstream.port = (upstream.#server.address() as AddressInfo).port;
    upstream.#server.on("connection", (socket: Socket) => {
      upstream.sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => upstream.sockets.delete(socket));
    });
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const echoed: Echoed = {
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    body: Buffer.concat(pieces).toString(),
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(echoed));
}
