// The relay as a process of its own, driven as a gateway would drive it but without one, beside proxies that do nothing, and beside a
// client that calls the provider itself. Says what Graft adds to the least a Node process can do between client and provider.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLI, freePort, HERE, start, stop, untilAnswers } from "./gateways.mjs";
import { countKongCalls } from "./kong-calls.mjs";
import { measure, merge, round } from "./measure.mjs";

const TOKEN = "bench-token-of-the-relay";

/** As Envoy in front would send them; the bare proxies pass them on. */
const HEADERS = {
  "x-graft-token": TOKEN,
  "x-graft-policy": "default",
  "x-graft-caller-address": "10.1.2.3:45678",
  "x-request-id": "1ab2f0a2-6d0f-4a5c-9d4e-0123456789ab",
  "x-forwarded-proto": "http",
  "user-agent": "bench",
};

const CONTESTANTS = {
  "bare Node proxy": (context) => bareProxy(context, "bare-proxy.mjs"),
  "bare Node proxy, undici": (context) => bareProxy(context, "bare-undici-proxy.mjs"),
  relay: (context) => relay(context, "relay", "openai", `http://127.0.0.1:${context.upstreamPort}/v1`),
  /** The client speaks OpenAI's dialect, the provider Anthropic's. */
  "relay, translating": (context) => relay(context, "relay-translating", "anthropic", `http://127.0.0.1:${context.upstreamPort}`),
  "plain undici": async ({ upstreamPort }) => ({ port: upstreamPort, processes: {}, children: [], client: "undici-client.mjs" }),
};
const REFERENCE = "bare Node proxy";

/** Streams are long, so that a chunk's cost is hardly that of their beginnings. `bar`: the most of it for `relay`, × the reference. */
const SCENARIOS = [
  { name: "relay: 200 B, c=16", bytes: 200, connections: 16, warmup: 0.3, bar: 1.6 },
  { name: "relay: stream, c=64", bytes: 200, connections: 64, stream: true, warmup: 1.15, bar: 2 },
];

/** @returns results by scenario and contestant. Takes a minute and a half at most. */
export async function compareRelay(base, quick) {
  const context = { ...base, seconds: 1, upstreamPort: await freePort() };
  const names = Object.keys(CONTESTANTS);
  const upstream = await start(
    context.loadCore,
    process.execPath,
    [join(HERE, "upstream.mjs"), "--port", String(context.upstreamPort), "--chunks", "1000", "--interval-ms", "10"],
    '"pid"',
  );
  const running = {};
  try {
    for (const name of names) running[name] = await CONTESTANTS[name](context);
    // Compilers first: a cold Node process is up to twice as slow, and says nothing about one that serves.
    for (const scenario of SCENARIOS)
      for (const name of names)
        if (running[name].client === undefined) await measure(running[name], { ...scenario, connections: 32 }, context);
    const all = {};
    for (const scenario of SCENARIOS) {
      const runs = Object.fromEntries(names.map((name) => [name, []]));
      for (let turn = 0; turn < (quick ? 1 : 3); turn += 1)
        for (const name of names) runs[name].push(await measure(running[name], scenario, context));
      const results = Object.fromEntries(names.map((name) => [name, merge(runs[name])]));
      all[scenario.name] = results;
      console.log(report(scenario, results));
    }
    console.log(await countKongCalls(context.upstreamPort));
    return all;
  } finally {
    await stop([...Object.values(running).flatMap(({ children }) => children), upstream]);
  }
}

function report({ name, stream, bar }, results) {
  const unit = stream ? "chunk" : "request";
  const reference = results[REFERENCE].cpuTotal;
  const rows = Object.entries(results).map(([contestant, { cpuTotal, perSecond, memory, errors, failures }]) => {
    const rate = stream ? "" : ` ${round(perSecond)} |`;
    const failed = errors === 0 ? "0" : `${errors} ${JSON.stringify(failures)}`;
    return `| ${contestant} | ${round(cpuTotal, 1)} | ${round(cpuTotal / reference, 2)} |${rate} ${round(memory.node)} | ${failed} |`;
  });
  const ratio = results.relay.cpuTotal / reference;
  return [
    `\n### ${name}\n`,
    `| | CPU µs/${unit} | × ${REFERENCE} |${stream ? "" : " requests/s |"} RSS MB | errors |`,
    `|---|--:|--:|${stream ? "" : "--:|"}--:|--:|`,
    ...rows,
    `\nrelay: ${round(ratio, 2)} × ${REFERENCE} a ${unit}; the bar is ${bar} ×: ${ratio <= bar ? "held" : "NOT held"}\n`,
  ].join("\n");
}

async function bareProxy(context, script) {
  const port = await freePort();
  const args = [join(HERE, script), String(port), String(context.upstreamPort)];
  const child = await start(context.gatewayCore, process.execPath, args, "ready");
  await untilAnswers(port);
  return { port, headers: HEADERS, processes: { node: child.pid }, children: [child] };
}

/** @param more `policy` and `file`: lines of YAML below the policy, and at the top */
export async function relay(context, name, kind, baseUrl, { policy = "", file = "" } = {}) {
  const port = await freePort();
  const path = join(context.directory, `${name}.yaml`);
  writeFileSync(
    path,
    `version: 1
providers:
  upstream: { kind: ${kind}, base_url: "${baseUrl}", api_keys: [sk-bench] }
policies:
  default:
    models: [{ name: bench, targets: [{ provider: upstream, model: bench-upstream-model }] }]
${policy}
envoy: { sockets: ["127.0.0.1:${port}"], relay_token: ${TOKEN} }
${file}
`,
  );
  const args = [CLI, "envoy", "serve", "--mode", "relay", path, "--admin", "off", "--log-level", context.logLevel];
  const child = await start(context.gatewayCore, process.execPath, args, "relay serving Envoy");
  await untilAnswers(port, HEADERS);
  return { port, headers: HEADERS, processes: { node: child.pid }, children: [child] };
}
