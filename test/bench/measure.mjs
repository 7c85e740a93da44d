// Loads one contestant for a while and reads what that cost: CPU of its processes from /proc, latencies from the load generator.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { HERE } from "./gateways.mjs";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system CPU seconds of a process so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

/**
 * One measurement: load for a while, CPU of every gateway process over exactly that while. A `gateway` without processes of its own
 * but with a `client` is measured as that: the script that makes the load is the one that counts.
 */
export function measure(gateway, scenario, context) {
  const options = {
    port: gateway.port,
    path: "/v1/chat/completions",
    connections: scenario.connections,
    seconds: context.seconds,
    warmup: scenario.warmup ?? (scenario.stream ? 1.5 : 1),
    bytes: scenario.bytes,
    stream: scenario.stream ?? false,
    unique: gateway.unique ?? false,
    headers: gateway.headers ?? {},
  };
  const { client } = gateway;
  const core = client === undefined ? context.loadCore : context.gatewayCore;
  const command = core === undefined ? [process.execPath] : ["taskset", "-c", String(core), process.execPath];
  const child = spawn(command[0], [...command.slice(1), join(HERE, client ?? "load.mjs"), JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const processes = client === undefined ? gateway.processes : { node: child.pid };
  const snapshot = () => Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuSeconds(pid)]));
  let before;
  let after;
  let memory;
  child.on("message", (what) => {
    if (what === "measuring") before = snapshot();
    else {
      after = snapshot();
      memory = Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, residentMb(pid)]));
    }
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
      const cpu = Object.fromEntries(Object.keys(processes).map((name) => [name, ((after[name] - before[name]) / units) * 1e6]));
      resolve({ ...result, cpu, memory, cpuTotal: Object.values(cpu).reduce((sum, it) => sum + it, 0) });
    });
  });
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const round = (value, digits = 0) =>
  value === null || value === undefined || Number.isNaN(value) ? "-" : value.toFixed(digits);

export function merge(runs) {
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

/** Whether processes can be kept apart on two cores. */
export function canPin() {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return availableParallelism() >= 2;
  } catch {
    return false;
  }
}
