/** What every Graft process is made of, whatever gateway it serves: configuration that reloads, log, metrics, admin port. */
import { randomFillSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Admin, type AdminOptions, startAdmin } from "./admin";
import { answerPurge } from "./cache/answer-purge";
import { type Config, emptyConfig, formatIssue, KNOWN, loadConfig, watchConfig } from "./config";
import { Exchanges } from "./core/exchanges";
import type { HostName } from "./core/host";
import type { Pipeline } from "./core/pipeline";
import type { ExchangeRecord, Outcome } from "./core/record";
import { Gateway } from "./gateway";
import { createFinisher } from "./observe/finish";
import { LineWriter } from "./observe/line-writer";
import { createLogger, type Logger } from "./observe/log";
import { Metrics } from "./observe/metrics";
import { openServices } from "./open-services";
import type { ProcessServices } from "./process-services";
import { ProviderPool } from "./provider-pool";
import { answerUsage } from "./usage/report/answer-http";

export interface RuntimeOptions {
  /** Absent = no file: the gateway configures us itself, and there is nothing to reload. */
  readonly configPath?: string | undefined;
  /** Whose limits the configuration is checked against. */
  readonly host?: HostName;
  /** Overrides `admin.listen`, so that several processes can share a file; `off` = none. */
  readonly admin?: string | undefined;
  /** Where a new process may start before the old one ends: wait until the admin port is free, and serve meanwhile. */
  readonly adminMayWait?: boolean;
  readonly logLevel: string;
  readonly env: NodeJS.ProcessEnv;
  /** After a new configuration came into force. */
  onReload?(now: Gateway, before: Gateway, logger: Logger): void;
  /** Of each exchange, when it is logged. */
  onRecord?(record: ExchangeRecord): void;
}

export interface Runtime {
  /** The configuration in force now; an exchange keeps the one it began under. */
  gateway(): Gateway;
  /** Another configuration in this process. @param version and scope: see Gateway */
  compile(config: Config, version: string, scope?: string): Gateway;
  readonly services: ProcessServices;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly exchanges: Exchanges;
  /** Ends an exchange: log hooks, record, metrics. @param outcome used if the answer did not reach its end */
  finish(pipeline: Pipeline, outcome: Outcome): void;
  /** `host:port`; empty while there is none. */
  readonly admin: string;
  /** What `/readyz` says from now on. */
  setReady(ready: boolean): void;
  /** Flushes the log: the last thing a process does. */
  close(): Promise<void>;
}

const STDOUT = 1;
const ADMIN_RETRY_MS = 1000;

