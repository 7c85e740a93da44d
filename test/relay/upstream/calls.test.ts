import { Upstream } from "../../../plugins/relay/upstream";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import {
  chat,
  failureOf,
  Heard,
  hear,
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

beforeAll(async () => {
  upstream = new Upstream({ env: {} });
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await raw?.close();
  raw = undefined;
});
afterAll(async () => {
  await upstream.close();
  await fake.close();
});

/** One answer, written as it is. */
async function rawAnswer(text: string, connection = {}) {
  raw = await startRawServer((socket) => socket.write(text, "latin1"));
  return hear(upstream.call(providerAt(raw.url, connection), post(), PATIENT));
}

describe("the request", () => {
  test("on the wire: what it says, what HTTP needs, and who we are", async () => {
    raw = await startRawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    const headers = { authorization: "Bearer k", "content-type": "application/json", "x-title": "caf\u00e9" };
    await hear(upstream.call(providerAt(raw.url), post("/v1/a%20b?x=1", headers, Buffer.from('{"a":1}')), PATIENT));
    const [head = "", body] = raw.requests[0]?.split("\r\n\r\n") ?? [];
    const [line, ...fields] = head.split("\r\n");
    expect(line).toBe("POST /v1/a%20b?x=1 HTTP/1.1");
    expect(fields.sort()).toEqual([
      "authorization: Bearer k",
      "connection: keep-alive",
      "content-length: 7",
      "content-type: application/json",
      `host: 127.0.0.1:${raw.port}`,
      "user-agent: graft/0.1",
      "x-title: caf\u00e9",
    ]);
    expect(body).toBe('{"a":1}');
  });

  test("a user agent from the configuration", async () => {
    const before = fake.requests.length;
    const request = chat("m");
    await hear(
      upstream.call(providerAt(fake.url), { ...request, headers: { ...request.headers, "user-agent": "x/1" } }, PATIENT),
    );
    expect(fake.requests[before]?.headers["user-agent"]).toBe("x/1");
  });

  test("without a body", async () => {
    raw = await startRawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    await hear(upstream.call(providerAt(raw.url), post("/", {}, Buffer.alloc(0)), PATIENT));
    expect(raw.requests[0]).toContain("content-length: 0\r\n");
  });

  test.each([
    ["a line break in a header", post("/", { "x-model": "a\r\nx-admin: 1" })],
    ["a character beyond Latin-1 in a header", post("/", { "x-model": "\u6f22" })],
    ["a header name that is none", post("/", { "x model": "a" })],
    ["a framing header", post("/", { "transfer-encoding": "chunked" })],
    ["a wrong content-length", post("/", { "content-length": "7" })],
    ["expect", post("/", { expect: "100-continue" })],
    ["a blank in the path", post("/a b")],
    ["a line break in the path", post("/a\r\nb")],
    ["no path", post("")],
    ["another address as the path", post("http:/\u0000")],
  ])("%s is our fault: nothing is sent, no exception", async (_name, request) => {
    raw = await startRawServer(() => {});
    const provider = providerAt(raw.url, { maxConcurrent: 1 });
    for (const _again of [1, 2]) {
      expect(await failureOf(upstream.call(provider, request, PATIENT))).toMatchObject({ kind: "internal" });
    }
    expect(raw.requests).toEqual([]);
  });
});

describe("the answer", () => {
  test("whole", async () => {
    const { answer, heard } = await hear(upstream.call(providerAt(fake.url), chat("m"), PATIENT));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(heard.text)).toMatchObject({ object: "chat.completion" });
    expect(heard.outcome).toBe("end");
  });

  test.each(["m", "do-drip", "do-trailers", "do-connection-close", "do-informational"])("streamed: %s", async (model) => {
    const { answer, heard } = await hear(upstream.call(providerAt(fake.url), chat(model, { stream: true }), PATIENT));
    expect(answer.status).toBe(200);
    expect(heard.text).toMatch(/^data: .*data: \[DONE\]\n\n$/s);
    expect(heard.outcome).toBe("end");
  });

  test("that was complete before anybody read it comes within `read`", async () => {
    raw = await startRawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"));
    const provider = providerAt(raw.url, { maxConcurrent: 1 });
    const answer = await upstream.call(provider, post(), PATIENT).answer;
    // It counts no more.
    await hear(upstream.call(provider, post(), PATIENT));
    const heard = new Heard();
    answer.read(heard);
    expect([heard.text, heard.outcome]).toEqual(["hello", "end"]);
  });

  test("headers: lower case, repeated ones joined, any name", async () => {
    const { answer } = await rawAnswer(
      "HTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\nX-ONE: c\r\n__proto__: p\r\n__proto__: q\r\nconstructor: r\r\nx-latin: caf\u00e9\r\ncontent-length: 0\r\n\r\n",
    );
    expect(Object.entries(answer.headers)).toEqual([
      ["x-one", "a, b, c"],
      ["__proto__", "p, q"],
      ["constructor", "r"],
      ["x-latin", "caf\u00e9"],
      ["content-length", "0"],
    ]);
    expect(answer.headers["toString"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["q"]).toBeUndefined();
  });

  test.each([204, 304])("status %d has no body, and its connection serves on", async (status) => {
    raw = await startRawServer((socket) => socket.write(`HTTP/1.1 ${status} X\r\netag: "a"\r\n\r\n`));
    const provider = providerAt(raw.url);
    for (const _again of [1, 2]) {
      const { answer, heard } = await hear(upstream.call(provider, post(), PATIENT));
      expect([answer.status, heard.text, heard.outcome]).toEqual([status, "", "end"]);
      await someTurns(2);
    }
    expect(raw.accepted).toBe(1);
  });

  test("a redirect is an answer like any other", async () => {
    const other = await startRawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    const { answer } = await rawAnswer(`HTTP/1.1 307 X\r\nlocation: ${other.url}\r\ncontent-length: 0\r\n\r\n`);
    expect([answer.status, answer.headers["location"]]).toEqual([307, other.url]);
    expect(other.accepted).toBe(0);
    await other.close();
  });

  test("up to the end of the connection, where it says no length", async () => {
    raw = await startRawServer((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nhello"));
    const { heard } = await hear(upstream.call(providerAt(raw.url), post(), PATIENT));
    expect([heard.text, heard.outcome]).toEqual(["hello", "end"]);
  });

  test("longer than announced: what was announced counts, and the connection serves nobody else", async () => {
    raw = await startRawServer((socket) =>
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"),
    );
    const provider = providerAt(raw.url);
    for (const _again of [1, 2]) {
      const { heard } = await hear(upstream.call(provider, post(), PATIENT));
      expect([heard.text, heard.outcome]).toEqual(["ok", "end"]);
    }
    expect(raw.accepted).toBe(2);
  });
});

describe("connections", () => {
  test("are used again, one answer after another", async () => {
    const provider = providerAt(fake.url);
    const before = fake.requests.length;
    for (const model of ["m", "do-429", "do-html-error", "m"]) {
      await hear(upstream.call(provider, chat(model), PATIENT));
      // undici takes a connection back in the next turn only.
      await someTurns(2);
    }
    expect(new Set(fake.requests.slice(before).map(({ connection }) => connection)).size).toBe(1);
  });

  test("are not shared between providers, not even of the same address", async () => {
    const before = fake.requests.length;
    for (const provider of [providerAt(fake.url), providerAt(fake.url)]) {
      await hear(upstream.call(provider, chat("m"), PATIENT));
    }
    const [one, other] = fake.requests.slice(before);
    expect(one?.connection).not.toBe(other?.connection);
  });

  test("many at one time, each with its own answer", async () => {
    raw = await startRawServer((socket, number) => {
      const body = String(number);
      setImmediate(() => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
    });
    const provider = providerAt(raw.url, { maxConcurrent: 20 });
    const all: string[] = [];
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 50; i += 1) all.push((await hear(upstream.call(provider, post(), PATIENT))).heard.text);
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(new Set(all).size).toBe(1000);
    expect(raw.accepted).toBeLessThanOrEqual(20);
  });
});

test("close: running calls end in peace, then every connection is closed, and later calls are refused", async () => {
  raw = await startRawServer((socket) => socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"));
  const own = new Upstream({ env: {} });
  const provider = providerAt(raw.url);
  const heard = new Heard();
  const answer = await own.call(provider, post(), PATIENT).answer;
  answer.read(heard);
  let closed = false;
  const closing = own.close().then(() => {
    closed = true;
  });
  expect(await failureOf(own.call(provider, post(), PATIENT))).toMatchObject({ kind: "unavailable" });
  expect([closed, heard.outcome]).toEqual([false, undefined]);
  answer.abort();
  await closing;
  await until(() => raw?.open === 0);
});
