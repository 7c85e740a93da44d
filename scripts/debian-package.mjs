// Debian packages and programs on PATH, for what tests need of the system.
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);

/** @param missing makes the error that says what would help */
export async function installPackage(name, missing) {
  const install = ["install", "--yes", "--no-install-recommends", name];
  try {
    await apt(missing, ...install);
  } catch {
    // Lists may be missing (container images come without) or out of date.
    await apt(missing, "update");
    await apt(missing, ...install);
  }
}

async function apt(missing, ...args) {
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

export function foldersOnPath() {
  return (process.env.PATH ?? "").split(delimiter).filter(Boolean);
}

/** The first of the folders that holds an executable of this name; `undefined` = none. */
export async function findIn(folders, name) {
  for (const folder of folders) if (await isExecutable(join(folder, name))) return join(folder, name);
  return undefined;
}

export function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Prints what was made ready, or what is missing. */
export function printReady(ensured) {
  ensured.then(
    (path) => console.log(path),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
