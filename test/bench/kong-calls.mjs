// How often Kong and Graft talk to each other for one request: every call costs both some 80 µs. Counted with the tests' stand-in for
// Kong in front of the real `graft kong serve`.
import { createRequire } from "node:module";
import { HERE } from "./gateways.mjs";

const require = createRequire(import.meta.url);
const { transformFileSync } = require("@swc/core");
const REQUESTS = 50;

/** The tests' own support code is TypeScript. */
require.extensions[".ts"] = (module, path) => {
  const jsc = { parser: { syntax: "typescript" }, target: "es2023" };
  module._compile(transformFileSync(path, { jsc, module: { type: "commonjs" } }).code, path);
};

/** @param upstreamPort of the provider. @returns a line for each kind of caller */
export async function countKongCalls(upstreamPort) {
  const { KongStack, llm } = require(`${HERE}/../kong/support.ts`);
  const config = `providers:
  upstream: { kind: openai, base_url: "http://127.0.0.1:${upstreamPort}/v1", api_keys: [sk-bench] }
policies:
  default:
    models: [{ name: bench, targets: [{ provider: upstream, model: bench-upstream-model }] }]`;
  const graft = { name: "graft", config: { policy: "default" } };
  const consumers = [{ username: "alice", keyauth_credentials: [{ key: "alice-key" }] }];
  const lines = [];
  for (const [who, plugins, headers] of [
    ["with a consumer", [{ name: "key-auth" }, graft], { apikey: "alice-key" }],
    ["without one", [graft], {}],
  ]) {
    const stack = await KongStack.start({ config, kong: llm(plugins, { consumers }) });
    try {
      const ask = () => post(`${stack.url}/v1/chat/completions`, headers);
      // The first request has the instance made.
      await ask();
      await stack.kong.settled();
      const before = stack.kong.rpcs;
      for (let request = 0; request < REQUESTS; request += 1) await ask();
      await stack.kong.settled();
      const pdk = stack.kong.served.slice(-REQUESTS).reduce((sum, { pdkCalls }) => sum + pdkCalls.length, 0) / REQUESTS;
      const rpcs = (stack.kong.rpcs - before) / REQUESTS;
      lines.push(`Kong, ${who}: ${pdk} PDK calls a request (${rpcs} messages with the one that begins it)`);
    } finally {
      await stack.stop();
    }
  }
  return lines.join("\n");
}

async function post(url, headers) {
  const body = JSON.stringify({ model: "bench", messages: [{ role: "user", content: "hi" }] });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  if (response.status !== 200) throw new Error(`Kong's stand-in answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
