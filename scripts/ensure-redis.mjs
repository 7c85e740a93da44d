// A redis-server binary for tests: $REDIS_SERVER_BIN, else `redis-server` on PATH, else Debian's package. Run directly, it prints
// the path. Nothing is started: tests start their own, on sockets of their own.
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const OLDEST = 6.2;
const run = promisify(execFile);
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
  try {
    await apt("install", "--yes", "--no-install-recommends", "redis-server");
  } catch {
    // Lists may be missing (container images come without) or out of date.
    await apt("update");
    await apt("install", "--yes", "--no-install-recommends", "redis-server");
  }
  const binary = await findOnPath("redis-server");
  if (!binary) throw missing("the package redis-server holds no redis-server on PATH");
  say(`ready: ${binary}`);
  return binary;
}

async function apt(...args) {
  // Somebody else may be installing something.
  const options = ["--quiet", "-o", "DPkg::Lock::Timeout=120"];
  const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...options, ...args];
  // `-n`: a question for a password would wait for ever where nobody sits.
  if (process.getuid?.() !== 0) command.unshift("sudo", "-n");
  try {
    await run(command[0], command.slice(1), { maxBuffer: 1 << 24, timeout: 300_000 });
  } catch (error) {
    throw missing(`${command.join(" ")} failed: ${String(error.stderr || error.message).trim()}`);
  }
}

async function findOnPath(name) {
  // Debian's own servers may be in sbin, which is not on everybody's PATH.
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin"].filter(Boolean)) {
    const candidate = join(folder, name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureRedis().then(
    (path) => console.log(path),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
