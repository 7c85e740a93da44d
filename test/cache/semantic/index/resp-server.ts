/** Speaks Redis' protocol on a loopback port, RESP2 or RESP3, as far as a client that sends arrays of bulk strings needs it. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** Keys and values in turn. */
interface MapReply {
  readonly pairs: readonly Reply[];
}

export type Reply = string | number | Buffer | null | Error | readonly Reply[] | MapReply | { readonly double: number };

export type Protocol = 2 | 3;

export interface RespServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param answer texts in it are bulk strings. */
export async function startRespServer(
  protocol: Protocol,
  answer: (command: string, args: readonly Buffer[]) => Reply,
): Promise<RespServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let held = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (;;) {
        const found = readCommand(held);
        if (found === undefined) return;
        held = held.subarray(found.end);
        const [name = Buffer.alloc(0), ...args] = found.parts;
        const command = name.toString().toUpperCase();
        socket.write(encode(greeting(command, protocol) ?? answer(command, args)));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** What clients say before anybody asks them to. */
function greeting(command: string, protocol: Protocol): Reply | undefined {
  if (command === "HELLO")
    return protocol === 3 ? { pairs: ["server", "redis", "proto", 3] } : new Error("unknown command 'HELLO'");
  if (command === "INFO") return "redis_version:8.0.0\r\nloading:0\r\n";
  return command === "CLIENT" ? "OK" : undefined;
}

function readCommand(held: Buffer): { parts: Buffer[]; end: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = held.indexOf("\r\n", at);
    if (end === -1) return undefined;
    const text = held.toString("latin1", at + 1, end);
    at = end + 2;
    return text;
  };
  const count = line();
  if (count === undefined) return undefined;
  const parts: Buffer[] = [];
  for (let left = Number(count); left > 0; left -= 1) {
    const length = line();
    if (length === undefined || held.length < at + Number(length) + 2) return undefined;
    parts.push(Buffer.from(held.subarray(at, at + Number(length))));
    at += Number(length) + 2;
  }
  return { parts, end: at };
}

function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from("$-1\r\n");
  if (typeof reply === "number") return Buffer.from(`:${reply}\r\n`);
  if (reply instanceof Error) return Buffer.from(`-ERR ${reply.message}\r\n`);
  if (typeof reply === "string" || Buffer.isBuffer(reply)) {
    const bytes = Buffer.from(reply);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
  }
  if ("double" in reply) return Buffer.from(`,${reply.double}\r\n`);
  if ("pairs" in reply) return Buffer.concat([Buffer.from(`%${reply.pairs.length / 2}\r\n`), ...reply.pairs.map(encode)]);
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)]);
}
