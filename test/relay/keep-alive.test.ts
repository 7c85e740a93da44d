/** Comments to a client while its provider thinks. */
import { setTimeout as delay } from "node:timers/promises";
import { gate } from "../e2e/support/gate";
import { until } from "../e2e/support/until";
import { call } from "../upstream/raw-client";
import { allOver, type Bench, errorIn, eventsOf, question, startBench, Talk } from "./support";

let bench: Bench;

afterEach(() => bench.close());

const COMMENT = ": keep-alive\n\n";
const policy = "    stream_keep_alive_ms: 30";
const start = async (models: Readonly<Record<string, readonly string[]>> = {}): Promise<void> => {
  bench = await startBench({ policy, models });
};

test.each(["openai", "anthropic"])(
  "%s thinks, and then answers: the stream begins early, and nothing of it is missing",
  async (it) => {
    await start();
    const { opened, open } = gate();
    bench.upstream.script({ do: "hang-before-headers", until: opened });
    const talk = new Talk(bench.url, question(`${it}/x`, { stream: true }));
    await talk.has(COMMENT + COMMENT);
    expect(talk.response?.statusCode).toBe(200);
    expect(talk.response?.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-request-id": "req-1",
    });
    open();
    await talk.over();
    expect(talk.outcome).toBe("end");
    expect(talk.text.replaceAll(COMMENT, "")).toMatch(/^data: \{[\s\S]*data: \[DONE\]\n\n$/);
    expect(eventsOf(talk.text).at(-1)).toBe("[DONE]");
    await allOver(bench, 1);
  },
);

test.each([
  ["an error of the provider", "upstream_overloaded"],
  ["no answer", "upstream_timeout"],
])("%s, when a comment has begun the stream, is its last event", async (name, code) => {
  bench = await startBench({ policy, target: "timeout_ms: 600", models: { m: ["openai/x", "anthropic/y"] } });
  const busy = { do: "canned" as const, status: 503, headers: {}, pieces: ["{}"] };
  bench.upstream.script({ do: "hang-before-headers" }, name === "no answer" ? { do: "hang-after-headers" } : busy);
  const talk = await new Talk(bench.url, question("m", { stream: true })).over();
  expect([talk.outcome, talk.response?.statusCode]).toEqual(["end", 200]);
  expect(talk.text.startsWith(COMMENT)).toBe(true);
  expect(eventsOf(talk.text).map((it) => errorIn(it).code)).toEqual([code]);
  await allOver(bench, 1);
  expect(bench.records).toMatchObject([{ attempts: 2, outcome: "complete" }]);
});

test("a whole answer to a stream request, when a comment has begun the stream, is events", async () => {
  bench = await startBench({ policy, target: "timeout_ms: 600", models: { m: ["openai/x", "openai/y"] } });
  const answer = { model: "y", choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] };
  const headers = { "content-type": "application/json" };
  bench.upstream.script({ do: "hang-before-headers" }, { do: "canned", headers, pieces: [JSON.stringify(answer)] });
  const talk = await new Talk(bench.url, question("m", { stream: true })).over();
  expect(talk.text.startsWith(COMMENT)).toBe(true);
  expect(eventsOf(talk.text).at(-1)).toBe("[DONE]");
  expect(talk.text).toContain(`"content":"Hi"`);
});

test("none in front of an answer that is not streamed, and none where the policy does not say so", async () => {
  await start();
  const seen = await call(`${bench.url}/v1/chat/completions`, { body: question("openai/do-slow-headers-100") });
  expect([seen.status, seen.body.toString().includes(COMMENT)]).toEqual([200, false]);
  await bench.close();
  bench = await startBench();
  const { opened, open } = gate();
  bench.upstream.script({ do: "hang-before-headers", until: opened });
  const talk = new Talk(bench.url, question("openai/x", { stream: true }));
  await delay(100);
  expect(talk.response).toBeUndefined();
  open();
  await talk.over();
  expect(talk.text).not.toContain(COMMENT);
});

test("in a silence within the stream, between two events", async () => {
  await start();
  const { opened, open } = gate();
  bench.upstream.script({ do: "hang-mid-stream", n: 3, until: opened });
  const talk = new Talk(bench.url, question("openai/x", { stream: true }));
  // On a busy machine there may be one in front of the events as well.
  await until("a comment behind an event", () => (/^data: [^\n]*\n\n: keep-alive\n\n/m.test(talk.text) ? true : undefined));
  open();
  await talk.over();
  const plain = await call(`${bench.url}/v1/chat/completions`, { body: question("openai/x", { stream: true }) });
  expect(eventsOf(talk.text)).toHaveLength(eventsOf(plain.body.toString()).length);
});

test("a client that leaves between two comments takes its call with it", async () => {
  await start();
  const talk = new Talk(bench.url, question("openai/do-hang-before-headers", { stream: true }));
  await talk.has(COMMENT);
  talk.leave();
  await bench.upstream.requests[0]?.finished;
  await allOver(bench, 1);
  expect([bench.records.length, bench.finished()]).toEqual([1, 1]);
});
