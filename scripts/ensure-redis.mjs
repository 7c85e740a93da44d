// A redis-server binary for tests: $REDIS_SERVER_BIN, else `redis-server` on PATH, else Debian's package. Run directly, it prints
// the path. Nothing is started: tests start their own, on sockets of their own.
import { fileURLToPath } from "node:url";
import { findIn, foldersOnPath, installPackage, printReady, run } from "./debian-package.mjs";

const OLDEST = 6.2;
const say = (text) => process.stderr.write(`ensure-redis: ${text}\n`);

export async function ensureRedis() {
  const named = process.env.REDIS_SERVER_BIN;
  if (named) {
    await checkRuns(named, "$REDIS_SERVER_BIN");
    return named;
  }
  const binary = (await findOnPath("redis-server")) ?? (await install());
  await checkRuns(binary, "`redis-server` on PATH");
  return binary;
}

async function install() {
  say("no redis-server found, installing the package");
  await installPackage("redis-server", missing);
  const binary = await findOnPath("redis-server");
  if (!binary) throw missing("the package redis-server holds no redis-server on PATH");
  say(`ready: ${binary}`);
  return binary;
}

/** Debian's own servers may be in sbin, which is not on everybody's PATH. */
function findOnPath(name) {
  return findIn([...foldersOnPath(), "/usr/bin", "/usr/sbin"], name);
}

async function checkRuns(binary, origin) {
  const { stdout } = await run(binary, ["--version"]).catch((error) => {
    throw missing(`${origin} (${binary}) does not run: ${String(error.stderr || error.message).trim()}`);
  });
  const version = Number.parseFloat(/v=(\d+\.\d+)/.exec(stdout)?.[1] ?? "0");
  if (version < OLDEST) throw missing(`${origin} (${binary}) is too old: ${stdout.trim()}`);
}

function missing(reason) {
  return new Error(
    `${reason}.\nredis-server ${OLDEST} or later (or Valkey's) is needed. Install it (Debian: apt-get install redis-server; macOS: brew install redis) ` +
      "and put it on PATH or name it in REDIS_SERVER_BIN; or run everything in containers with docker compose.",
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printReady(ensureRedis());
