// The folder of `initdb` and `postgres` for tests: $PG_BIN, else where Debian puts them, else on PATH, else Debian's package. Run directly,
// it prints the folder. Nothing is started: tests start their own, on sockets of their own.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { foldersOnPath, installPackage, isExecutable, printReady, run } from "./debian-package.mjs";

const OLDEST = 11;
const DEBIAN = "/usr/lib/postgresql";
const say = (text) => process.stderr.write(`ensure-postgres: ${text}\n`);

export async function ensurePostgres() {
  const named = process.env.PG_BIN;
  const folder = named || (await find()) || (await install());
  await checkRuns(folder, named ? "$PG_BIN" : "Postgres");
  return folder;
}

async function install() {
  say("no Postgres found, installing the package");
  await installPackage("postgresql", missing);
  const folder = await find();
  if (!folder) throw missing("the package postgresql holds no initdb and postgres");
  say(`ready: ${folder}`);
  return folder;
}

async function find() {
  const versions = await readdir(DEBIAN).catch(() => []);
  const debian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, "bin"));
  for (const folder of [...debian, ...foldersOnPath()]) if (await isFolder(folder)) return folder;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) printReady(ensurePostgres());
