import type { Socket } from "node:net";
import type { GraftError } from "../../../plugins/core/errors";
import { Upstream } from "../../../plugins/relay/upstream";
import { refusedPort } from "../../upstream/fake-upstream";
import { failureOf, Heard, hear, PATIENT, post, providerAt, type RawServer, someTurns, startRawServer, until } from "./support";

let upstream: Upstream;
let raw: RawServer;

beforeEach(() => {
  upstream = new Upstream({ env: {} });
});
afterEach(async () => {
  await raw?.close();
  await upstream.close();
});

const UNREACHABLE = "No provider could be reached for this request.";
const BROKEN_OFF = "The provider's answer broke off before it was complete.";
const HEAD = "HTTP/1.1 200 OK\r\n";

/** What a client may read: everything but the cause. */
function shown(error: Error): string {
  const { cause: _cause, ...options } = (error as GraftError).options;
  return JSON.stringify({ ...error, options, message: error.message });
}

describe("no answer", () => {
  test("refused: another target may be tried, and no address is shown", async () => {
    const port = await refusedPort();
    const error = await failureOf(upstream.call(providerAt(`http://127.0.0.1:${port}`), post(), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable", status: 503, retryable: true, message: UNREACHABLE });
    expect(error.options.shouldRetry).toBe(true);
    expect(error.message).not.toContain("127.0.0.1");
    expect(String((error.cause as Error).message)).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
  });

  test("a name that does not exist", async () => {
    const lookup = (_name: string, _options: unknown, callback: (error: NodeJS.ErrnoException, address: string) => void) =>
      callback(Object.assign(new Error("getaddrinfo ENOTFOUND secret.internal"), { code: "ENOTFOUND" }), "");
    const own = new Upstream({ env: {}, lookup });
    const error = await failureOf(own.call(providerAt("http://secret.internal"), post(), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable", message: UNREACHABLE });
    expect((error.cause as Error).message).toContain("secret.internal");
    await own.close();
  });

  test.each<[string, (socket: Socket) => void]>([
    ["reset", (socket) => socket.resetAndDestroy()],
    ["closed", (socket) => socket.end()],
    [
      "reset within the head",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nx-a: ", () => setTimeout(() => socket.resetAndDestroy(), 20)),
    ],
    ["closed within the head", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-")],
    ["no HTTP", (socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n")],
    ["HTTP/2", (socket) => socket.write(Buffer.from("00001204000000000000030000006400040000ffff", "hex"))],
    ["a wrong status line", (socket) => socket.write("HTTP/1.1 OK\r\n\r\n")],
    ["a wrong header line", (socket) => socket.write(`${HEAD}no colon\r\n\r\n`)],
    ["two different lengths", (socket) => socket.write(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`)],
    ["a length and chunks", (socket) => socket.write(`${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\nab`)],
    ["one endless header", (socket) => socket.write(`${HEAD}x-a: ${"a".repeat(70_000)}`)],
    ["too many headers", (socket) => socket.write(`${HEAD}${"x-abcdef: 0123456789\r\n".repeat(5000)}\r\n`)],
    ["100 without being asked", (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${HEAD}content-length: 0\r\n\r\n`)],
    ["another protocol", (socket) => socket.write("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")],
  ])("%s: unavailable, asked once, its place is free again", async (_name, answer) => {
    raw = await startRawServer(answer);
    const provider = providerAt(raw.url, { maxConcurrent: 1 });
    for (const asked of [1, 2]) {
      const error = await failureOf(upstream.call(provider, post(), PATIENT));
      expect(error).toMatchObject({ kind: "unavailable", message: UNREACHABLE });
      expect(error.cause).toBeInstanceOf(Error);
      expect(shown(error)).not.toContain("127.0.0.1");
      await someTurns();
      expect(raw.requests).toHaveLength(asked);
    }
  });

  test("a connection that the provider closes when it is used again: asked once on it, not again elsewhere", async () => {
    raw = await startRawServer((socket, number) => {
      if (number === 1) socket.write(`${HEAD}content-length: 0\r\n\r\n`);
      else socket.destroy();
    });
    const provider = providerAt(raw.url);
    await hear(upstream.call(provider, post(), PATIENT));
    await someTurns();
    expect(await failureOf(upstream.call(provider, post(), PATIENT))).toMatchObject({ kind: "unavailable" });
    await someTurns(50);
    expect([raw.requests.length, raw.accepted]).toEqual([2, 1]);
  });

  test("a connection that the provider had closed before: not used again", async () => {
    raw = await startRawServer((socket, number) => {
      socket.write(`${HEAD}content-length: 0\r\n\r\n`);
      if (number === 1) setTimeout(() => socket.end(), 5);
    });
    const provider = providerAt(raw.url);
    await hear(upstream.call(provider, post(), PATIENT));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await hear(upstream.call(provider, post(), PATIENT))).answer.status).toBe(200);
    expect([raw.requests.length, raw.accepted]).toEqual([2, 2]);
  });
});

describe("an answer that breaks off", () => {
  const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`;
  const LENGTH = `${HEAD}content-length: 10\r\n\r\nhello`;
  const reset = (text: string) => (socket: Socket) => socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20));

  test.each<[string, (socket: Socket) => void]>([
    ["chunks, then a reset", reset(CHUNKED)],
    ["chunks, then closed", (socket) => socket.end(CHUNKED)],
    ["chunks to the last, then closed without its end", (socket) => socket.end(`${CHUNKED}0\r\n`)],
    ["a wrong chunk", (socket) => socket.write(`${CHUNKED}zz\r\n`)],
    ["half of it, then a reset", reset(LENGTH)],
    ["half of it, then closed", (socket) => socket.end(LENGTH)],
    ["half of it, then closed as announced", (socket) => socket.end(LENGTH.replace("\r\n", "\r\nconnection: close\r\n"))],
    ["up to the end of the connection, then a reset", reset(`HTTP/1.0 200 OK\r\n\r\nhello`)],
    ["too many trailers", (socket) => socket.write(`${CHUNKED}0\r\n${"x-abcdef: 0123456789\r\n".repeat(5000)}\r\n`)],
  ])("%s: what came is heard, then that it broke off", async (_name, answer) => {
    raw = await startRawServer(answer);
    const provider = providerAt(raw.url, { maxConcurrent: 1 });
    for (const asked of [1, 2]) {
      const { heard } = await hear(upstream.call(provider, post(), PATIENT));
      expect(heard.text).toBe("hello");
      expect(heard.outcome).toMatchObject({ kind: "upstream_failed", status: 502, message: BROKEN_OFF });
      await someTurns();
      expect(raw.requests).toHaveLength(asked);
    }
  });

  const bug = (): never => {
    throw new TypeError("a bug");
  };

  test("because its reader threw: the connection is closed, the reader is told", async () => {
    raw = await startRawServer((socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`));
    const provider = providerAt(raw.url, { maxConcurrent: 1 });
    const answer = await upstream.call(provider, post(), PATIENT).answer;
    const heard = new Heard(bug);
    answer.read(heard);
    raw.write("5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n");
    await heard.over;
    expect(heard.outcome).toMatchObject({ kind: "internal", message: "The gateway failed while handling this request." });
    await until(() => raw.open === 0);
    expect((await upstream.call(provider, post(), PATIENT).answer).status).toBe(200);
  });

  test("because its reader threw within `read`: whoever called it is told", async () => {
    raw = await startRawServer((socket) => socket.write(CHUNKED));
    const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
    expect(() => answer.read(new Heard(bug))).toThrow("a bug");
    answer.abort();
    await until(() => raw.open === 0);
  });
});

test("a failed call that nobody listens to does no harm", async () => {
  const port = await refusedPort();
  const unhandled = jest.fn();
  process.on("unhandledRejection", unhandled);
  upstream.call(providerAt(`http://127.0.0.1:${port}`), post(), PATIENT);
  const other = upstream.call(providerAt(`http://127.0.0.1:${port}`), post(), PATIENT);
  other.abort();
  await failureOf(other);
  await someTurns(50);
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
