// What redaction, the guard and the audit log cost a request and a streamed chunk, each beside the same relay without plugins; and
// what they cost by themselves. About a minute: measurements are short, with rounds that go over all contestants in turn.
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, HERE, start, stop } from "./gateways.mjs";
import { round } from "./measure.mjs";
import { chatRequest, PROMPTS, SIZES } from "./redact-prompts.mjs";
import { relay } from "./relay-section.mjs";

const PLUGINS = {
  redact: {},
  guard: {
    rules: [
      { name: "injection", kind: "injection" },
      { name: "code-name", kind: "pattern", pattern: { deny: ["\\bproject[ -]nightjar\\b"] } },
    ],
  },
  audit: { on_error: "closed" },
};
/** YAML takes JSON. */
const policy = (...names) => `    plugins: ${JSON.stringify(Object.fromEntries(names.map((name) => [name, PLUGINS[name]])))}`;
const auditFile = ({ directory }) =>
  `audit: { kind: file, directory: "${join(directory, "audit")}", anchor: "${join(directory, "anchors")}", key: ${"k".repeat(32)} }`;

const REFERENCE = "no plugins";
const CONTESTANTS = {
  [REFERENCE]: () => ({}),
  redact: () => ({ policy: policy("redact") }),
  "redact, guard": () => ({ policy: policy("redact", "guard") }),
  "redact, guard, audit": (context) => ({ policy: policy("redact", "guard", "audit"), file: auditFile(context) }),
};

const EMAIL = "Write to ada@example.org. ";
/** Of a stream's request: `asked` is what tells the upstream to write the first value's placeholder into every tenth chunk. */
const STREAMS = {
  "nothing found in the request": (length) => PROMPTS.prose(length),
  "a value in the request, its placeholder never in the answer": (length) => EMAIL + PROMPTS.prose(length - EMAIL.length),
  "its placeholder in every tenth chunk": (length) => {
    const asked = `${EMAIL}PLACEHOLDERS `;
    return asked + PROMPTS.prose(length - asked.length);
  },
};

const SCENARIOS = [
  ...Object.entries(SIZES).flatMap(([size, bytes]) =>
    Object.entries(PROMPTS).map(([kind, content]) => ({
      name: `${size}, ${kind}`,
      body: chatRequest(content, bytes),
      // Long ones few at a time: the last to be sent ends that much later.
      connections: bytes > 100_000 ? 2 : 8,
      ms: bytes < 1000 ? 250 : bytes < 10_000 ? 150 : 100,
    })),
  ),
  ...Object.entries(STREAMS).map(([name, content]) => ({
    name,
    body: chatRequest(content, 200, { stream: true }),
    connections: 64,
    ms: 400,
    stream: true,
  })),
];
/** Short requests without and with findings. */
const WARM_UPS = [SCENARIOS[0], SCENARIOS[2]];
/** Compiling is done after some thousand requests; on a busy machine that takes longer than there is time. */
const WARM_UP = { connections: 32, ms: 2500, most: 3000 };
/** Of answers the audit log sees the end only. */
const takesPart = (contestant, { stream }) => stream !== true || contestant !== "redact, guard, audit";

