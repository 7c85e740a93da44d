/** Many small requests as fast as they are answered: raw sockets, because Node's own client would be the slowest part. */
import { createServer, type Server } from "node:http";
import { connect } from "node:net";

/** A provider that costs nothing: the same answer to everything. */
export async function startConstantProvider(
  body: string,
): Promise<{ readonly port: number; readonly asked: () => number; close(): void }> {
  let asked = 0;
  const server: Server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume();
    asked += 1;
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    asked: () => asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface Hammering {
  readonly port: number;
  /** One whole request. */
  readonly request: Buffer;
  readonly count: number;
  readonly connections: number;
  /** Every answer must have this body. */
  readonly expected: string;
}

/** Answers that are not what they should be: at most a few of them, in words. @throws when a connection ends early */
export async function hammer({ port, request, count, connections, expected }: Hammering): Promise<string[]> {
  const faults: string[] = [];
  let left = count;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.setNoDelay(true);
      let received = "";
      const next = (): void => {
        if (left === 0) {
          socket.destroy();
          resolve();
          return;
        }
        left -= 1;
        socket.write(request);
      };
      socket.on("connect", next);
      socket.on("error", reject);
      socket.on("end", () => reject(new Error("Envoy closed a connection")));
      socket.setEncoding("latin1");
      socket.on("data", (piece: string) => {
        received += piece;
        const head = received.indexOf("\r\n\r\n");
        if (head === -1) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, head + 2))?.[1] ?? Number.NaN);
        if (Number.isNaN(length)) {
          reject(new Error(`an answer without length: ${received.slice(0, head)}`));
          return;
        }
        const end = head + 4 + length;
        if (received.length < end) return;
        const right = received.startsWith("HTTP/1.1 200") && received.slice(head + 4, end) === expected;
        if (!right && faults.length < 5) faults.push(received.slice(0, 500));
        received = received.slice(end);
        next();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  return faults;
}
