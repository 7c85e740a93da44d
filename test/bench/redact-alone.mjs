// What redaction and the guard cost a request by themselves: no sockets, nothing but the plugin's own hook on a request that was
// parsed. Prints one JSON object, by prompt: what redaction found, and µs of CPU.
//   node test/bench/redact-alone.mjs '{"redact": {}, "guard": {"rules": [...]}}'
import { createRequire } from "node:module";
import { chatRequest, PROMPTS, SIZES } from "./redact-prompts.mjs";

const require = createRequire(import.meta.url);
const plugins = "../../dist/plugins";
const { redact } = require(`${plugins}/redact/index.js`);
const { guard } = require(`${plugins}/guard/index.js`);
const { Exchange } = require(`${plugins}/core/exchange.js`);
const { parseJsonSource } = require(`${plugins}/core/json-source.js`);
const { DIALECTS } = require(`${plugins}/dialects/index.js`);

const ROUNDS = 3;
const ROUND_MS = 25;
const [dialect] = DIALECTS;
const configs = JSON.parse(process.argv[2]);
const services = { metrics: { counter: () => () => {} } };
const policy = { name: "bench" };
const open = Object.fromEntries(
  [redact, guard].map((plugin) => [plugin.name, plugin.open(plugin.config.parse(configs[plugin.name]), services, policy)]),
);

async function through(name, source) {
  const exchange = new Exchange({
    id: "bench",
    policy: "bench",
    configVersion: "1",
    client: { headers: {}, caller: {} },
    startedAt: 0,
  });
  exchange.accept(dialect, source, dialect.head(source));
  await open[name](exchange).main.request();
  return exchange;
}

/** The least of some rounds: whatever else runs can only add to it. */
async function cost(name, source) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    const end = performance.now() + ROUND_MS;
    let count = 0;
    do {
      await through(name, source);
      count += 1;
    } while (performance.now() < end);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / count);
  }
  return least;
}

const cases = Object.entries(SIZES).flatMap(([size, bytes]) =>
  Object.entries(PROMPTS).map(([kind, content]) => {
    const source = parseJsonSource(Buffer.from(chatRequest(content, bytes)));
    return { prompt: `${size}, ${kind}`, source };
  }),
);
// Compilers first, and on all of them: what one prompt teaches them the next one would unlearn.
for (const name of Object.keys(open)) for (const { source } of cases) await cost(name, source);
const results = {};
for (const { prompt, source } of cases) {
  const { facts } = await through("redact", source);
  const found = facts.of("entity-found").reduce((sum, { count }) => sum + count, 0);
  results[prompt] = { found, redact: await cost("redact", source), guard: await cost("guard", source) };
}
process.stdout.write(`${JSON.stringify(results)}\n`);
