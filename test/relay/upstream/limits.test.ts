import { type AddressInfo, createServer, type LookupFunction, type Server } from "node:net";
import { type CallLimits, Upstream } from "../../../plugins/relay/upstream";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { chat, failureOf, Heard, PATIENT, post, providerAt, type RawServer, startRawServer, until } from "./support";

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

const TIMEOUT = { kind: "timeout", status: 504, message: "The provider did not answer in time.", retryable: true };
const HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/** What is left of timers in this process that keep it alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

describe("the first-byte limit", () => {
  /** Time enough for a head on a busy machine. */
  const limits: CallLimits = { ...PATIENT, firstByteMs: 500 };

  test("no head", async () => {
    const call = upstream.call(providerAt(fake.url), chat("do-hang-before-headers"), { ...limits, firstByteMs: 60 });
    const error = await failureOf(call);
    expect(error).toMatchObject(TIMEOUT);
    expect(error.options.shouldRetry).toBe(true);
    expect((error.cause as Error).message).toBe("first-byte limit of 60 ms exceeded");
    await until(() => fake.connections() === 0);
  });

  test("a head, but no event: the reader is told, the connection closed", async () => {
    const call = upstream.call(providerAt(fake.url), chat("do-hang-after-headers", { stream: true }), limits);
    const answer = await call.answer;
    expect(answer.status).toBe(200);
    const heard = new Heard();
    answer.read(heard);
    await heard.over;
    expect(heard.outcome).toMatchObject(TIMEOUT);
    await until(() => fake.connections() === 0);
  });

  test("pieces, but none that counts", async () => {
    const stream = chat("do-keep-alive-comments", { stream: true });
    const slow = await startFakeUpstream({ pauseMs: 15 });
    const answer = await upstream.call(providerAt(slow.url), stream, limits).answer;
    const heard = new Heard();
    answer.read(heard);
    await heard.over;
    expect(heard.outcome).toMatchObject(TIMEOUT);
    expect(heard.pieces.length).toBeGreaterThan(0);
    await slow.close();
  });

  test("nobody reads: told as soon as somebody does", async () => {
    const answer = await upstream.call(providerAt(fake.url), chat("do-hang-after-headers", { stream: true }), limits).answer;
    await until(() => fake.connections() === 0);
    const heard = new Heard();
    answer.read(heard);
    expect(heard.outcome).toMatchObject(TIMEOUT);
  });

  test("`begun` ends it", async () => {
    raw = await startRawServer((socket) => socket.write(HEAD));
    const answer = await upstream.call(providerAt(raw.url), post(), { ...limits, idleMs: 700 }).answer;
    answer.begun();
    const heard = new Heard();
    answer.read(heard);
    await heard.over;
    expect((heard.outcome as Error).cause).toMatchObject({ message: "idle limit of 700 ms exceeded" });
  });
});

describe("the idle limit", () => {
  const limits: CallLimits = { ...PATIENT, idleMs: 250 };

  test("silence in mid-stream", async () => {
    const call = upstream.call(providerAt(fake.url), chat("do-hang-mid-stream-3", { stream: true }), limits);
    const answer = await call.answer;
    answer.begun();
    const heard = new Heard();
    answer.read(heard);
    await heard.over;
    expect(heard.text.match(/^data: /gm)).toHaveLength(3);
    expect(heard.outcome).toMatchObject(TIMEOUT);
    expect((heard.outcome as Error).cause).toMatchObject({ message: "idle limit of 250 ms exceeded" });
    await until(() => fake.connections() === 0);
  });

  test("not while we hold the answer back", async () => {
    raw = await startRawServer((socket) => socket.write(`${HEAD}1\r\na\r\n`));
    const answer = await upstream.call(providerAt(raw.url), post(), limits).answer;
    const heard = new Heard();
    answer.read(heard);
    answer.begun();
    answer.pause();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(heard.outcome).toBeUndefined();
    raw.write("1\r\nb\r\n0\r\n\r\n");
    answer.resume();
    await heard.over;
    expect([heard.text, heard.outcome]).toEqual(["ab", "end"]);
  });
});

