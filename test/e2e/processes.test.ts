/** Graft processes come and go: what running requests feel of it is nothing, or one honest error. */
import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { chat, expectError, json, question, said, text } from "./support/ask";
import { gate } from "./support/gate";
import { Load } from "./support/load";
import { metric } from "./support/metrics";
import { Stack, type StackOptions } from "./support/stack";
import { until } from "./support/until";

jest.setTimeout(60_000);

let upstream: FakeUpstream;
let stack: Stack;
let load: Load | undefined;

const MODELS = `
      - { name: plain, targets: [{ provider: second, model: demo }] }
      - { name: falls-back, targets: [{ provider: first, model: do-500 }, { provider: second, model: demo }] }
      - { name: hangs, targets: [{ provider: first, model: demo-down }, { provider: second, model: demo }] }`;

const start = async (options: Partial<StackOptions> = {}): Promise<void> => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `
providers:
  first: { kind: openai, base_url: "${upstream.url}/v1", api_keys: [sk-first], health: { min_requests: 1000000 } }
  second: { kind: anthropic, base_url: "${upstream.url}", api_keys: [sk-second] }
policies:
  default:
    models: ${MODELS}
  open:
    fail_open: true
    models: ${MODELS}`,
    envoy: "  routes: [{ hosts: [open.test], policy: open }, { policy: default }]",
    ...options,
  });
};

afterEach(async () => {
  await load?.stop();
  await stack?.stop();
  await upstream?.close();
});

/** Statuses of the admin port: alive, ready. */
async function health(index: number): Promise<[number, number]> {
  const [alive, ready] = await Promise.all([
    fetch(`${stack.adminUrls[index]}/healthz`),
    fetch(`${stack.adminUrls[index]}/readyz`),
  ]);
  return [alive.status, ready.status];
}

test("without a process nothing passes, and what returns is served again", async () => {
  await start();
  expect((await chat(stack.url, question("plain"))).status).toBe(200);
  const before = upstream.requests.length;
  await stack.processors[0]!.stop("SIGKILL");
  for (const stream of [false, true]) {
    const seen = await chat(stack.url, question("plain", { stream }), { headers: { authorization: "Bearer sk-client" } });
    expectError(seen, { status: 503, code: "unavailable" });
    expect(seen.headers["x-should-retry"]).toBe("true");
  }
  const models = await call(`${stack.url}/v1/models`, { method: "GET" });
  expectError(models, { status: 503, code: "unavailable" });
  expect(upstream.requests).toHaveLength(before);

  await stack.startProcessor(0);
  await until("recovery", async () => ((await chat(stack.url, question("plain"))).status === 200 ? true : undefined));
});

test("fail_open: the request reaches the first provider as the client sent it", async () => {
  await start();
  await stack.processors[0]!.stop("SIGKILL");
  const body = JSON.stringify(question("demo", { user: "ü" }), undefined, 3);
  const seen = await chat(stack.url, body, { headers: { host: "open.test", authorization: "Bearer sk-client" } });
  // The first provider of the policy's first model; that one speaks Anthropic's dialect at another path.
  expect(upstream.requests).toHaveLength(1);
  expect(upstream.requests[0]).toMatchObject({
    path: "/v1/chat/completions",
    host: `127.0.0.1:${upstream.port}`,
    headers: { authorization: "Bearer sk-client" },
  });
  expect(upstream.requests[0]?.body.toString()).toBe(body);
  expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain("sk-second");
  expect(seen.status).toBe(200);
  expect(json(seen)).toMatchObject({ object: "chat.completion" });
});

test("SIGTERM: not ready at once, running streams end well, then the process ends with 0", async () => {
  await start({ serveArgs: ["--drain-grace-ms", "200"] });
  const { opened, open } = gate();
  upstream.script({ do: "hang-mid-stream", n: 4, until: opened });
  const streaming = chat(stack.url, question("plain", { stream: true }));
  await upstream.waitFor(1);
  expect(await health(0)).toEqual([200, 200]);

  const [processor] = stack.processors;
  processor!.signal("SIGTERM");
  await until("not ready", async () => ((await health(0))[1] === 503 ? true : undefined));
  expect((await health(0))[0]).toBe(200);
  await sleep(400);
  open();
  const seen = await streaming;
  expect(text(seen)).toMatch(/data: \[DONE\]\n\n$/);
  expect(seen.complete).toBe(true);
  expect(await processor!.exit).toBe(0);
  expect(processor!.lines.at(-1)).toMatchObject({ msg: "drained", cut: 0 });
  expect(processor!.lines.find((line) => line["msg"] === "exchange")).toMatchObject({ outcome: "complete", status: 200 });
});

test("SIGTERM: what is not done in time is cut, and the process still ends with 0", async () => {
  await start({ serveArgs: ["--drain-grace-ms", "0", "--drain-timeout-ms", "200"] });
  const streaming = chat(stack.url, question("plain-stuck", { model: "plain", stream: true }));
  upstream.script({ do: "hang-mid-stream", n: 4 });
  await upstream.waitFor(1);
  stack.processors[0]!.signal("SIGTERM");
  expect(await stack.processors[0]!.exit).toBe(0);
  const seen = await streaming;
  expect(text(seen)).not.toContain("[DONE]");
  expect(stack.processors[0]!.lines.at(-1)).toMatchObject({ msg: "drained", cut: 1 });
});

