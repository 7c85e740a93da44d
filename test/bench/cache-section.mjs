// What an answer from the cache costs, beside the same relay that asks an upstream which answers at once; and searching vectors.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { freePort, HERE, start, stop } from "./gateways.mjs";
import { measure, merge, round } from "./measure.mjs";
import { relay } from "./relay-section.mjs";

const CACHE = `    plugins:
      cache: { scope: policy, ttl_s: 3600 }`;
const inRedis = (redis) => `store: { kind: redis, redis: { url: "${redis}" } }`;

const CONTESTANTS = {
  "no cache": () => ({ options: {} }),
  "miss, memory": () => ({ options: { policy: CACHE }, unique: true }),
  "miss, Redis": ({ redis }) => ({ options: { policy: CACHE, file: inRedis(redis) }, unique: true }),
  "hit, memory": () => ({ options: { policy: CACHE } }),
  "hit, Redis": ({ redis }) => ({ options: { policy: CACHE, file: inRedis(redis) } }),
};
const REFERENCE = "no cache";
const SCENARIOS = [
  { name: "cache: 200 B, c=16", bytes: 200, connections: 16, warmup: 1 },
  { name: "cache: 8 KB, c=16", bytes: 8192, connections: 16, warmup: 1 },
];

export async function compareCache(base, quick) {
  const redisSocket = join(base.directory, "cache-redis.sock");
  const server = await start(
    base.loadCore,
    process.env.REDIS_SERVER_BIN ?? "redis-server",
    ["--port", "0", "--unixsocket", redisSocket, "--save", "", "--dir", base.directory],
    "eady to accept connections",
  );
  const context = { ...base, seconds: 2, redis: redisSocket, upstreamPort: await freePort() };
  const upstream = await start(
    context.loadCore,
    process.execPath,
    [join(HERE, "upstream.mjs"), "--port", String(context.upstreamPort), "--chunks", "10", "--interval-ms", "10"],
    '"pid"',
  );
  const running = {};
  try {
    const baseUrl = `http://127.0.0.1:${context.upstreamPort}/v1`;
    const names = Object.keys(CONTESTANTS);
    for (const [at, name] of names.entries()) {
      const { options, unique = false } = CONTESTANTS[name](context);
      running[name] = { ...(await relay(context, `cache-${at}`, "openai", baseUrl, options)), unique };
    }
    for (const name of names) await measure(running[name], { ...SCENARIOS[0], connections: 32 }, context);
    const all = {};
    for (const scenario of SCENARIOS) {
      const runs = Object.fromEntries(names.map((name) => [name, []]));
      for (let turn = 0; turn < (quick ? 1 : 3); turn += 1)
        for (const name of names) runs[name].push(await measure(running[name], scenario, context));
      all[scenario.name] = Object.fromEntries(names.map((name) => [name, merge(runs[name])]));
      console.log(report(scenario, all[scenario.name]));
    }
    console.log(vectors());
    return all;
  } finally {
    await stop([...Object.values(running).flatMap(({ children }) => children), upstream, server]);
  }
}

function report({ name }, results) {
  const reference = results[REFERENCE];
  const rows = Object.entries(results).map(
    ([contestant, { cpuTotal, p50, perSecond, memory, errors }]) =>
      `| ${contestant} | ${round(cpuTotal, 1)} | ${round(cpuTotal / reference.cpuTotal, 2)} | ${round(p50, 2)} | ${round(p50 / reference.p50, 2)} | ${round(perSecond)} | ${round(memory.node)} | ${errors} |`,
  );
  return [
    `\n### ${name}\n`,
    `| | CPU µs/request | × ${REFERENCE} | p50 ms | × ${REFERENCE} | requests/s | RSS MB | errors |`,
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...rows,
    "",
  ].join("\n");
}

/** In a process of its own: it measures memory. */
function vectors() {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", join(HERE, "vector-index.mjs")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`vector-index.mjs ended (${status}): ${stderr}`);
  return `\n### vectors\n\n${stdout}`;
}
