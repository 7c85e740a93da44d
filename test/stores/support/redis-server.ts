import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** `scripts/ensure-redis.mjs` sets it. */
const BINARY = process.env["REDIS_SERVER_BIN"] ?? "redis-server";

/** A real Redis of a test's own, on a unix socket, without persistence: a restart loses everything. */
export interface RedisServer {
  /** The socket's path. */
  readonly url: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  /** Kills it without a farewell. */
  kill(): Promise<void>;
  /** Kills it if need be, and starts an empty one in its place. */
  restart(): Promise<void>;
  /** Kills it and removes its files. */
  remove(): Promise<void>;
}

/** `describe`, or `describe.skip` with a notice where there is no `redis-server`. */
export function describeWithRedis(name: string, tests: () => void): void {
  if (spawnSync(BINARY, ["--version"]).status === 0) describe(name, tests);
  else {
    // Jest keeps to itself what a file without a test that ran had on its console.
    process.stderr.write(`${name}: skipped, there is no redis-server on PATH or in REDIS_SERVER_BIN\n`);
    describe.skip(name, tests);
  }
}

/** A TCP port nobody listens at just now, low enough for a cluster's bus, which is 10,000 further up. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(20_000 + Math.floor(Math.random() * 10_000), "127.0.0.1");
    const port = await once(server, "listening").then(
      () => (server.address() as AddressInfo).port,
      () => undefined,
    );
    if (port === undefined) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/**
 * @param settings more of redis.conf, as command-line arguments.
 */
export function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  return startServer(["--save", "", "--enable-debug-command", "local", "--port", "0", ...settings]);
}

/** A sentinel that watches a primary on a local port, under the name `main`. */
export async function startSentinel(port: number, primary: number): Promise<RedisServer> {
  const file = join(tmpdir(), `graft-sentinel-${port}.conf`);
  writeFileSync(file, `port ${port}\nsentinel monitor main 127.0.0.1 ${primary} 1\n`);
  const server = await startServer([file, "--sentinel"]);
  return { ...server, remove: () => server.remove().finally(() => rmSync(file, { force: true })) };
}

async function startServer(settings: readonly string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "graft-redis-"));
  const path = join(folder, "redis.sock");
  let running = await start(folder, path, settings);
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };
  return {
    url: path,
    get pid() {
      return running.pid ?? 0;
    },
    signal: (signal) => void running.kill(signal),
    kill,
    restart: async () => {
      await kill();
      running = await start(folder, path, settings);
    },
    remove: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, path: string, settings: readonly string[]): Promise<ChildProcess> {
  rmSync(path, { force: true });
  const args = [...settings, "--unixsocket", path, "--dir", folder];
  const server = spawn(BINARY, args, { stdio: "ignore" });
  for (let round = 0; round < 500; round += 1) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    if (await answers(path)) return server;
    await sleep(10);
  }
  server.kill("SIGKILL");
  throw new Error("redis-server does not come up");
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
