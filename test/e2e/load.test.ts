/** 20,000 requests over one ext_proc connection: none fails, all are counted, and memory comes to rest. */
import { existsSync, readFileSync } from "node:fs";
import { question } from "./support/ask";
import { hammer, startConstantProvider } from "./support/hammer";
import { metric } from "./support/metrics";
import { Stack } from "./support/stack";
import { until } from "./support/until";

jest.setTimeout(180_000);

const WARM_UP = 4_000;
const COUNT = 20_000;
const MIB = 1 << 20;

const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "upstream-model",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
});

let provider: Awaited<ReturnType<typeof startConstantProvider>>;
let stack: Stack;

beforeAll(async () => {
  provider = await startConstantProvider(ANSWER);
  stack = await Stack.start({
    config: `
providers:
  openai: { kind: openai, base_url: "http://127.0.0.1:${provider.port}/v1", api_keys: [sk-openai] }
policies:
  default:
    models: [{ name: alias, targets: [{ provider: openai, model: upstream-model }] }]`,
  });
});

afterAll(async () => {
  await stack?.stop();
  provider?.close();
});

/** Connections to the processor's socket; one of them is the health checker's. */
function connections(): number {
  const path = stack.socket(0).replace("unix://", "");
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(` ${path}`) && line.split(/\s+/)[5] === "03").length;
}

const admin = () => stack.adminUrls[0]!;

async function memory(): Promise<{ readonly rss: number; readonly heap: number }> {
  const [rss, heap] = [
    await metric(admin(), "process_resident_memory_bytes"),
    await metric(admin(), "nodejs_heap_size_used_bytes"),
  ];
  return { rss: rss / MIB, heap: heap / MIB };
}

test("20,000 small requests", async () => {
  const body = JSON.stringify(question("alias"));
  const request = Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: graft\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const run = (count: number) =>
    hammer({ port: Number(new URL(stack.url).port), request, count, connections: 32, expected: ANSWER });

  expect(await run(WARM_UP)).toEqual([]);
  const early = await memory();
  const startedAt = performance.now();
  expect(await run(COUNT)).toEqual([]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (existsSync("/proc/net/unix")) expect(connections()).toBeLessThanOrEqual(2);
  const late = await memory();
  console.info(
    `load: ${COUNT} requests in ${seconds.toFixed(1)} s (${Math.round(COUNT / seconds)}/s), 0 errors; ` +
      `rss ${early.rss.toFixed(0)} → ${late.rss.toFixed(0)} MiB, heap ${early.heap.toFixed(0)} → ${late.heap.toFixed(0)} MiB`,
  );

  const all = WARM_UP + COUNT;
  expect(provider.asked()).toBe(all);
  await until("the last record", async () => ((await metric(admin(), "graft_requests_total")) >= all ? true : undefined));
  const counts = {
    requests: await metric(admin(), "graft_requests_total", {
      policy: "default",
      provider: "openai",
      status: "200",
      outcome: "complete",
    }),
    attempts: await metric(admin(), "graft_attempts_total"),
    durations: await metric(admin(), "graft_request_duration_seconds_count"),
    input: await metric(admin(), "graft_tokens_total", { direction: "input" }),
    output: await metric(admin(), "graft_tokens_total", { direction: "output" }),
    running: await metric(admin(), "graft_exchanges_in_flight"),
  };
  expect(counts).toEqual({ requests: all, attempts: all, durations: all, input: 7 * all, output: 3 * all, running: 0 });
  // Twenty thousand requests that each left 10 KB behind would be 200 MiB more.
  expect(late.rss - early.rss).toBeLessThan(120);
  expect(late.heap - early.heap).toBeLessThan(60);
});
