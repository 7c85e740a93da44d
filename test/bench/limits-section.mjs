// What limits and usage records cost a request, each beside the same relay without them; and how often Redis is asked.
import { createConnection } from "node:net";
import { join } from "node:path";
import { freePort, HERE, start, stop } from "./gateways.mjs";
import { measure, merge, round } from "./measure.mjs";
import { relay } from "./relay-section.mjs";

/** Far above what a second brings: nothing is refused. */
const LIMITS = `    plugins:
      rate_limit:
        limits:
          - { name: requests, unit: requests, limit: 1000000000, by: [caller] }
          - { name: tokens, unit: total_tokens, limit: 1000000000000, by: [caller] }
          - { name: running, unit: concurrency, limit: 1000000, by: [caller] }`;

const CONTESTANTS = {
  "no limits": () => ({}),
  "three limits, memory": () => ({ policy: LIMITS }),
  "three limits, Redis": ({ redis }) => ({ policy: LIMITS, file: `store: { kind: redis, redis: { url: "${redis}" } }` }),
  "three limits, Redis, lease": ({ redis }) => ({
    policy: LIMITS,
    file: `store: { kind: redis, redis: { url: "${redis}", namespace: leased }, lease: { enabled: true } }`,
  }),
  "usage records, SQLite": ({ directory }) => ({ file: `usage: { kind: sqlite, path: "${join(directory, "usage.db")}" }` }),
};
const REFERENCE = "no limits";
const SCENARIO = { name: "limits: 200 B, c=16", bytes: 200, connections: 16, warmup: 1 };

export async function compareLimits(base, quick) {
  const redisSocket = join(base.directory, "redis.sock");
  const redis = process.env.REDIS_SERVER_BIN ?? "redis-server";
  const server = await start(
    base.loadCore,
    redis,
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
  const asked = {};
  try {
    const baseUrl = `http://127.0.0.1:${context.upstreamPort}/v1`;
    const names = Object.keys(CONTESTANTS);
    for (const [at, name] of names.entries())
      running[name] = await relay(context, `limits-${at}`, "openai", baseUrl, CONTESTANTS[name](context));
    for (const name of names) await measure(running[name], { ...SCENARIO, connections: 32 }, context);
    const runs = Object.fromEntries(names.map((name) => [name, []]));
    for (let turn = 0; turn < (quick ? 1 : 3); turn += 1)
      for (const name of names) {
        const before = await scriptCalls(redisSocket);
        const run = await measure(running[name], SCENARIO, context);
        runs[name].push(run);
        // The warm-up asks as well: what was asked is compared with what the upstream has served, which counts both.
        asked[name] =
          ((await scriptCalls(redisSocket)) - before) / (run.requests * ((SCENARIO.warmup + context.seconds) / context.seconds));
      }
    const results = Object.fromEntries(names.map((name) => [name, merge(runs[name])]));
    console.log(report(results, asked));
    return { [SCENARIO.name]: results };
  } finally {
    await stop([...Object.values(running).flatMap(({ children }) => children), upstream, server]);
  }
}

function report(results, asked) {
  const reference = results[REFERENCE].cpuTotal;
  const rows = Object.entries(results).map(
    ([name, { cpuTotal, perSecond, memory, errors }]) =>
      `| ${name} | ${round(cpuTotal, 1)} | ${round(cpuTotal / reference, 2)} | ${round(perSecond)} | ${round(asked[name], 2)} | ${round(memory.node)} | ${errors} |`,
  );
  return [
    `\n### ${SCENARIO.name}\n`,
    `| | CPU µs/request | × ${REFERENCE} | requests/s | Redis scripts/request (about) | RSS MB | errors |`,
    "|---|--:|--:|--:|--:|--:|--:|",
    ...rows,
    "",
  ].join("\n");
}

/** Scripts Redis has run so far: one is one round trip. */
async function scriptCalls(socket) {
  const text = await ask(socket, "INFO commandstats\r\n");
  return [...text.matchAll(/cmdstat_(?:evalsha|eval|fcall):calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

function ask(socket, command) {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket, () => connection.write(command));
    let text = "";
    connection.setEncoding("utf8").on("data", (piece) => {
      text += piece;
      const length = /^\$(\d+)\r\n/.exec(text);
      if (length === null || text.length < length[0].length + Number(length[1])) return;
      connection.destroy();
      resolve(text);
    });
    connection.on("error", reject);
  });
}
