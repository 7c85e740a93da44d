import { Upstream } from "../../../plugins/relay/upstream";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import {
  chat,
  dice,
  failureOf,
  Heard,
  PATIENT,
  post,
  providerAt,
  type RawServer,
  someTurns,
  startRawServer,
  until,
} from "./support";

let upstream: Upstream;
let fake: FakeUpstream;
let raw: RawServer | undefined;

beforeEach(async () => {
  upstream = new Upstream({ env: {} });
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await raw?.close();
  raw = undefined;
  await fake.close();
  await upstream.close();
});

const CLOSED = { kind: "client_closed", status: 499 };

test("before it is sent: nothing is sent", async () => {
  const call = upstream.call(providerAt(fake.url), chat("m"), PATIENT);
  call.abort();
  call.abort();
  expect(await failureOf(call)).toMatchObject(CLOSED);
  await until(() => fake.connections() === 1);
  await someTurns();
  expect(fake.requests).toEqual([]);
});

test("while the provider thinks: it sees the connection close, and no new one comes", async () => {
  const call = upstream.call(providerAt(fake.url), chat("do-hang-before-headers"), PATIENT);
  const [request] = await fake.waitFor(1);
  call.abort();
  expect(await failureOf(call)).toMatchObject(CLOSED);
  await request?.finished;
  expect(request?.aborted).toBe(true);
  await someTurns(50);
  expect(fake.connections()).toBe(0);
});

test.each([false, true])(
  "in mid-stream: it sees the connection close, the reader hears nothing more (paused: %s)",
  async (paused) => {
    const answer = await upstream.call(providerAt(fake.url), chat("do-hang-mid-stream-2", { stream: true }), PATIENT).answer;
    const heard = new Heard();
    answer.read(heard);
    await until(() => heard.text.split("data: ").length === 3);
    if (paused) answer.pause();
    answer.abort();
    answer.abort();
    answer.resume();
    answer.begun();
    await fake.requests[0]?.finished;
    expect(fake.requests[0]?.aborted).toBe(true);
    await someTurns();
    expect(heard.outcome).toBeUndefined();
    expect(fake.connections()).toBe(0);
  },
);

test.each(["", "connection: close\r\n"])("within a piece, with more of it and its end at hand (%j)", async (header) => {
  raw = await startRawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\n${header}transfer-encoding: chunked\r\n\r\n`));
  const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
  const heard = new Heard(() => answer.abort());
  answer.read(heard);
  raw.write("1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  await until(() => raw?.open === 0);
  await someTurns();
  expect([heard.text, heard.outcome]).toEqual(["a", undefined]);
});

test("within what was held", async () => {
  raw = await startRawServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  });
  const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
  await someTurns();
  const heard = new Heard(() => answer.abort());
  answer.read(heard);
  expect([heard.text, heard.outcome]).toEqual(["a", undefined]);
});

test("before it is read: it is never heard", async () => {
  const answer = await upstream.call(providerAt(fake.url), chat("m"), PATIENT).answer;
  answer.abort();
  const heard = new Heard();
  answer.read(heard);
  await someTurns();
  expect([heard.pieces, heard.outcome]).toEqual([[], undefined]);
});

test("after the end: nothing happens, the connection serves on", async () => {
  const provider = providerAt(fake.url);
  const call = upstream.call(provider, chat("m"), PATIENT);
  const answer = await call.answer;
  const heard = new Heard();
  answer.read(heard);
  await heard.over;
  answer.abort();
  call.abort();
  await someTurns();
  expect((await upstream.call(provider, chat("m"), PATIENT).answer).status).toBe(200);
  expect(new Set(fake.requests.map(({ connection }) => connection)).size).toBe(1);
});

test("5,000 calls given up at any moment: every place, connection and timer comes back", async () => {
  const stream = chat("m", { stream: true });
  const pausing = await startFakeUpstream({ pauseMs: 1 });
  const provider = providerAt(pausing.url, { maxConcurrent: 50 });
  const before = process.getActiveResourcesInfo();
  const random = dice(7);
  let left = 5000;
  let completed = 0;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const call = upstream.call(provider, stream, PATIENT);
      const heard = new Heard();
      call.answer.then(
        (answer) => {
          if (random(2) === 0) answer.begun();
          answer.read(heard);
          if (random(4) === 0) answer.pause();
        },
        () => {},
      );
      for (let turns = random(12); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      if (heard.outcome === "end") completed += 1;
      call.abort();
    }
  };
  await Promise.all(Array.from({ length: 40 }, worker));
  // The provider has a backlog: it must have seen every one of them end.
  for (let seen = -1; seen !== pausing.requests.length; await someTurns(100)) {
    seen = pausing.requests.length;
    await until(() => pausing.requests.every((request) => request.times.end !== undefined));
  }
  const timeouts = (names: readonly string[]): number => names.filter((name) => name === "Timeout").length;
  await until(() => timeouts(process.getActiveResourcesInfo()) <= timeouts(before));
  expect(pausing.connections()).toBeLessThanOrEqual(50);
  expect(completed).toBeLessThan(5000);

  const hanging = Array.from({ length: 50 }, () => upstream.call(provider, chat("do-hang-before-headers"), PATIENT));
  expect(await failureOf(upstream.call(provider, stream, PATIENT))).toMatchObject({ kind: "upstream_busy" });
  await until(() => pausing.requests.filter(({ model }) => model === "do-hang-before-headers").length === 50);
  for (const call of hanging) call.abort();
  await until(() => pausing.connections() === 0);
  await pausing.close();
}, 60_000);
