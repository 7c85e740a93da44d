import { GraftError } from "../../plugins/core/errors";
import { alias, target, pluginServices, policyFacts, sent, answerWith, JSON_HEADERS, SSE_HEADERS, openPipeline, services } from "../support/exchange";
import { setImmediate as nextTurn } from "node:timers/promises";
import { contentOf, openCache, whole, streamed } from "./support";
import { guard } from "../../plugins/guard";
import { HOSTS } from "../../plugins/core/host";

const words = { messages: [{ role: "user", content: "What is up?" }] };
const buf = (b: object) => Buffer.from(JSON.stringify({ model: "m", ...b }));

test("guard retry on hit", async () => {
  const sideCalls = { ask: async () => [
      { type: "start", id: "n", model: "gpt-test" },
      { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
      { type: "delta", choice: 0, block: 0, text: "a long enough answer, at last" },
      { type: "block-end", choice: 0, block: 0 },
      { type: "finish", choice: 0, reason: "stop" },
    ], embed: () => Promise.reject(new Error("none")) } as never;
  const svc = { ...pluginServices, sideCalls };
  const schema = guard.config as { parse(v: unknown): unknown };
  const config = { rules: [{ name: "r", kind: "pattern", direction: "output", action: "retry", pattern: { patterns: ["bad"] } }] };
  let opened: any;
  try { opened = guard.open(config, svc, policyFacts); } catch (e) { console.log(String(e)); return; }
  // pass exchange through a wrapper
  const { ask, begin } = openCache({}, { services: { sideCalls } , outer: [] });
  void ask; void begin;
});

test("logprobs memory", async () => {
  const { begin } = openCache({ max_entry_bytes: 1024 * 1024 });
  const p = begin({});
  await p.request(buf({ ...words, stream: true, logprobs: true, top_logprobs: 20 }));
  await p.response(200, SSE_HEADERS);
  const tok = { token: "a", logprob: -1.5, bytes: [97], top_logprobs: Array.from({ length: 20 }, (_, i) => ({ token: "t" + i, logprob: -i, bytes: [1, 2] })) };
  const line = `data: ${JSON.stringify({ id: "a", object: "chat.completion.chunk", created: 1, model: "gpt-test", choices: [{ index: 0, delta: { content: "a" }, logprobs: { content: [tok] }, finish_reason: null }] })}\n\n`;
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 20000; i += 1) await p.chunk(Buffer.from(line));
  global.gc?.();
  console.log("held MB", (process.memoryUsage().heapUsed - before) / 1e6);
  await p.log("aborted");
  global.gc?.();
  console.log("after MB", (process.memoryUsage().heapUsed - before) / 1e6);
}, 60000);

test("blocking", async () => {
  const { ask, begin } = openCache({ max_entry_bytes: 4 * 1024 * 1024 });
  const big = { messages: [{ role: "user", content: "x y z ".repeat(33_000) }] };
  const tools = Array.from({length: 200}, (_, i) => ({ type: "function", function: { name: "f" + i, description: "d".repeat(300), parameters: { type: "object", properties: Object.fromEntries(Array.from({ length: 10 }, (_, j) => ["p" + j, { type: "string", description: "q".repeat(50) }])) } } }));
  const answer = "word ".repeat(200_000);
  for (const body of [big, { ...words, tools }, { messages: Array.from({ length: 2000 }, (_, i) => ({ role: i % 2 ? "assistant" : "user", content: "m".repeat(100) + i })).concat([{ role: "user", content: "q" }]) }]) {
    await ask({ body, says: answer });
    const t0 = performance.now();
    for (let i = 0; i < 5; i += 1) await ask({ body });
    console.log(JSON.stringify(body).length, "hit ms", (performance.now() - t0) / 5);
    const p = begin({});
    const t1 = performance.now();
    void p.exchange;
    const { fingerprint } = require("../../plugins/cache/key/fingerprint");
    p.exchange.accept; 
    await p.request(buf({ ...body, stream: true }));
    console.log("stream hit ms", performance.now() - t1);
    await p.log("complete");
  }
}, 60000);
