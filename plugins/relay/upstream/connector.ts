/** Opens connections for undici's pools: DNS, TCP, a tunnel if need be, TLS, all within one time limit. */
import { connect, type LookupFunction, type Socket } from "node:net";
import type { buildConnector } from "undici";
import type { HttpProxy } from "./proxy";
import type { Security } from "./security";
import { tameEndings } from "./tame-endings";
import { openTunnel } from "./tunnel";

export interface Hop {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly security: Security | undefined;
}

export interface Route {
  /** Who undici talks to in the end. */
  readonly to: Hop;
  /** A proxy to ask for a tunnel, only where `to.security` is there. */
  readonly through: HttpProxy | undefined;
  /** For the first hop. */
  readonly lookup: LookupFunction;
  readonly timeoutMs: number;
}

const TCP_KEEP_ALIVE_MS = 60_000;
/** Node's own 250 ms for each address of a name are too short for another continent. */
const LEAST_FOR_AN_ADDRESS_MS = 250;

export function connector(route: Route): buildConnector.connector {
  return (_to, callback) => {
    const sockets: Socket[] = [];
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      return true;
    };
    const fail = (error: Error): void => {
      if (!settle()) return;
      for (const socket of sockets) socket.destroy();
      callback(new ConnectFailure(error), null);
    };
    const late = (): void => fail(new Error(`nothing within ${route.timeoutMs} ms`));
    // Not before what may be waiting for us was looked at.
    const timer = setTimeout(() => setImmediate(late), route.timeoutMs);
    open(route, sockets).then((socket) => {
      if (!settle()) return;
      tameEndings(socket);
      callback(null, socket);
    }, fail);
  };
}

/** undici tries again, for ever, after some codes of its own; after this one it tells the call. */
class ConnectFailure extends Error {
  readonly code = "CONNECT_FAILED";

  constructor(cause: Error & { readonly code?: unknown }) {
    // Where several addresses failed, Node has no message of its own.
    super(`no connection: ${cause.message || cause.code}`, { cause });
  }
}

/** @param sockets gets every socket that is made, for who gives up */
async function open({ to, through, lookup, timeoutMs }: Route, sockets: Socket[]): Promise<Socket> {
  const { host, port, security } = through ?? to;
  const address = { host, port, lookup, autoSelectFamilyAttemptTimeout: Math.max(LEAST_FOR_AN_ADDRESS_MS, timeoutMs >> 2) };
  const first = prepare(security === undefined ? connect(address) : security.connect(address), sockets);
  await event(first, security === undefined ? "connect" : "secureConnect");
  if (through === undefined || to.security === undefined) return first;
  await openTunnel(first, to.host.includes(":") ? `[${to.host}]:${to.port}` : `${to.host}:${to.port}`, through.authorization);
  const second = prepare(to.security.connect({ socket: first }), sockets);
  await event(second, "secureConnect");
  return second;
}

function prepare(socket: Socket, sockets: Socket[]): Socket {
  // Between two owners an error must not end the process.
  socket.on("error", () => {});
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  sockets.push(socket);
  return socket;
}

function event(socket: Socket, name: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, resolve);
    socket.once("error", reject);
  });
}
