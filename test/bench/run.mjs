// Compares gateways side by side in one run and prints ratios. Figures of one machine say nothing; ratios of one run do.
//   npm run bench                 everything (about twenty minutes)
//   npm run bench -- --quick      one round of short measurements (about four minutes)
//   npm run bench -- --only small,stream
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, GATEWAYS, HERE, start, stop } from "./gateways.mjs";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const only = args.includes("--only") ? args[args.indexOf("--only") + 1].split(",") : undefined;
const out = args.includes("--json") ? args[args.indexOf("--json") + 1] : undefined;
const seconds = 2;
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
].filter(({ group }) => only === undefined || only.includes(group));

const COMPARED = ["direct", "plain Envoy", "bare Node relay", "grpc-js echo", "Graft", "Graft, translating"];
const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system CPU seconds of a process so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

/** One measurement: load for a while, CPU of every gateway process over exactly that while. */
function measure(gateway, scenario, context) {
  const options = {
    port: gateway.port,
    path: "/v1/chat/completions",
    connections: scenario.connections,
    seconds,
    warmup: scenario.stream ? 1.5 : 1,
    bytes: scenario.bytes,
    stream: scenario.stream ?? false,
  };
  const command =
    context.loadCore === undefined ? [process.execPath] : ["taskset", "-c", String(context.loadCore), process.execPath];
  const child = spawn(command[0], [...command.slice(1), join(HERE, "load.mjs"), JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const snapshot = () => Object.fromEntries(Object.entries(gateway.processes).map(([name, pid]) => [name, cpuSeconds(pid)]));
  let before;
  let after;
  child.on("message", (what) => {
    if (what === "measuring") before = snapshot();
    else after = snapshot();
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      if (code !== 0) {
        reject(new Error(`load generator ended (${code})`));
        return;
      }
      const result = JSON.parse(text);
      // Streams end long after they began: their cost is told by chunk.
      const units = scenario.stream ? result.chunks : result.requests;
      const cpu = Object.fromEntries(
        Object.keys(gateway.processes).map((name) => [name, ((after[name] - before[name]) / units) * 1e6]),
      );
      const memory = Object.fromEntries(Object.entries(gateway.processes).map(([name, pid]) => [name, residentMb(pid)]));
      resolve({ ...result, cpu, memory, cpuTotal: Object.values(cpu).reduce((sum, it) => sum + it, 0) });
    });
  });
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value, digits = 0) => (value === null || value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits));

function merge(runs) {
  const pick = (read) => median(runs.map(read));
  return {
    perSecond: pick((run) => run.perSecond),
    cpuTotal: pick((run) => run.cpuTotal),
    cpu: Object.fromEntries(Object.keys(runs[0].cpu).map((name) => [name, pick((run) => run.cpu[name])])),
    memory: Object.fromEntries(
      Object.keys(runs[0].memory).map((name) => [name, Math.max(...runs.map((run) => run.memory[name]))]),
    ),
    p50: pick((run) => run.p50),
    p95: pick((run) => run.p95),
    p99: pick((run) => run.p99),
    firstByteP50: pick((run) => run.firstByteP50),
    chunkDelayP50: pick((run) => run.chunkDelayP50),
    chunkDelayP99: pick((run) => run.chunkDelayP99),
    errors: runs.reduce((sum, run) => sum + run.errors, 0),
    failures: runs.map((run) => run.failures).find((it) => Object.keys(it).length > 0) ?? {},
  };
}

