// The folder of `initdb` and `postgres` for tests: $PG_BIN, else where Debian puts them, else on PATH, else Debian's package. Run directly,
// it prints the folder. Nothing is started: tests start their own, on sockets of their own.
import { execFile } from "node:child_process";
import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const OLDEST = 11;
const DEBIAN = "/usr/lib/postgresql";
const run = promisify(execFile);
const say = (text) => process.stderr.write(`ensure-postgres: ${text}\n`);

export async function ensurePostgres() {
  const named = process.env.PG_BIN;
  const folder = named || (await find()) || (await install());
  await checkRuns(folder, named ? "$PG_BIN" : "Postgres");
  return folder;
}

async function install() {
  say("no Postgres found, installing the package");
  try {
    await apt("install", "--yes", "--no-install-recommends", "postgresql");
  } catch {
    // Lists may be missing (container images come without) or out of date.
    await apt("update");
    await apt("install", "--yes", "--no-install-recommends", "postgresql");
  }
  const folder = await find();
  if (!folder) throw missing("the package postgresql holds no initdb and postgres");
  say(`ready: ${folder}`);
  return folder;
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

async function find() {
  const versions = await readdir(DEBIAN).catch(() => []);
  const debian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, "bin"));
  const onPath = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const folder of [...debian, ...onPath]) if (await isFolder(folder)) return folder;
  return undefined;
}

async function isFolder(folder) {
  return (await isExecutable(join(folder, "initdb"))) && (await isExecutable(join(folder, "postgres")));
}

async function checkRuns(folder, origin) {
  if (!(await isFolder(folder))) throw missing(`${origin} (${folder}) has no initdb and postgres`);
  const { stdout } = await run(join(folder, "postgres"), ["--version"]).catch((error) => {
    throw missing(`${origin} (${folder}) does not run: ${String(error.stderr || error.message).trim()}`);
  });
  const version = Number(/\d+/.exec(stdout)?.[0] ?? 0);
  if (version < OLDEST) throw missing(`${origin} (${folder}) is too old: ${stdout.trim()}`);
}

function missing(reason) {
  return new Error(
    `${reason}.\nPostgres ${OLDEST} or later is needed. Install it (Debian: apt-get install postgresql; macOS: brew install postgresql) ` +
      "and put initdb and postgres on PATH or name their folder in PG_BIN.",
  );
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePostgres().then(
    (folder) => console.log(folder),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
