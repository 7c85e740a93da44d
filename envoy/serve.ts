/** The Envoy host as a process: configuration in, ext_proc service, hand-off and admin port out, until drained. */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { startAdmin } from "../plugins/admin";
import { type Config, formatIssue, KNOWN, type Loaded, loadConfig, watchConfig } from "../plugins/config";
import { systemClock } from "../plugins/core/clock";
import type { Services } from "../plugins/core/plugin";
import { Gateway } from "../plugins/gateway";
import { LineWriter } from "../plugins/observe/line-writer";
import { createLogger } from "../plugins/observe/log";
import { Metrics } from "../plugins/observe/metrics";
import { clusterHash } from "./config";
import { Exchanges } from "./exchanges";
import { createFinisher } from "./finish";
import { handOffPath, serveHandOff } from "./hand-off";
import type { HostContext } from "./host-context";
import { LevelOne } from "./level-one";
import { LevelTwo } from "./level-two";
import { LEVEL_HEADER } from "./metadata";
import { RefusedAttempts, restKey } from "./refused-attempt";
import { createTransport, type ProcessStream, type StreamHandler } from "./transport";

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

const STDOUT = 1;

/** Room for metadata, headers and framing around a body. */
const MESSAGE_SLACK_BYTES = 1024 * 1024;

/** @throws Error with the configuration's issues, or why a port or socket cannot be used */
export async function serveEnvoy(options: ServeOptions): Promise<Serving> {
  const load = () => loadConfig(options.configPath, { vocabulary: KNOWN, env: options.env });
  const loaded = await load();
  if (!loaded.ok) throw new Error(loaded.issues.map(formatIssue).join("\n"));

  const lines = new LineWriter(STDOUT);
  const logger = createLogger(options.logLevel, lines);
  const metrics = new Metrics();
  const services: Services = { clock: systemClock, random: Math.random, newId };
  const compile = ({ config, hash }: Loaded) => new Gateway(config, hash, services);
  let gateway = compile(loaded);
  for (const warning of loaded.warnings) logger.warn(formatIssue(warning));

  // A promise nobody waits for, in a plugin or below one, must not end every running stream.
  process.on("unhandledRejection", (reason) => logger.error({ cause: String(reason) }, "unhandled rejection"));

  const exchanges = new Exchanges();
  const context: HostContext = {
    gateway: () => gateway,
    exchanges,
    handOffPath: handOffPath(),
    newId,
    countHandOff: (result) => metrics.countHandOff(result),
    finish: createFinisher(logger, metrics),
  };
  const handOff = await serveHandOff(context.handOffPath, exchanges);
  const transport = createTransport({
    open: (stream) => openLevel(context, stream),
    maxMessageBytes: largestMessage(loaded.config),
    onError: (error) => logger.warn({ cause: String(error) }, "ext_proc connection failed"),
  });
  metrics.watch("graft_log_lines_dropped", "Log lines given up because their reader was too slow", () => lines.dropped);
  metrics.watch("graft_exchanges_in_flight", "Exchanges running now", () => exchanges.size);

  const watcher = watchConfig(loaded, {
    load,
    onChange(next) {
      const before = gateway;
      gateway = compile(next);
      metrics.countReload("applied");
      logger.info({ config: next.hash, was: before.version }, "configuration applied");
      if (clusterHash(next.config) !== clusterHash(before.config)) {
        logger.warn("providers, sockets or routes changed: Envoy needs the new output of `graft envoy-config` as well");
      }
    },
    onInvalid(issues) {
      metrics.countReload("invalid");
      logger.error({ config: gateway.version, issues: issues.map(formatIssue) }, "new configuration refused, the old one stays");
    },
  });

  let ready = false;
  const { listen, token } = loaded.config.admin;
  const admin = await startAdmin({
    listen: options.admin ?? listen,
    ...(token === undefined ? {} : { token }),
    ready: () => ({ ready, reason: "draining" }),
    registry: metrics.registry,
  });
  const socket = await transport.listen(options.socket ?? loaded.config.envoy.sockets[0] ?? "");
  transport.setServing(true);
  ready = true;
  logger.info({ socket, admin: admin.address, config: gateway.version }, "serving Envoy");

  return {
    socket,
    admin: admin.address,
    async drain(graceMs, timeoutMs) {
      ready = false;
      transport.setServing(false);
      logger.info({ running: exchanges.size }, "draining");
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      const { cut } = await transport.drain(timeoutMs);
      watcher.close();
      await Promise.all([admin.close(), closeServer(handOff)]);
      logger.info({ cut }, "drained");
      await lines.close();
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

function newId(prefix: string): string {
  return prefix + randomBytes(15).toString("base64url");
}

function largestMessage({ envoy, bounds }: Config): number {
  return Math.max(envoy.max_request_bytes, bounds.maxResponseBytes) + MESSAGE_SLACK_BYTES;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