/** @throws Error with the configuration's issues, or why the admin port cannot be used */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { configPath } = options;
  const { env, host } = options;
  const load = (path: string) => loadConfig(path, { vocabulary: KNOWN, env, ...(host === undefined ? {} : { host }) });
  const loaded = configPath === undefined ? undefined : await load(configPath);
  if (loaded?.ok === false) throw new Error(loaded.issues.map(formatIssue).join("\n"));

  const lines = new LineWriter(STDOUT);
  const logger = createLogger(options.logLevel, lines);
  const metrics = new Metrics();
  const exchanges = new Exchanges();
  const services = await openServices(loaded?.config ?? emptyConfig(), { host, metrics, logger, env, newId });
  const pool = new ProviderPool(services);
  const compile = (config: Config, version: string, scope?: string) => new Gateway(config, version, services, pool, scope);
  let gateway = loaded === undefined ? compile(emptyConfig(), "none") : compile(loaded.config, loaded.hash);
  for (const warning of loaded?.warnings ?? []) logger.warn(formatIssue(warning));
  // A promise nobody waits for, in a plugin or below one, must not end every running stream.
  process.on("unhandledRejection", (reason) => logger.error({ cause: String(reason) }, "unhandled rejection"));
  metrics.watch("graft_log_lines_dropped", "Log lines given up because their reader was too slow", () => lines.dropped);
  metrics.watch("graft_exchanges_in_flight", "Exchanges running now", () => exchanges.size);

  const watcher =
    configPath === undefined || loaded === undefined
      ? undefined
      : watchConfig(loaded, {
          load: () => load(configPath),
          onChange(next) {
            const before = gateway;
            gateway = compile(next.config, next.hash);
            metrics.countReload("applied");
            logger.info({ config: next.hash, was: before.version }, "configuration applied");
            const kept = ({ config }: Pick<typeof next, "config">) => [config.store, config.usage, config.audit];
            if (!isDeepStrictEqual(kept(next), kept(loaded)))
              logger.warn("`store`, `usage` or `audit` changed: that takes a new process");
            options.onReload?.(gateway, before, logger);
          },
          onInvalid(issues) {
            metrics.countReload("invalid");
            const refused = { config: gateway.version, issues: issues.map(formatIssue) };
            logger.error(refused, "new configuration refused, the old one stays");
          },
        });

  const end = createFinisher(logger, metrics, options.onRecord);
  /** What an exchange has used is counted and settled after its end. */
  const finishing = new Set<Promise<void>>();
  let ready = false;
  const { usageStore } = services;
  const usage =
    usageStore === undefined ? undefined : (params: URLSearchParams) => answerUsage(usageStore, params, services.clock.now());
  const purge = (params: URLSearchParams) => answerPurge(params, gateway.config, services);
  const admin = await openAdmin(options, gateway, { logger, metrics, usage, purge, ready: () => ready });
  return {
    gateway: () => gateway,
    compile,
    services,
    logger,
    metrics,
    exchanges,
    finish(pipeline, outcome) {
      const ended = end(pipeline, outcome).finally(() => finishing.delete(ended));
      finishing.add(ended);
    },
    get admin() {
      return admin.address();
    },
    setReady(value) {
      ready = value;
    },
    async close() {
      watcher?.close();
      await admin.close();
      await within(LAST_RECORDS_MS, Promise.all(finishing));
      await services.close();
      await lines.close();
    },
  };
}

/** Longer than any store's deadline and any counting takes. */
const LAST_RECORDS_MS = 5000;
const ID_BYTES = 15;
/** Filled for many ids at once: asking the system for each of them took 6 % of a small request. */
const idBytes = Buffer.alloc(256 * ID_BYTES);
let idBytesLeft = 0;

function newId(prefix: string): string {
  if (idBytesLeft === 0) idBytesLeft = randomFillSync(idBytes).length;
  idBytesLeft -= ID_BYTES;
  return prefix + idBytes.toString("base64url", idBytesLeft, idBytesLeft + ID_BYTES);
}

/** Keeps the process alive meanwhile: what is waited for may be done by threads that do not. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

interface AdminParts {
  readonly usage: AdminOptions["usage"];
  readonly purge: AdminOptions["purge"];
  readonly logger: Logger;
  readonly metrics: Metrics;
  ready(): boolean;
}

interface OpenAdmin {
  address(): string;
  close(): Promise<void>;
}

async function openAdmin(
  options: RuntimeOptions,
  gateway: Gateway,
  { logger, metrics, ready, usage, purge }: AdminParts,
): Promise<OpenAdmin> {
  const { listen, token } = gateway.config.admin;
  const start = () =>
    startAdmin({
      listen: options.admin ?? listen,
      ...(token === undefined ? {} : { token }),
      ready: () => ({ ready: ready(), reason: "draining" }),
      registry: metrics.registry,
      usage,
      purge,
    });
  let admin: Admin | undefined;
  let closed = false;
  const keepTrying = async (): Promise<void> => {
    while (!closed && admin === undefined) {
      await sleep(ADMIN_RETRY_MS, undefined, { ref: false });
      admin = await start().catch(() => undefined);
    }
    if (closed) await admin?.close();
  };
  if (options.admin !== "off") {
    try {
      admin = await start();
    } catch (thrown) {
      if (options.adminMayWait !== true || !isTaken(thrown)) throw thrown;
      logger.warn({ admin: options.admin ?? listen }, "the admin port is taken; it will be opened when it is free");
      void keepTrying();
    }
  }
  return {
    address: () => admin?.address ?? "",
    async close() {
      closed = true;
      await admin?.close();
    },
  };
}

function isTaken(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "EADDRINUSE";
}
