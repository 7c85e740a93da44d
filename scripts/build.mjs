// Compiles to dist/. The new dist appears whole: a process that starts meanwhile sees the old one or the new one.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const started = new Date();
const fresh = join(root, ".cache", `build-${process.pid}`);
const old = join(root, ".cache", `build-${process.pid}-old`);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

try {
  mkdirSync(fresh, { recursive: true });
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", fresh], {
    stdio: "inherit",
    cwd: root,
  });
  // Generated JavaScript that tsc does not see.
  cpSync(join(root, "proto", "generated"), join(fresh, "proto", "generated"), {
    recursive: true,
    filter: (source) => !source.endsWith(".d.ts"),
  });
  // Lua is read from beside the code that sends it.
  const scripts = join("plugins", "stores", "redis", "scripts");
  cpSync(join(root, scripts), join(fresh, scripts), { recursive: true });
  chmodSync(join(fresh, "cli", "main.js"), 0o755);
  // What was changed while tsc ran counts as newer than the build.
  utimesSync(join(fresh, "cli", "main.js"), started, started);
  try {
    renameSync(join(root, "dist"), old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(fresh, join(root, "dist"));
} catch (error) {
  if (error.status === undefined) throw error;
  console.error("build: tsc found errors, dist/ stays as it was");
  process.exitCode = 1;
} finally {
  for (const leftover of [fresh, old]) rmSync(leftover, { recursive: true, force: true });
}
