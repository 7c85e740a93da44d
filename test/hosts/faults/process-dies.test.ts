/** The process is killed and comes back on the same socket: nobody is served unchecked, nobody is told a lie, and Kong needs nothing. */
import { chat, question, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { Load } from "../../e2e/support/load";
import { freePort } from "../../e2e/support/ports";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { begin, inline, openStream, routes } from "./support";

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

test("while it is away nothing passes; back again, it serves without a word to Kong", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]), workers: 2 });
  // On connections of their own, which go to the workers in turn.
  const ask = (stream: boolean) => chat(stack.url, question("demo", { stream }), { agent: false });
  // Of two workers one has an instance, the other never had.
  expect((await ask(false)).status).toBe(200);
  await stack.kill();
  const before = upstream.requests.length;
  const statuses = new Set<number | undefined>();
  for (let count = 0; count < 12; count += 1) {
    const seen = await ask(count % 3 === 0);
    expect(text(seen)).not.toContain("choices");
    statuses.add(seen.status);
  }
  expect([...statuses].sort()).toEqual([500, 502]);
  expect(upstream.requests).toHaveLength(before);

  await stack.startProcessor();
  for (let count = 0; count < 12; count += 1) expect((await ask(count % 3 === 0)).status).toBe(200);
  expect(upstream.requests).toHaveLength(before + 12);
});

test("ids of a dead process's instances name nothing in the next: each route keeps its own configuration", async () => {
  const named = (name: string) => inline(upstream, { api_keys: [`sk-${name}`] });
  const names = ["a", "b", "c"];
  stack = await KongStack.start({ kong: routes(Object.fromEntries(names.map((name) => [name, named(name)]))) });
  let served = 0;
  for (let life = 0; life < names.length; life += 1) {
    if (life > 0) await stack.restart();
    // First one whose instance Kong has yet to start: in a process that counts from the beginning, it would get an old one's id.
    for (const name of names.slice(0, life + 1).reverse()) {
      expect((await chat(`${stack.url}/${name}`, question(`model-${name}`))).status).toBe(200);
      served += 1;
    }
  }
  expect(upstream.requests).toHaveLength(served);
  for (const { model, headers } of upstream.requests) {
    expect(headers["authorization"]).toBe(`Bearer ${model.replace("model-", "sk-")}`);
  }
});

test("killed in mid-stream: the stream breaks where it was, for all to see, and later requests are served", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]) });
  for (let kill = 0; kill < 2; kill += 1) {
    const { opened, open } = gate();
    upstream.script(...Array.from({ length: 8 }, () => ({ do: "hang-mid-stream", n: 4, until: opened }) as const));
    const streams = Array.from({ length: 8 }, () => openStream(stack.url, "demo"));
    await Promise.all(streams.map(({ begun }) => begun));
    await stack.restart();
    for (const { ended } of streams) {
      const seen = await ended;
      expect(seen).toMatchObject({ status: 200, complete: false });
      expect(seen.text).not.toContain("[DONE]");
      expect(seen.text).not.toContain('"finish_reason":"stop"');
    }
    // The providers are told too.
    await until("the end of all calls", () => upstream.requests.every(({ times }) => times.end !== undefined) || undefined);
    open();
    expect((await chat(stack.url, question("demo", { stream: true }))).complete).toBe(true);
  }
});

test("killed before it answers: one honest error each, and the provider's calls end", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]) });
  const waiting = Array.from({ length: 8 }, () => chat(stack.url, question("do-hang-before-headers")));
  await upstream.waitFor(8);
  await stack.restart();
  for (const seen of await Promise.all(waiting)) expect(seen).toMatchObject({ status: 502, complete: true });
  await until("the end of all calls", () => upstream.requests.every(({ aborted }) => aborted) || undefined);
});

test("killed again and again under load: what fails was there at the time, and nothing is served unchecked", async () => {
  stack = await KongStack.start({ kong: llm([inline(upstream)]), workers: 2 });
  const load = new Load(
    stack.url,
    Array.from({ length: 12 }, (_, index) => question("demo", { stream: index % 2 === 0 })),
  );
  /** While no process was there, and until Kong had found the next one. */
  const away: { readonly from: number; readonly to: number }[] = [];
  for (let kill = 0; kill < 2; kill += 1) {
    await load.more(100);
    const from = performance.now();
    await stack.restart();
    const known = stack.processor;
    await until("the next one at work", () => known.lines.some((line) => line["msg"] === "exchange") || undefined);
    away.push({ from, to: performance.now() });
  }
  await load.more(100);
  const shots = await load.stop();
  const unexplained = load.faults.filter((shot) => !away.some(({ from, to }) => shot.endedAt >= from && shot.startedAt <= to));
  console.info(
    `kill -9: ${shots.length} requests, ${load.faults.length} failed while the process was away, ${unexplained.length} else`,
  );
  expect(unexplained.map(({ fault }) => fault)).toEqual([]);
  expect(load.faults.length).toBeGreaterThan(0);
  for (const { seen } of load.faults) {
    if (seen.status === 200) expect(seen.complete).toBe(false);
    else expect([500, 502]).toContain(seen.status);
    expect(text(seen)).not.toContain("[DONE]");
  }
  expect(new Set(upstream.requests.map(({ headers }) => headers["authorization"]))).toEqual(new Set(["Bearer sk-one"]));
});

test("let pass by one process, arriving at the next: refused, as that one never let it pass", async () => {
  const port = await freePort();
  // Kong reads the body before it goes on.
  const kong = llm([inline(upstream)], { route: { request_buffering: true } });
  stack = await KongStack.start({ kong, serveArgs: ["--relay-port", String(port)] });
  expect((await chat(stack.url, question("demo"))).status).toBe(200);
  const body = JSON.stringify(question("demo"));
  const tickets = () => until("ticket", async () => ((await ticketsOf(stack)) === 1 ? true : undefined));

  const first = begin(stack.url, body.length);
  await tickets();
  await stack.kill();
  first.request.end(body);
  expect((await first.answer).statusCode).toBe(502);

  await stack.startProcessor();
  const second = begin(stack.url, body.length);
  await tickets();
  await stack.restart();
  second.request.end(body);
  expect((await second.answer).statusCode).toBe(403);
  expect(upstream.requests).toHaveLength(1);
});

async function ticketsOf({ adminUrl }: KongStack): Promise<number> {
  const page = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^graft_kong_tickets (\d+)$/m.exec(page)?.[1]);
}
