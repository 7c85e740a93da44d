import type { Socket } from "node:net";
import { Upstream } from "../../../plugins/relay/upstream";
import { type Certificates, hasOpenssl, makeCertificates } from "../../upstream/certificates";
import { startFakeUpstream } from "../../upstream/fake-upstream";
import { chat, Heard, PATIENT, post, providerAt, type RawServer, someTurns, startRawServer, until } from "./support";

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

const HEAD = "HTTP/1.1 200 OK\r\n";
const PIECE = Buffer.alloc(64 * 1024, "a");
/** What the kernels on both sides may hold on the way, and the streams. */
const ON_THE_WAY = 24 * 1024 * 1024;
const FIREHOSE = 256 * 1024 * 1024;

/** Writes as fast as the other side takes it; tells how much it was. */
function firehose() {
  const it = { written: 0 };
  const pour = (socket: Socket): void => {
    while (it.written < FIREHOSE && socket.writable) {
      it.written += PIECE.length;
      if (!socket.write(PIECE)) {
        socket.once("drain", () => pour(socket));
        return;
      }
    }
    socket.end();
  };
  const start = (socket: Socket): void => {
    socket.write(`${HEAD}content-length: ${FIREHOSE}\r\n\r\n`);
    pour(socket);
  };
  return { it, start };
}