test("the total limit ends a stream that never stops, paused or not", async () => {
  raw = await startRawServer((socket) => {
    socket.write(HEAD);
    const timer = setInterval(() => socket.write("1\r\na\r\n"), 5);
    socket.once("close", () => clearInterval(timer));
  });
  const provider = providerAt(raw.url);
  const outcomes = [false, true].map(async (paused) => {
    const answer = await upstream.call(provider, post(), { ...PATIENT, totalMs: 500 }).answer;
    answer.begun();
    const heard = new Heard();
    answer.read(heard);
    if (paused) answer.pause();
    await heard.over;
    return heard.outcome;
  });
  for (const outcome of await Promise.all(outcomes)) {
    expect(outcome).toMatchObject(TIMEOUT);
    expect((outcome as Error).cause).toMatchObject({ message: "total limit of 500 ms exceeded" });
  }
  await until(() => raw?.open === 0);
});

describe("the connection limit", () => {
  let silent: Server;
  let accepted: number;
  beforeEach(async () => {
    accepted = 0;
    silent = createServer((socket) => {
      accepted += 1;
      socket
        .on("error", () => {})
        .once("close", () => {
          accepted -= 1;
        });
      socket.resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => silent.close());

  test("includes TLS", async () => {
    const { port } = silent.address() as AddressInfo;
    const provider = providerAt(`https://127.0.0.1:${port}`, { connectTimeoutMs: 60, maxConcurrent: 1 });
    for (const _again of [1, 2]) {
      const error = await failureOf(upstream.call(provider, post(), PATIENT));
      expect(error).toMatchObject({ kind: "unavailable", status: 503 });
      expect((error.cause as Error).message).toBe("no connection: nothing within 60 ms");
    }
    await until(() => accepted === 0);
  });

  test("includes DNS", async () => {
    let asked = 0;
    const lookup: LookupFunction = () => {
      asked += 1;
    };
    const own = new Upstream({ env: {}, lookup });
    const provider = providerAt("http://api.test", { connectTimeoutMs: 60, maxConcurrent: 1 });
    for (const _again of [1, 2]) {
      expect(await failureOf(own.call(provider, post(), PATIENT))).toMatchObject({ kind: "unavailable" });
    }
    expect(asked).toBe(2);
    await own.close();
  });

  test("waiting for a connection is part of the first-byte limit, and the place is taken until that has ended", async () => {
    const { port } = silent.address() as AddressInfo;
    const provider = providerAt(`https://127.0.0.1:${port}`, { connectTimeoutMs: 1000, maxConcurrent: 1 });
    const limits = { ...PATIENT, firstByteMs: 50 };
    expect(await failureOf(upstream.call(provider, post(), limits))).toMatchObject(TIMEOUT);
    expect(await failureOf(upstream.call(provider, post(), limits))).toMatchObject({ kind: "upstream_busy" });
    await until(() => accepted === 0);
    expect(await failureOf(upstream.call(provider, post(), limits))).toMatchObject(TIMEOUT);
  });
});

test("nothing is left of a call's timers when it is over", async () => {
  const before = timers();
  const provider = providerAt(fake.url);
  for (const model of ["m", "do-503", "do-reset-before-headers", "do-reset-mid-stream", "do-truncate-stream"]) {
    const call = upstream.call(provider, chat(model, { stream: true }), PATIENT);
    expect(timers()).toBeGreaterThan(before);
    const heard = new Heard();
    await call.answer.then(
      async (answer) => {
        answer.begun();
        answer.read(heard);
        await heard.over;
      },
      () => {},
    );
    await until(() => timers() === before);
  }
  upstream.call(provider, chat("do-hang-before-headers"), PATIENT).abort();
  await until(() => timers() === before);
});
