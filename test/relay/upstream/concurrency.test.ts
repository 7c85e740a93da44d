import type { Socket } from "node:net";
import { Upstream } from "../../../plugins/relay/upstream";
import { refusedPort } from "../../upstream/fake-upstream";
import { failureOf, Heard, hear, PATIENT, post, providerAt, type RawServer, startRawServer, until } from "./support";

let upstream: Upstream;
let raw: RawServer | undefined;

beforeEach(() => {
  upstream = new Upstream({ env: {} });
});
afterEach(async () => {
  await raw?.close();
  raw = undefined;
  await upstream.close();
});

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CHUNKS = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n";

test("one call too many is refused at once, the provider hears nothing of it", async () => {
  const waiting: Socket[] = [];
  raw = await startRawServer((socket) => waiting.push(socket));
  const provider = providerAt(raw.url, { maxConcurrent: 3 });
  const calls = [1, 2, 3].map(() => upstream.call(provider, post(), PATIENT));
  const refused = upstream.call(provider, post(), PATIENT);
  const error = await failureOf(refused);
  expect(error).toMatchObject({ kind: "upstream_busy", status: 503, retryable: true });
  refused.abort();
  await until(() => waiting.length === 3);
  expect(raw.requests).toHaveLength(3);
  // Another provider at the same address has its own count.
  upstream.call(providerAt(raw.url), post(), PATIENT).abort();
  for (const socket of waiting) socket.write(OK);
  await Promise.all(calls.map((call) => hear(call)));
  expect(raw.accepted).toBeLessThanOrEqual(4);
});

/** Each way out, after which the only place must be free for the next call, in the same turn. */
const WAYS_OUT: Record<string, (server: RawServer, provider: ReturnType<typeof providerAt>) => Promise<void>> = {
  "the end": async (_server, provider) => {
    await hear(upstream.call(provider, post("/ok"), PATIENT));
  },
  "the end, unread": async (_server, provider) => {
    const call = upstream.call(provider, post("/ok"), PATIENT);
    await call.answer;
  },
  "no head": async (_server, provider) => {
    await failureOf(upstream.call(provider, post("/reset"), PATIENT));
  },
  "broken off": async (_server, provider) => {
    const { heard } = await hear(upstream.call(provider, post("/cut"), PATIENT));
    expect(heard.outcome).not.toBe("end");
  },
  "a bad request of ours": async (_server, provider) => {
    await failureOf(upstream.call(provider, post("no slash"), PATIENT));
  },
  "given up while waiting for the head": async (server, provider) => {
    const before = server.requests.length;
    const call = upstream.call(provider, post("/silent"), PATIENT);
    await until(() => server.requests.length > before);
    call.abort();
  },
  "given up in mid-answer": async (_server, provider) => {
    const answer = await upstream.call(provider, post("/open"), PATIENT).answer;
    answer.read(new Heard());
    answer.abort();
  },
  "given up within a piece": async (_server, provider) => {
    const answer = await upstream.call(provider, post("/drip"), PATIENT).answer;
    await new Promise<void>((resolve) => {
      answer.read(
        new Heard(() => {
          answer.abort();
          resolve();
        }),
      );
    });
  },
  "the first-byte limit": async (_server, provider) => {
    await failureOf(upstream.call(provider, post("/silent"), { ...PATIENT, firstByteMs: 30 }));
  },
  "the idle limit": async (_server, provider) => {
    const answer = await upstream.call(provider, post("/open"), { ...PATIENT, idleMs: 30 }).answer;
    answer.begun();
    const heard = new Heard();
    answer.read(heard);
    await heard.over;
  },
};

test.each(Object.entries(WAYS_OUT))("its place is free after: %s", async (_name, wayOut) => {
  raw = await startRawServer((socket, number) => {
    const path = raw?.requests[number - 1]?.split(" ")[1];
    if (path === "/ok") socket.write(OK);
    if (path === "/reset") socket.resetAndDestroy();
    if (path === "/cut") socket.end(CHUNKS);
    if (path === "/open") socket.write(CHUNKS);
    if (path === "/drip") {
      socket.write(CHUNKS);
      const timer = setInterval(() => socket.write("1\r\na\r\n"), 2);
      socket.once("close", () => clearInterval(timer));
    }
  });
  const provider = providerAt(raw.url, { maxConcurrent: 1 });
  for (const _again of [1, 2, 3]) {
    await wayOut(raw, provider);
    const { heard } = await hear(upstream.call(provider, post("/ok"), PATIENT));
    expect(heard.text).toBe("ok");
  }
});

test("its place is free after a connection that could not be made", async () => {
  const provider = providerAt(`http://127.0.0.1:${await refusedPort()}`, { maxConcurrent: 1 });
  for (const _again of [1, 2, 3]) {
    expect(await failureOf(upstream.call(provider, post(), PATIENT))).toMatchObject({ kind: "unavailable" });
  }
});

test("given up before there is a connection: its place is free when there is one, which then serves the next call", async () => {
  raw = await startRawServer((socket) => socket.write(OK));
  const provider = providerAt(raw.url, { maxConcurrent: 1 });
  const call = upstream.call(provider, post("/given-up"), PATIENT);
  call.abort();
  expect(await failureOf(call)).toMatchObject({ kind: "client_closed", status: 499 });
  expect(await failureOf(upstream.call(provider, post(), PATIENT))).toMatchObject({ kind: "upstream_busy" });
  await until(() => raw?.accepted === 1);
  let served = false;
  while (!served) {
    const next = upstream.call(provider, post("/next"), PATIENT);
    served = await next.answer.then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(raw.accepted).toBe(1);
  expect(raw.requests.map((request) => request.split(" ")[1])).toEqual(["/next"]);
});
