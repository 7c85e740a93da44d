// A Redis for tests: $REDIS_URL (answers undefined, nothing is to be started), else the path of `redis-server`.
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const HELP =
  "Set REDIS_URL to a running Redis 7, or install one (Debian: apt-get install redis-server; macOS: brew install redis), " +
  "or run everything in containers with docker compose.";

export async function ensureRedis() {
  if (process.env.REDIS_URL) return undefined;
  return (await findOnPath("redis-server")) ?? (await install());
}

async function install() {
  if (process.getuid?.() !== 0 || !(await findOnPath("apt-get"))) throw new Error(`redis-server is not installed.\n${HELP}`);
  process.stderr.write("ensure-redis: no redis-server found, installing it with apt-get\n");
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 1 << 24 };
  const aptInstall = () => run("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"], options);
  try {
    // Package lists may be missing or old; fetching them takes longer than trying.
    await aptInstall().catch(() => run("apt-get", ["update"], options).then(aptInstall));
  } catch (error) {
    throw new Error(`apt-get could not install redis-server: ${String(error.stderr || error.message).trim()}\n${HELP}`);
  }
  const path = await findOnPath("redis-server");
  if (!path) throw new Error(`redis-server is not on PATH after its installation.\n${HELP}`);
  return path;
}

async function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureRedis().then(
    (path) => console.log(process.env.REDIS_URL ?? path),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
