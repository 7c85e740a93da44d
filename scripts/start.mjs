// `npm start`: whatever is missing is installed and built, then `graft start` takes over this process.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkNode, ensureBuilt, ensureModules, root } from "./freshness.mjs";

checkNode();
try {
  ensureModules();
  ensureBuilt();
  const { ensureEnvoy } = await import("./ensure-envoy.mjs");
  process.env.ENVOY_BIN = await ensureEnvoy();
} catch (error) {
  // Failed commands have said why already.
  if (error.status === undefined) console.error(error.message);
  process.exit(1);
}
const main = join(root, "dist", "cli", "main.js");
process.argv = [process.execPath, main, "start", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
