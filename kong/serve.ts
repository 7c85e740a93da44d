/** The plugin server as a process of our own: Kong's RPC on a socket, the relay behind it, until drained. */
import { type KongHostOptions, startKongHost } from "./host";
import * as graft from "./plugin/graft";
import * as graftLog from "./plugin-log/graft-log";
import { setProcessHost } from "./process-host";
import { createPluginServer, listenForKong, type RpcLogger } from "./rpc";

export interface KongServeOptions extends KongHostOptions {
  /** Where Kong reaches us. */
  readonly socket: string;
  /** File permissions of the socket. */
  readonly socketMode: number;
}

export interface KongServing {
  /** Takes no more requests, lets running ones end; returns how many were cut after `timeoutMs`. */
  drain(timeoutMs: number): Promise<number>;
}

/** @throws Error with the configuration's issues, or why a port or the socket cannot be used */
export async function serveKong({ socket, socketMode: mode, ...options }: KongServeOptions): Promise<KongServing> {
  const host = await startKongHost(options);
  const { logger } = host.runtime;
  setProcessHost(host);
  const rpcLogger = lines(logger);
  const rpc = await listenForKong(createPluginServer([graft, graftLog], rpcLogger), {
    socket,
    mode,
    // When Kong reloads, or somebody puts a newer Graft in place, the successor starts before its predecessor ends.
    takeOver: true,
    logger: rpcLogger,
  }).catch(async (thrown: unknown) => {
    await host.drain(0);
    throw thrown;
  });
  host.runtime.setReady(true);
  const { runtime, relay } = host;
  logger.info(
    { socket, relay: `${relay.host}:${relay.port}`, admin: runtime.admin, config: runtime.gateway().version },
    "serving Kong",
  );

  return {
    async drain(timeoutMs) {
      runtime.setReady(false);
      logger.info({ running: runtime.exchanges.size }, "draining");
      const until = performance.now() + timeoutMs;
      await rpc.close(timeoutMs);
      return await host.drain(Math.max(0, until - performance.now()));
    },
  };
}

/** kong-pdk tells of every instance that starts; that is for whoever looks for it. */
function lines(logger: { debug(text: string): void; warn(text: string): void; error(text: string): void }): RpcLogger {
  return {
    debug: (message) => logger.debug(message),
    info: (message) => logger.debug(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}