test("a rolling restart of two processes loses nothing, also while the first provider fails", async () => {
  await start({ processors: 2 });
  const bodies = Array.from({ length: 16 }, (_, index) =>
    question(index % 2 === 0 ? "plain" : "falls-back", { stream: index % 4 > 1 }),
  );
  load = new Load(stack.url, bodies);
  await load.more(200);
  let handedOff = 0;
  for (const index of [0, 1]) {
    const old = stack.processors[index]!;
    handedOff += await metric(stack.adminUrls[index]!, "graft_hand_offs_total", { result: "answered" });
    old.signal("SIGTERM");
    await until("drain", async () => ((await health(index))[1] === 503 ? true : undefined));
    await load.more(200);
    expect(await old.exit).toBe(0);
    await load.more(100);
    await stack.startProcessor(index);
    await load.more(200);
    const { adminUrls } = stack;
    await until("the new one at work", async () =>
      (await metric(adminUrls[index]!, "graft_requests_total")) > 0 ? true : undefined,
    );
  }
  for (const url of stack.adminUrls) {
    handedOff += await metric(url, "graft_hand_offs_total", { result: "answered" });
    expect(await metric(url, "graft_hand_offs_total", { result: "lost" })).toBe(0);
  }
  const shots = await load.stop();
  const fallbacks = shots.filter((shot) => shot.model === "falls-back").length;
  console.info(
    `rolling restart: ${shots.length} requests, ${fallbacks} with a fallback, ${handedOff} handed off, ${load.faults.length} failed`,
  );
  expect(load.faults.map((shot) => shot.fault)).toEqual([]);
  expect(shots.length).toBeGreaterThan(1000);
  expect(fallbacks).toBeGreaterThan(300);
  expect(handedOff).toBeGreaterThan(10);
});

test("kill -9 of one of two: what ran there fails honestly, nothing after it does", async () => {
  await start({ processors: 2 });
  load = new Load(
    stack.url,
    Array.from({ length: 16 }, (_, index) => question(index % 2 === 0 ? "plain" : "falls-back")),
  );
  await load.more(200);
  const victim = stack.processors[0]!;
  victim.signal("SIGKILL");
  await victim.exit;
  const dead = performance.now();
  await load.more(400);
  await stack.startProcessor(0);
  await load.more(200);
  const shots = await load.stop();
  const late = load.faults.filter((shot) => shot.startedAt > dead);
  console.info(`kill -9: ${shots.length} requests, ${load.faults.length} of those in flight failed, ${late.length} later ones`);
  expect(late.map((shot) => shot.fault)).toEqual([]);
  expect(load.faults.length).toBeLessThanOrEqual(16);
  for (const { seen } of load.faults) {
    expect([503, 504]).toContain(seen.status);
    expect(json(seen)).toMatchObject({ error: { type: "server_error" } });
    expect(seen.headers["x-should-retry"]).toBe("true");
  }
});

describe("an attempt that lands in the other process", () => {
  /** Asks for a model whose first provider holds still until the gate opens, then fails. */
  async function hanging(host = "default.test") {
    const { opened, open } = gate();
    upstream.script({ do: "hang-before-headers", until: opened });
    const answer = chat(stack.url, question("hangs"), { headers: { host } });
    await upstream.waitFor(1);
    const owner = await until("owner", async () => {
      const running = await Promise.all(stack.adminUrls.map((url) => metric(url, "graft_exchanges_in_flight")));
      return running.includes(1) ? running.indexOf(1) : undefined;
    });
    return { answer, open, owner };
  }

  test("is answered by its owner, with the second provider's request", async () => {
    await start({ processors: 2 });
    for (let count = 0; count < 20; count += 1) {
      const seen = await chat(stack.url, question("falls-back", { seed: count }));
      expect(seen.status).toBe(200);
      expect(said(seen)).toContain("question for falls-back");
      expect(seen.headers).toMatchObject({
        "x-graft-target": "second/demo",
        "x-graft-attempts": "2",
        "x-graft-dropped-params": "seed",
      });
    }
    const counts = await Promise.all(stack.adminUrls.map((url) => metric(url, "graft_hand_offs_total", { result: "answered" })));
    expect(counts[0]! + counts[1]!).toBeGreaterThan(2);
    for (const request of upstream.requests) {
      const second = request.format === "Anthropic";
      expect(request.headers["x-api-key"]).toBe(second ? "sk-second" : undefined);
      expect(request.headers["authorization"]).toBe(second ? undefined : "Bearer sk-first");
    }
    const records = await until("20 records", () => (stack.records.length >= 20 ? stack.records : undefined));
    for (const record of records) expect(record).toMatchObject({ attempts: 2, target: "second/demo", status: 200 });
  });

  test("its owner is gone: a typed 503, and never a half-made request", async () => {
    await start({ processors: 2 });
    // Under fail_open, Envoy goes on without the owner: only level 2 stands between the request and the second provider.
    const { answer, open, owner } = await hanging("open.test");
    await stack.processors[owner]!.stop("SIGKILL");
    await sleep(200);
    open();
    const seen = await answer;
    expect(seen.status).toBe(503);
    expect(json(seen)).toMatchObject({ error: { type: "server_error", code: "unavailable" } });
    expect(seen.headers["x-should-retry"]).toBe("true");
    expect(upstream.requests.filter((request) => request.format === "Anthropic")).toEqual([]);
  });

  test("its owner dies on a closed route: the client hears at once", async () => {
    await start({ processors: 2 });
    const { answer, owner } = await hanging();
    await stack.processors[owner]!.stop("SIGKILL");
    const seen = await answer;
    expectError(seen, { status: 503, code: "unavailable" });
    expect(seen.headers["x-should-retry"]).toBe("true");
    await upstream.requests[0]?.finished;
    expect(upstream.requests[0]?.aborted).toBe(true);
  });
});
