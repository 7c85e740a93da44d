// Compares gateways, then the relay with bare proxies, side by side in one run and prints ratios. Figures of one machine say
// nothing; ratios of one run do.
//   npm run bench                 everything (about twenty-five minutes)
//   npm run bench -- --quick      one round of short measurements (about six minutes)
//   npm run bench -- --only small,stream
//   npm run bench -- --only relay (a minute and a half)
//   npm run bench -- --only limits (a minute; needs redis-server)
//   npm run bench -- --only redact (a minute)
//   npm run bench -- --only cache (a minute; needs redis-server)
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { compareCache } from "./cache-section.mjs";
import { freePort, GATEWAYS, HERE, start, stop } from "./gateways.mjs";
import { compareLimits } from "./limits-section.mjs";
import { canPin, measure, merge } from "./measure.mjs";
import { compareRedact } from "./redact-section.mjs";
import { compareRelay } from "./relay-section.mjs";
import { table } from "./table.mjs";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const only = args.includes("--only") ? args[args.indexOf("--only") + 1].split(",") : undefined;
const out = args.includes("--json") ? args[args.indexOf("--json") + 1] : undefined;
const wanted = (group) => only === undefined || only.includes(group);
const rounds = quick ? 1 : 3;

const SCENARIOS = [
  ...[1, 16, 64].map((connections) => ({ group: "small", name: `200 B, c=${connections}`, bytes: 200, connections })),
  ...[1, 16, 64].map((connections) => ({ group: "medium", name: `8 KB, c=${connections}`, bytes: 8192, connections })),
  ...[1, 16, 64].map((connections) => ({ group: "large", name: `200 KB, c=${connections}`, bytes: 204_800, connections })),
  ...[1, 16, 64].map((connections) => ({
    group: "stream",
    name: `stream, c=${connections}`,
    bytes: 200,
    connections,
    stream: true,
  })),
].filter(({ group }) => wanted(group));

async function compareGateways(base) {
  const context = {
    ...base,
    seconds: 2,
    envoy:
      process.env.ENVOY_BIN ??
      execFileSync(process.execPath, [join(HERE, "../../scripts/ensure-envoy.mjs")], { encoding: "utf8" }).trim(),
    upstreamPort: await freePort(),
  };
  const compared = Object.keys(GATEWAYS);
  const upstream = await start(
    context.loadCore,
    process.execPath,
    [join(HERE, "upstream.mjs"), "--port", String(context.upstreamPort), "--chunks", "100", "--interval-ms", "10"],
    '"pid"',
  );
  const running = {};
  try {
    console.log(`${rounds} round(s) of ${context.seconds} s\n`);
    for (const name of compared) running[name] = await GATEWAYS[name](context);
    // Compilers first: a cold Node process is up to twice as slow, and says nothing about one that serves.
    for (const stream of [false, true])
      for (const name of compared) await measure(running[name], { bytes: 2000, connections: 32, stream }, context);
    const all = {};
    for (const scenario of SCENARIOS) {
      const runs = Object.fromEntries(compared.map((name) => [name, []]));
      // Rounds go over all gateways in turn, so that a slow minute of the machine hits every one.
      for (let round = 0; round < rounds; round += 1)
        for (const name of compared) runs[name].push(await measure(running[name], scenario, context));
      const results = Object.fromEntries(compared.map((name) => [name, merge(runs[name])]));
      all[scenario.name] = results;
      console.log(table(scenario, results));
    }
    return all;
  } finally {
    await stop([...Object.values(running).flatMap(({ children }) => children), upstream]);
  }
}

const pin = canPin();
const directory = mkdtempSync(join(tmpdir(), "graft-bench-"));
const context = { directory, gatewayCore: pin ? 0 : undefined, loadCore: pin ? 1 : undefined, logLevel: "info" };
try {
  const pinned = pin ? "gateway processes on core 0, upstream and load on core 1" : "not pinned";
  console.log(`${cpus()[0].model}, Node ${process.version}, ${pinned}`);
  const relay = wanted("relay") ? await compareRelay(context, quick) : {};
  const limits = wanted("limits") ? await compareLimits(context, quick) : {};
  const cache = wanted("cache") ? await compareCache(context, quick) : {};
  const redact = wanted("redact") ? await compareRedact(context, quick) : {};
  const gateways = SCENARIOS.length > 0 ? await compareGateways(context) : {};
  if (out !== undefined) writeFileSync(out, JSON.stringify({ ...relay, ...limits, ...cache, ...redact, ...gateways }, null, 2));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
