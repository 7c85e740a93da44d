/** The Envoy host as a process: configuration in, ext_proc service, hand-off and admin port out, until drained. */
import type { Server } from "node:http";
import type { Config } from "../plugins/config";
import { type Runtime, startRuntime } from "../plugins/runtime";
import { handOffPath, serveHandOff } from "./hand-off";
import type { HostContext } from "./host-context";
import { LevelOne } from "./level-one";
import { LevelTwo } from "./level-two";
import { LEVEL_HEADER } from "./metadata";
import { RefusedAttempts, restKey } from "./refused-attempt";
import { createTransport, type ProcessStream, type StreamHandler } from "./transport";
import { warnOfNewEnvoyConfig } from "./warn-of-new-envoy-config";

export interface ServeOptions {
  readonly configPath: string;
  /** Which of the configured sockets is this process's; the first one by default. */
  readonly socket?: string;
  /** Overrides `admin.listen`, so that several processes can share a file. */
  readonly admin?: string;
  readonly logLevel: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Serving {
  readonly socket: string;
  readonly admin: string;
  /** Leaves the pool, waits `graceMs` for Envoy to notice, then for running exchanges to end; returns how many were cut. */
  drain(graceMs: number, timeoutMs: number): Promise<number>;
}

/** Room for metadata, headers and framing around a body. */
const MESSAGE_SLACK_BYTES = 1024 * 1024;

/** @throws Error with the configuration's issues, or why a port or socket cannot be used */
export async function serveEnvoy(options: ServeOptions): Promise<Serving> {
  const runtime = await startRuntime({ ...options, host: "envoy", onReload: warnOfNewEnvoyConfig("ext_proc") });
  try {
    return await serveWith(runtime, options);
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
}

async function serveWith(runtime: Runtime, options: ServeOptions): Promise<Serving> {
  const { gateway, exchanges, logger, metrics } = runtime;
  const { config } = gateway();
  const context: HostContext = {
    gateway,
    exchanges,
    handOffPath: handOffPath(),
    newId: runtime.services.newId,
    countHandOff: (result) => metrics.countHandOff(result),
    finish: runtime.finish,
  };
  const handOff = await serveHandOff(context.handOffPath, exchanges);
  const transport = createTransport({
    open: (stream) => openLevel(context, stream),
    maxMessageBytes: largestMessage(config),
    onError: (error) => logger.warn({ cause: String(error) }, "ext_proc connection failed"),
  });
  const socket = await transport.listen(options.socket ?? config.envoy.sockets[0] ?? "").catch(async (thrown: unknown) => {
    await closeServer(handOff);
    throw thrown;
  });
  transport.setServing(true);
  runtime.setReady(true);
  logger.info({ socket, admin: runtime.admin, config: gateway().version }, "serving Envoy");

  return {
    socket,
    admin: runtime.admin,
    async drain(graceMs, timeoutMs) {
      runtime.setReady(false);
      transport.setServing(false);
      logger.info({ running: exchanges.size }, "draining");
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      const { cut } = await transport.drain(timeoutMs);
      await closeServer(handOff);
      logger.info({ cut }, "drained");
      await runtime.close();
      return cut;
    },
  };
}

function openLevel(context: HostContext, stream: ProcessStream): StreamHandler {
  switch (stream.metadata.get(LEVEL_HEADER)) {
    case "2":
      return new LevelTwo(context, stream);
    case "refused":
      return new RefusedAttempts(stream, (attempt) => restKey(context, attempt));
    default:
      return new LevelOne(context, stream);
  }
}

function largestMessage({ bounds }: Config): number {
  return Math.max(bounds.maxRequestBytes, bounds.maxResponseBytes) + MESSAGE_SLACK_BYTES;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