function table(scenario, results) {
  const plain = results["plain Envoy"];
  const unit = scenario.stream ? "chunk" : "request";
  const lines = [
    `### ${scenario.name}`,
    "",
    scenario.stream
      ? `| gateway | CPU µs/${unit} | by process | × plain Envoy | chunk delay p50 / p99 ms | first byte p50 ms | added | RSS MB | errors |`
      : `| gateway | requests/s | CPU µs/${unit} | by process | × plain Envoy | p50 / p95 / p99 ms | added p50 / p95 / p99 | RSS MB | errors |`,
    scenario.stream ? "|---|--:|---|--:|--:|--:|--:|--:|--:|" : "|---|--:|--:|---|--:|--:|--:|--:|--:|",
  ];
  const added = (result, key) => (plain === undefined ? "-" : round(result[key] - plain[key], 2));
  for (const [name, result] of Object.entries(results)) {
    const byProcess =
      Object.entries(result.cpu)
        .map(([process, cpu]) => `${process} ${round(cpu)}`)
        .join(" + ") || "-";
    const ratio = plain === undefined || result.cpuTotal === 0 ? "-" : round(result.cpuTotal / plain.cpuTotal, 2);
    const memory =
      Object.values(result.memory)
        .map((mb) => round(mb))
        .join(" + ") || "-";
    const errors = result.errors === 0 ? "0" : `${result.errors} ${JSON.stringify(result.failures)}`;
    lines.push(
      scenario.stream
        ? `| ${name} | ${round(result.cpuTotal, 1)} | ${byProcess} | ${ratio} | ${round(result.chunkDelayP50, 2)} / ${round(result.chunkDelayP99, 2)} | ${round(result.firstByteP50, 2)} | ${added(result, "firstByteP50")} | ${memory} | ${errors} |`
        : `| ${name} | ${round(result.perSecond)} | ${round(result.cpuTotal)} | ${byProcess} | ${ratio} | ${round(result.p50, 2)} / ${round(result.p95, 2)} / ${round(result.p99, 2)} | ${added(result, "p50")} / ${added(result, "p95")} / ${added(result, "p99")} | ${memory} | ${errors} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function canPin() {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return availableParallelism() >= 2;
  } catch {
    return false;
  }
}

const pin = canPin();
const context = {
  directory: mkdtempSync(join(tmpdir(), "graft-bench-")),
  envoy:
    process.env.ENVOY_BIN ??
    execFileSync(process.execPath, [join(HERE, "../../scripts/ensure-envoy.mjs")], { encoding: "utf8" }).trim(),
  gatewayCore: pin ? 0 : undefined,
  loadCore: pin ? 1 : undefined,
  logLevel: "info",
};
context.upstreamPort = await freePort();
const upstream = await start(
  context.loadCore,
  process.execPath,
  [join(HERE, "upstream.mjs"), "--port", String(context.upstreamPort), "--chunks", "100", "--interval-ms", "10"],
  '"pid"',
);
const running = {};
try {
  console.log(
    `${cpus()[0].model}, Node ${process.version}, ${pin ? "gateway processes on core 0, upstream and load on core 1" : "not pinned"}, ${rounds} round(s) of ${seconds} s\n`,
  );
  for (const name of COMPARED) running[name] = await GATEWAYS[name](context);
  // Compilers first: a cold Node process is up to twice as slow, and says nothing about one that serves.
  for (const stream of [false, true])
    for (const name of COMPARED) await measure(running[name], { bytes: 2000, connections: 32, stream }, context);
  const all = {};
  for (const scenario of SCENARIOS) {
    const runs = Object.fromEntries(COMPARED.map((name) => [name, []]));
    // Rounds go over all gateways in turn, so that a slow minute of the machine hits every one.
    for (let round = 0; round < rounds; round += 1)
      for (const name of COMPARED) runs[name].push(await measure(running[name], scenario, context));
    const results = Object.fromEntries(COMPARED.map((name) => [name, merge(runs[name])]));
    all[scenario.name] = results;
    console.log(table(scenario, results));
  }
  if (out !== undefined) writeFileSync(out, JSON.stringify(all, null, 2));
} finally {
  await stop([...Object.values(running).flatMap(({ children }) => children), upstream]);
  rmSync(context.directory, { recursive: true, force: true });
}
