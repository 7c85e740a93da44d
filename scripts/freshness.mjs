// Installs and builds only what is missing or out of date.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const SOURCES = ["cli", "demo", "envoy", "kong", "plugins", "proto", "package.json", "tsconfig.json", "tsconfig.build.json"];
const NODE = [20, 19];

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return;
  console.error(`Graft needs Node.js ${NODE.join(".")} or newer; this is ${process.version}. See https://nodejs.org/en/download`);
  process.exit(1);
}

/** @returns whether anything was installed */
export function ensureModules() {
  // npm writes this file at the end of an installation.
  if (changedAt("node_modules/.package-lock.json") >= changedAt("package-lock.json")) return false;
  console.log("installing dependencies (npm ci)");
  // Output that belongs to npm must not mix with ours.
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  return true;
}

export function ensureBuilt() {
  const built = changedAt("dist/cli/main.js");
  if (SOURCES.every((source) => newestIn(join(root, source)) <= built)) return;
  console.log("building");
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" });
}

/** Milliseconds; 0 when there is no such file. */
function changedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestIn(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
