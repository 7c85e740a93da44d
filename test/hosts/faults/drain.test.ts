/** SIGTERM: what runs ends whole, what was let pass is served, and a successor on the same socket takes over without a gap. */
import { existsSync, lstatSync } from "node:fs";
import { chat, question } from "../../e2e/support/ask";
import { type Gate, gate } from "../../e2e/support/gate";
import { Load } from "../../e2e/support/load";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { begin, inline, openStream } from "./support";

jest.setTimeout(60_000);

let upstream: FakeUpstream;
let stack: KongStack;

beforeEach(async () => {
  upstream = await startFakeUpstream();
});

afterEach(async () => {
  await stack?.stop();
  await upstream?.close();
});

/** Streams whose clients have the first of them; they go on when the gate opens. @returns what becomes of each */
async function streaming(count: number, { opened }: Gate) {
  upstream.script(...Array.from({ length: count }, () => ({ do: "hang-mid-stream", n: 4, until: opened }) as const));
  const streams = Array.from({ length: count }, () => openStream(stack.url, "demo"));
  await Promise.all(streams.map(({ begun }) => begun));
  return streams.map(({ ended }) => ended);
}

/** Not ready any more: it has heard the signal. */
const notReady = () => until("drain", async () => ((await fetch(`${stack.adminUrl}/readyz`)).status === 503 ? true : undefined));

const buffered = () => llm([inline(upstream)], { route: { request_buffering: true } });

test("running streams end whole, then the process ends with 0 and takes its socket along", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]) });
  const held = gate();
  const answers = await streaming(20, held);
  stack.processor.signal("SIGTERM");
  await notReady();
  // New ones are served for as long as Kong has connections; then there is nobody who takes one.
  await until("the first refusal", async () => {
    const { status } = await chat(stack.url, question("demo"));
    expect([200, 502]).toContain(status);
    return status === 502 ? true : undefined;
  });
  held.open();
  for (const answer of answers) {
    const seen = await answer;
    expect(seen).toMatchObject({ status: 200, complete: true });
    expect(seen.text).toMatch(/data: \[DONE\]\n\n$/);
  }
  expect(await stack.processor.exit).toBe(0);
  expect(stack.processor.lines.at(-1)).toMatchObject({ msg: "drained", cut: 0 });
  expect(existsSync(stack.socketPath)).toBe(false);
  expect(stack.records.filter(({ outcome, stream }) => outcome === "complete" && stream === true)).toHaveLength(20);
});

test("what was let pass and has not yet arrived is served", async () => {
  stack = await KongStack.start({ kong: buffered() });
  const body = JSON.stringify(question("demo"));
  const waiting = Array.from({ length: 5 }, () => begin(stack.url, body.length));
  await until("five tickets", async () => ((await metric(stack.adminUrl, "graft_kong_tickets")) === 5 ? true : undefined));
  stack.processor.signal("SIGTERM");
  // Kong's RPC is over: there is nothing but them to wait for.
  await until("the socket to go", () => (existsSync(stack.socketPath) ? undefined : true));
  for (const { request } of waiting) request.end(body);
  for (const { answer } of waiting) expect((await answer).statusCode).toBe(200);
  expect(await stack.processor.exit).toBe(0);
});

test("what does not end in time is cut: broken off, never ended, and the process ends with 0", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]), serveArgs: ["--drain-timeout-ms", "200"] });
  const answers = await streaming(3, gate());
  stack.processor.signal("SIGTERM");
  expect(await stack.processor.exit).toBe(0);
  for (const answer of answers) {
    const seen = await answer;
    expect(seen.complete).toBe(false);
    expect(seen.text).not.toContain("[DONE]");
  }
  expect(stack.processor.lines.at(-1)).toMatchObject({ msg: "drained", cut: 3 });
});

test("a second signal ends it at once", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]) });
  const answers = await streaming(3, gate());
  stack.processor.signal("SIGTERM");
  await notReady();
  stack.processor.signal("SIGTERM");
  expect(await stack.processor.exit).toBe(1);
  for (const answer of answers) expect((await answer).complete).toBe(false);
  // Whatever it left behind does not stand in the next one's way.
  await stack.startProcessor();
  expect((await chat(stack.url, question("demo"))).status).toBe(200);
});

test("successors on the same socket, under load: nothing fails", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]), workers: 2 });
  const load = new Load(
    stack.url,
    Array.from({ length: 12 }, (_, index) => question("demo", { stream: index % 2 === 0 })),
  );
  for (let round = 0; round < 2; round += 1) {
    await load.more(100);
    const old = stack.processor;
    const next = await stack.startProcessor();
    await next.until("start", () => next.lines.find((line) => line["msg"] === "serving Kong"));
    const { ino } = lstatSync(stack.socketPath);
    await load.more(50);
    old.signal("SIGTERM");
    expect(await old.exit).toBe(0);
    expect(old.lines.at(-1)).toMatchObject({ msg: "drained", cut: 0 });
    // The socket is the successor's by now.
    expect(lstatSync(stack.socketPath).ino).toBe(ino);
  }
  await load.more(100);
  const shots = await load.stop();
  const workedBy = stack.processors.map(({ lines }) => lines.filter((line) => line["msg"] === "exchange").length);
  console.info(`rolling restart: ${shots.length} requests by ${workedBy.join(" + ")}, ${load.faults.length} failed`);
  const errors = stack.kong.errorLog.filter(({ level }) => level === "err");
  expect({ faults: load.faults.map(({ fault }) => fault), errors }).toEqual({ faults: [], errors: [] });
  expect(Math.min(...workedBy)).toBeGreaterThan(0);
  expect(new Set(upstream.requests.map(({ headers }) => headers["authorization"]))).toEqual(new Set(["Bearer sk-one"]));
});
