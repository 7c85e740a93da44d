import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** A real Postgres of a test's own, on a unix socket. */
export interface PostgresServer {
  /** Of a new, empty database. */
  createDatabase(options?: string): Promise<string>;
  /** The database `name`, as `user`. */
  url(name: string, user?: string): string;
  run(url: string, sql: string): Promise<unknown[]>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and all its processes without a farewell. */
  kill(): Promise<void>;
  /** In the place of the killed one, with its data. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

const BIN = findBin();

/** `describe`, or `describe.skip` with a notice where there is no Postgres. */
export function describeWithPostgres(name: string, tests: (bin: string) => void): void {
  if (BIN !== undefined) describe(name, () => tests(BIN));
  else {
    console.warn(`${name}: skipped, there is no initdb and postgres (see scripts/ensure-postgres.mjs)`);
    describe.skip(name, () => test("needs Postgres", () => undefined));
  }
}

/** What a server may have besides. */
export interface ServerExtras {
  /** Where it listens on 127.0.0.1 as well. */
  readonly port?: number;
  /** As in postgresql.conf. */
  readonly settings?: readonly string[];
  /** Texts by name, in its data directory. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function startPostgres(
  bin: string,
  { port, settings = [], files = {} }: ServerExtras = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "graft-pg-"));
  const data = join(folder, "data");
  const as = notRoot();
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const options = ["--pgdata", data, "--username", "graft", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"];
  execFileSync(join(bin, "initdb"), options, { ...as, cwd: folder, stdio: "ignore" });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    if (as !== undefined) chownSync(join(data, name), as.uid, as.gid);
  }
  const url = (name: string, user = "graft"): string => `postgresql://${user}@/${name}?host=${folder}&port=${port ?? 5432}`;
  const all = [
    "fsync=off",
    "shared_buffers=32MB",
    "max_connections=40",
    `unix_socket_directories=${folder}`,
    ...(port === undefined ? ["listen_addresses="] : ["listen_addresses=127.0.0.1", `port=${port}`]),
    ...settings,
  ];
  const launch = () =>
    start(join(bin, "postgres"), ["-D", data, ...all.flatMap((it) => ["-c", it])], { ...as, cwd: folder }, url("postgres"));
  let running = await launch();
  let databases = 0;
  const kill = async (): Promise<void> => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGCONT");
    // An immediate end of all its processes, without a checkpoint: as after a crash.
    running.kill("SIGQUIT");
    await gone;
  };
  return {
    url,
    run,
    createDatabase: async (with_ = "") => {
      databases += 1;
      await run(url("postgres"), `create database d${databases} ${with_}`);
      return url(`d${databases}`);
    },
    signal: (signal) => void running.kill(signal),
    kill,
    restart: async () => {
      await kill();
      running = await launch();
    },
    remove: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns the rows of the statement, as objects. */
async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function start(command: string, args: readonly string[], options: SpawnOptions, url: string): Promise<ChildProcess> {
  const server = spawn(command, args, { ...options, stdio: "ignore" });
  for (let round = 0; round < 500; round += 1) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    if (await run(url, "select 1").catch(() => undefined)) return server;
    await sleep(20);
  }
  server.kill("SIGQUIT");
  throw new Error("postgres does not come up");
}

/** Postgres refuses to run as root. */
function notRoot(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (kind: "-u" | "-g", user: string): number =>
    Number(execFileSync("id", [kind, user], { stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: id("-u", "postgres"), gid: id("-g", "postgres") };
  } catch {
    return { uid: id("-u", "nobody"), gid: id("-g", "nobody") };
  }
}

function findBin(): string | undefined {
  const named = process.env["PG_BIN"];
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, "bin")), ...(process.env["PATH"] ?? "").split(delimiter)];
  return (named ? [named] : folders).find((folder) => ["initdb", "postgres"].every((name) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