/** @returns µs of CPU by scenario and contestant */
export async function compareRedact(base, quick) {
  const context = { ...base, upstreamPort: await freePort() };
  const alone = pluginsAlone(context);
  const upstream = await start(
    context.loadCore,
    process.execPath,
    [join(HERE, "upstream.mjs"), "--port", String(context.upstreamPort), "--chunks", "60", "--interval-ms", "10"],
    '"pid"',
  );
  const load = startLoad(context);
  const names = Object.keys(CONTESTANTS);
  const running = {};
  try {
    for (const [at, name] of names.entries()) {
      const baseUrl = `http://127.0.0.1:${context.upstreamPort}/v1`;
      running[name] = await relay(context, `redact-${at}`, "openai", baseUrl, CONTESTANTS[name](context));
    }
    // Compilers first: a cold Node process takes many times as long, and says nothing about one that serves.
    for (const scenario of WARM_UPS)
      for (const name of names) await measureOnce(load, running[name], { ...scenario, ...WARM_UP });
    const all = Object.fromEntries(SCENARIOS.map(({ name }) => [name, {}]));
    // The least of rounds that are far apart: what else runs, and what is not compiled yet, can only add to it.
    for (let turn = 0; turn < (quick ? 2 : 3); turn += 1)
      for (const scenario of SCENARIOS)
        for (const name of names.filter((it) => takesPart(it, scenario))) {
          const cost = await measureOnce(load, running[name], scenario);
          all[scenario.name][name] = Math.min(cost, all[scenario.name][name] ?? cost);
        }
    console.log(report(all, alone));
    return { redact: { ...all, alone } };
  } finally {
    await stop([...Object.values(running).flatMap(({ children }) => children), upstream, load]);
  }
}

function startLoad({ loadCore }) {
  const args = [process.execPath, join(HERE, "redact-load.mjs")];
  const command = loadCore === undefined ? args : ["taskset", "-c", String(loadCore), ...args];
  return spawn(command[0], command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

function pluginsAlone({ gatewayCore }) {
  const args = [process.execPath, join(HERE, "redact-alone.mjs"), JSON.stringify(PLUGINS)];
  const command = gatewayCore === undefined ? args : ["taskset", "-c", String(gatewayCore), ...args];
  return JSON.parse(execFileSync(command[0], command.slice(1), { encoding: "utf8" }));
}

/** µs of the gateway's CPU a request, or a chunk. */
function measureOnce(load, { port, headers, processes }, { name, ...task }) {
  let before = cpuMicroseconds(processes.node);
  let after;
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`load generator ended (${code})`));
    load.once("exit", ended);
    load.on("message", function read(message) {
      if (message === "measuring") before = cpuMicroseconds(processes.node);
      else if (message === "measured") after = cpuMicroseconds(processes.node);
      else {
        after ??= cpuMicroseconds(processes.node);
        load.off("message", read).off("exit", ended);
        if (message.errors > 0) reject(new Error(`${name}: ${message.errors} of ${message.units} failed`));
        else resolve((after - before) / message.units);
      }
    });
    load.send({ port, headers, ...task });
  });
}

/** Of all threads so far, from the scheduler: the ticks of `/proc/…/stat` are too coarse for a tenth of a second. */
function cpuMicroseconds(pid) {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]));
  return nanoseconds.reduce((sum, it) => sum + it, 0) / 1000;
}

function report(all, alone) {
  const lines = [];
  for (const [unit, isStream] of [
    ["request", false],
    ["chunk", true],
  ]) {
    const scenarios = SCENARIOS.filter(({ stream }) => (stream === true) === isStream);
    const names = Object.keys(all[scenarios[0].name]);
    lines.push(
      `\n### redact: CPU µs/${unit} (× ${REFERENCE})\n`,
      `| | ${names.join(" | ")} |`,
      `|---|${"--:|".repeat(names.length)}`,
    );
    for (const { name } of scenarios) {
      const costs = Object.entries(all[name]).map(([contestant, cost]) => {
        const ratio = contestant === REFERENCE ? "" : ` (${round(cost / all[name][REFERENCE], 2)})`;
        return `${round(cost, isStream ? 1 : 0)}${ratio}`;
      });
      lines.push(`| ${name} | ${costs.join(" | ")} |`);
    }
  }
  lines.push("\n### redact: each by itself, CPU µs/request\n", "| | found | redact | guard |", "|---|--:|--:|--:|");
  for (const [name, { found, ...costs }] of Object.entries(alone))
    lines.push(`| ${name} | ${found} | ${round(costs.redact)} | ${round(costs.guard)} |`);
  return `${lines.join("\n")}\n`;
}