/** No more is written. */
async function settled(it: { readonly written: number }): Promise<number> {
  for (let before = -1; before !== it.written; ) {
    before = it.written;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return it.written;
}

describe("a firehose", () => {
  test("waits until it is read, and whenever it is paused; then everything comes", async () => {
    const { it, start } = firehose();
    raw = await startRawServer(start);
    const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
    expect(await settled(it)).toBeLessThan(ON_THE_WAY);

    let stopAt = 32 * 1024 * 1024;
    let bytes = 0;
    let stopped = 0;
    const reader = {
      data: (piece: Buffer) => {
        bytes += piece.length;
        if (bytes < stopAt) return;
        answer.pause();
        stopped += 1;
      },
      end: () => {
        stopAt = -1;
      },
      failed: (error: Error) => {
        throw error;
      },
    };
    answer.read(reader);
    while (stopped < 3) {
      const before = stopped;
      await until(() => stopped > before);
      const reached = bytes;
      expect((await settled(it)) - reached).toBeLessThan(ON_THE_WAY);
      expect(bytes - reached).toBeLessThanOrEqual(PIECE.length);
      stopAt = bytes + 32 * 1024 * 1024;
      answer.resume();
    }
    stopAt = Number.POSITIVE_INFINITY;
    await until(() => stopAt === -1);
    expect(bytes).toBe(FIREHOSE);
  }, 30_000);

  test("paused before it is read: what was held comes, no more", async () => {
    const { it, start } = firehose();
    raw = await startRawServer(start);
    const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
    await settled(it);
    for (let times = 0; times < 10; times += 1) {
      answer.pause();
      answer.resume();
      await someTurns(3);
    }
    answer.pause();
    const heard = new Heard();
    answer.read(heard);
    const held = heard.bytes;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(2 * PIECE.length);
    await someTurns();
    expect(heard.bytes).toBe(held);
    answer.resume();
    await until(() => heard.bytes > held);
    answer.abort();
  });
});

test("pause and resume are idempotent, and may come within a piece", async () => {
  raw = await startRawServer((socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`));
  const answer = await upstream.call(providerAt(raw.url), post(), PATIENT).answer;
  const heard = new Heard(() => {
    answer.pause();
    answer.pause();
    answer.resume();
    answer.resume();
  });
  answer.read(heard);
  raw.write("1\r\na\r\n1\r\nb\r\n");
  await until(() => heard.text === "ab");
  raw.write("1\r\nc\r\n0\r\n\r\n");
  await heard.over;
  expect([heard.text, heard.outcome]).toEqual(["abc", "end"]);
});

test("an answer may be read, and another one resumed, within a piece of a third", async () => {
  raw = await startRawServer((socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n1\r\na\r\n`));
  const provider = providerAt(raw.url);
  const call = () => upstream.call(provider, post(), PATIENT).answer;
  const [first, second, third] = await Promise.all([call(), call(), call()]);
  const late = new Heard();
  const held = new Heard(() => second.pause());
  second.read(held);
  first.pause();
  third.read(
    new Heard((bytes) => {
      if (bytes.toString() !== "b") return;
      first.read(late);
      first.resume();
      second.resume();
    }),
  );
  raw.write("1\r\nb\r\n");
  await until(() => late.text === "ab" && held.text === "ab");
  for (const answer of [first, second, third]) answer.abort();
});

const uncaught = jest.fn();
beforeAll(() => process.on("uncaughtExceptionMonitor", uncaught));
afterAll(() => process.off("uncaughtExceptionMonitor", uncaught));

/** undici 7 alone ends the process in most of these. */
describe("an answer that ends while it is held back", () => {
  const CHUNKS = "5\r\nhello\r\n";
  const cases: [string, string, string][] = [
    ["with its length", "content-length: 10\r\n\r\n", "hellohello"],
    ["with its length, closing", "connection: close\r\ncontent-length: 10\r\n\r\n", "hellohello"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\n", `${CHUNKS}${CHUNKS}0\r\n\r\n`],
    ["in chunks, closing", "connection: close\r\ntransfer-encoding: chunked\r\n\r\n", `${CHUNKS}${CHUNKS}0\r\n\r\n`],
    ["up to the end", "connection: close\r\n\r\n", "hellohello"],
  ];
  const endings: [string, (socket: Socket) => void, "end" | "any"][] = [
    ["closed", (socket) => socket.end(), "end"],
    // An RST overtakes what the kernel has not yet given us.
    ["reset", (socket) => setTimeout(() => socket.resetAndDestroy(), 20), "any"],
  ];
  const all = cases.flatMap(([how, head, body]) =>
    endings.map(([end, finish, outcome]) => ({ how, end, head, body, finish, outcome })),
  );

  /** In three parts, divided at all places: the first is read, the second makes undici hold back, the third and the end come then. */
  test.each(all)("$how, then $end: whole or broken off, never a crash", async ({ head, body, finish, outcome }) => {
    const divisions: [number, number][] = [];
    for (let first = 0; first < body.length; first += 1)
      for (let second = first + 1; second < body.length; second += 1) divisions.push([first, second]);
    raw = await startRawServer((socket, number) => {
      const [first, second] = divisions[(number - 1) % divisions.length] ?? [0, 1];
      socket.write(HEAD + head + body.slice(0, first));
      // One after the other: of two timers set at once, a busy machine may run the longer one first.
      setTimeout(() => {
        socket.write(body.slice(first, second));
        setTimeout(() => socket.write(body.slice(second), () => finish(socket)), 20);
      }, 20);
    });
    const provider = providerAt(raw.url);
    let pauses = 0;
    const calls = divisions.map(async () => {
      const answer = await upstream.call(provider, post(), PATIENT).answer;
      const heard = new Heard(() => {
        pauses += 1;
        answer.pause();
        setTimeout(() => answer.resume(), 100);
      });
      answer.read(heard);
      await heard.over;
      if (heard.outcome === "end") expect(heard.text).toBe("hellohello");
      else expect(heard.outcome).toMatchObject({ kind: "upstream_failed" });
      if (outcome === "end") expect(heard.outcome).toBe("end");
    });
    await Promise.all(calls);
    await someTurns();
    expect(pauses).toBeGreaterThan(divisions.length);
    expect(uncaught).not.toHaveBeenCalled();
  });

  const openssl = hasOpenssl();
  if (!openssl) console.warn("openssl is not on PATH: endings over TLS are not tested.");
  (openssl ? describe : describe.skip)("over TLS", () => {
    let certificates: Certificates;
    beforeAll(() => {
      certificates = makeCertificates();
    });
    afterAll(() => certificates.remove());

    test.each([
      ["do-connection-close", "end"],
      ["do-reset-mid-stream", "failed"],
      ["do-truncate-stream", "failed"],
      ["do-trailers", "end"],
    ])("%s", async (model, outcome) => {
      const fake = await startFakeUpstream({ tls: { certificates } });
      const provider = providerAt(fake.url, { tls: { caFile: `${certificates.folder}/ca.pem` } });
      const answer = await upstream.call(provider, chat(model, { stream: true }), PATIENT).answer;
      const heard = new Heard(() => {
        answer.pause();
        setTimeout(() => answer.resume(), 20);
      });
      answer.read(heard);
      await heard.over;
      expect(heard.outcome === "end" ? "end" : "failed").toBe(outcome);
      await fake.close();
      expect(uncaught).not.toHaveBeenCalled();
    });
  });
});
