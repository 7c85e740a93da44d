// `npm run bench`: builds, then compares gateways side by side (test/bench/run.mjs says how).
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (script, ...args) => execFileSync(process.execPath, [join(root, script), ...args], { stdio: "inherit", cwd: root });

console.log("building");
run("scripts/build.mjs");
run("test/bench/run.mjs", ...process.argv.slice(2));
