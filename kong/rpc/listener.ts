import { createServer, type Server as NetServer, type Socket } from "node:net";
import type Server from "kong-pdk/server";
import { type Clock, systemClock } from "../../plugins/core/clock";
import { serveConnection } from "./connection";
import { keepSocket } from "./kept-socket";
import { errorText, type RpcRequest } from "./message";
import { createMethods } from "./methods";
import { type EventLimits, PhaseEvents } from "./phase-events";
import type { RpcLogger } from "./plugin-server";

export interface RpcLimits extends EventLimits {
  /** One call with its arguments; a connection that sends a larger one is closed. */
  readonly maxMessageBytes: number;
  /** Plugin configurations × Kong's workers, and those that past workers left behind. */
  readonly maxInstances: number;
}

export const DEFAULT_RPC_LIMITS: RpcLimits = {
  maxEvents: 10_000,
  stepTimeoutMs: 50_000,
  maxMessageBytes: 1024 * 1024,
  maxInstances: 10_000,
};

export interface RpcOptions {
  readonly socket: string;
  readonly mode?: number;
  /** Replaces a process that still answers on the socket: when Kong reloads, it starts our successor before it ends us. */
  readonly takeOver?: boolean;
  readonly logger: RpcLogger;
  readonly limits?: Partial<RpcLimits>;
  readonly clock?: Clock;
}

export interface RpcListener {
  /** Phases running now. */
  readonly running: number;
  /**
   * Takes no new connections, ends each one with the answer that ends a phase on it, and the others when no phase runs and Kong has
   * called on none of them for a while.
   * @returns how many phases were cut after `timeoutMs`
   */
  close(timeoutMs: number): Promise<number>;
}

const OWNER_ONLY = 0o600;
const LOOK_INTERVAL_MS = 5_000;
/** For Kong to read the last answers. */
const LINGER_MS = 1_000;
/**
 * A call that Kong has just sent on a connection that we close is lost, and its request with it. Kong takes the connection it used
 * last: one that has rested for so long is hardly about to be used.
 */
const QUIET_MS = 250;
const LOOK_MS = 20;

/**
 * Serves Kong's plugin RPC on a unix socket. A plugin that does not wait for a PDK call which then fails leaves a rejected
 * promise to the process, which has to survive those.
 * @throws Error when the socket cannot be used
 */
export async function listenForKong(server: Server, options: RpcOptions): Promise<RpcListener> {
  const { logger, socket: path, mode = OWNER_ONLY, takeOver = false, clock = systemClock } = options;
  const limits = { ...DEFAULT_RPC_LIMITS, ...options.limits };
  const events = new PhaseEvents(server, limits, clock);
  const sockets = new Set<Socket>();
  let leaving = false;
  let lastCall = Number.NEGATIVE_INFINITY;
  const call = createMethods(server, events, limits.maxInstances);
  const context = {
    call(request: RpcRequest) {
      lastCall = performance.now();
      return call(request);
    },
    events,
    logger,
    maxMessageBytes: limits.maxMessageBytes,
    leaving: () => leaving,
  };
  const makeListener = (): NetServer => {
    const listener = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      serveConnection(socket, context);
    });
    // A connection that could not be accepted, for want of file descriptors for example, is not the end of the others.
    listener.on("error", (error) => logger.error(`cannot accept a connection of Kong: ${error.message}`));
    return listener;
  };
  const kept = await keepSocket(path, { mode, takeOver }, makeListener);

  const look = (): void => {
    const { count, example } = events.expire();
    if (count > 0) logger.warn(`plugin phases given up because they stood still: ${count}, the last one in ${example}`);
    kept.restore().then(
      (wasGone) => wasGone && logger.warn(`the socket "${path}" was removed by somebody else; it is back`),
      (error: unknown) => logger.error(`the socket was removed by somebody else: ${errorText(error)}`),
    );
  };
  const looking = setInterval(look, LOOK_INTERVAL_MS).unref();

  async function close(timeoutMs: number): Promise<number> {
    leaving = true;
    clearInterval(looking);
    const accepting = kept.stopAccepting();
    const until = performance.now() + timeoutMs;
    const busy = (): boolean => events.size > 0 || (sockets.size > 0 && performance.now() - lastCall < QUIET_MS);
    while (busy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const cut = events.size;
    events.abandonAll("the plugin server is stopping");
    try {
      kept.remove();
    } catch (error) {
      logger.warn(`the socket "${path}" stays behind: ${errorText(error)}`);
    }
    // The answers that end the last phases are written in this turn.
    setImmediate(() => {
      for (const socket of sockets) socket.destroySoon();
    });
    setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, LINGER_MS).unref();
    await accepting;
    return cut;
  }

  let closed: Promise<number> | undefined;
  return {
    get running() {
      return events.size;
    },
    close: (timeoutMs) => {
      closed ??= close(timeoutMs);
      return closed;
    },
  };
}
