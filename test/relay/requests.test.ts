/** What reaches the relay beside well-formed calls, what it answers, and how it stops. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Pipeline } from "../../plugins/core/pipeline";
import { readHead } from "../../plugins/relay";
import { gate } from "../e2e/support/gate";
import { call } from "../upstream/raw-client";
import { allOver, type Bench, type BenchOptions, errorIn, question, startBench, Talk } from "./support";
import { someTurns, until } from "./upstream/support";

let bench: Bench;

afterEach(() => bench.close());

const url = (): string => `${bench.url}/v1/chat/completions`;
const json = (body: Buffer): unknown => JSON.parse(body.toString("utf8")) as unknown;

describe("admission", () => {
  test("who is not admitted gets a 403, with a body or without one, and nothing is begun", async () => {
    bench = await startBench({ admit: () => undefined });
    for (const options of [{ body: question("openai/x") }, { body: "x".repeat(300_000) }, { method: "GET" }]) {
      const seen = await call(url(), options);
      expect([seen.status, errorIn(json(seen.body)).code]).toEqual([403, "permission_denied"]);
    }
    expect([bench.finished(), bench.upstream.requests.length]).toEqual([0, 0]);
    await until(() => bench.relay.running === 0);
    // Said once, not for each of them.
    expect(bench.complaints.filter((line) => line.includes("without permission to pass: why?"))).toHaveLength(1);
  });

  test("the gateway's own headers are seen behind any number of the client's", async () => {
    let last: string | undefined;
    bench = await startBench({
      admit: (request, admission) => {
        last = readHead(request).own["x-graft-last"];
        return admission;
      },
    });
    const talk = connect(Number(new URL(bench.url).port), "127.0.0.1");
    const many = "a: 1\r\n".repeat(3000);
    talk.write(`GET /v1/models HTTP/1.1\r\nhost: relay\r\n${many}x-graft-last: seen\r\nconnection: close\r\n\r\n`);
    talk.resume();
    await once(talk, "close");
    expect(last).toBe("seen");
  });

  test("a host's own reply is sent as it is; HEAD gets no body", async () => {
    const reply = { status: 200, headers: { "content-type": "text/plain" }, body: Buffer.from("serving") };
    bench = await startBench({ admit: () => reply });
    expect((await call(url(), { method: "GET" })).body.toString()).toBe("serving");
    const head = await call(url(), { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.body.length, head.complete]).toEqual([200, "7", 0, true]);
  });

  test("a host that throws costs that request only, and says so in the log", async () => {
    let throws = true;
    bench = await startBench({
      admit: (_request, admission) => {
        if (throws) throw new Error("secret reason");
        return admission;
      },
    });
    const seen = await call(url(), { body: question("openai/x") });
    expect([seen.status, errorIn(json(seen.body)).code]).toEqual([500, "internal_error"]);
    expect(seen.body.toString()).not.toContain("secret");
    expect(bench.complaints.join()).toContain("secret reason");
    throws = false;
    expect((await call(url(), { body: question("openai/x") })).status).toBe(200);
    await until(() => bench.relay.running === 0);
  });
});

test.each([
  ["GET", "/v1/chat/completions", 405],
  ["HEAD", "/v1/chat/completions", 405],
  ["PUT", "/v1/chat/completions", 405],
  ["PROPFIND", "/v1/chat/completions", 405],
  ["GET", "/v1/models", 200],
  ["HEAD", "/v1/models", 200],
  ["POST", "/v1/nothing", 404],
  ["OPTIONS", "/", 404],
])("%s %s is %i", async (method, path, status) => {
  bench = await startBench();
  const seen = await call(bench.url + path, { method });
  expect([seen.status, seen.complete]).toEqual([status, true]);
  expect(seen.body.length > 0).toBe(method !== "HEAD");
  expect([bench.finished(), bench.complaints]).toEqual([0, []]);
});

test.each(["", "no JSON", "{}", "[]", `{"model":1}`, `{"model":"nope","messages":[]}`])(
  "a body of %j is refused and logged once",
  async (body) => {
    bench = await startBench();
    const seen = await call(url(), { body });
    expect([seen.status === 400 || seen.status === 404, typeof errorIn(json(seen.body)).message]).toEqual([true, "string"]);
    await allOver(bench, 1);
    expect([bench.finished(), bench.records[0]?.outcome, bench.records[0]?.status]).toEqual([1, "complete", seen.status]);
  },
);

test("CONNECT and TRACE, and what is no HTTP at all, are not answered by a provider", async () => {
  bench = await startBench();
  for (const text of [
    "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u0016\u0003\u0001\r\n\r\n",
  ]) {
    const socket = connect(bench.relay.port, "127.0.0.1").on("error", () => {});
    socket.resume().write(text, "latin1");
    await new Promise((resolve) => socket.once("close", resolve));
  }
  expect([bench.relay.running, bench.upstream.requests.length]).toEqual([0, 0]);
});

test("a request sent before its predecessor is answered ends both: its end would be told to nobody", async () => {
  bench = await startBench();
  const body = JSON.stringify(question("openai/do-hang-before-headers"));
  const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(bench.relay.port, "127.0.0.1").on("error", () => {});
  socket.resume().write(request + request);
  await new Promise((resolve) => socket.once("close", resolve));
  await allOver(bench, 1);
  expect(bench.records).toMatchObject([{ outcome: "aborted" }]);
});

test("a head of many headers passes, as gateways write them", async () => {
  bench = await startBench();
  const headers = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x-large-${index}`, "v".repeat(1000)]));
  expect((await call(url(), { body: question("openai/x"), headers })).status).toBe(200);
  expect(Object.keys(bench.upstream.requests[0]?.headers ?? {}).some((name) => name.startsWith("x-large"))).toBe(false);
});

describe("our own fault", () => {
  /** Makes the pipelines of running exchanges throw at each piece from now on. */
  function breakAll(): void {
    for (const pipeline of pipelines) {
      jest.spyOn(pipeline, "chunk").mockImplementation(() => {
        throw new Error("a bug");
      });
    }
  }

  const pipelines: Pipeline[] = [];
  const begin = async (options: BenchOptions = {}): Promise<void> => {
    bench = await startBench(options);
    pipelines.length = 0;
    const known = bench.exchanges.begin.bind(bench.exchanges);
    jest.spyOn(bench.exchanges, "begin").mockImplementation((pipeline, bounds) => {
      pipelines.push(pipeline);
      known(pipeline, bounds);
    });
  };

  test("in the middle of a stream breaks it off: it must not look complete", async () => {
    await begin();
    const { opened, open } = gate();
    bench.upstream.script({ do: "hang-mid-stream", n: 3, until: opened });
    const talk = new Talk(bench.url, question("openai/x", { stream: true }));
    await talk.has("data:");
    breakAll();
    open();
    await talk.over();
    expect(talk.outcome).not.toBe("end");
    await allOver(bench, 1);
    expect([bench.records.length, bench.finished()]).toEqual([1, 1]);
    expect(bench.records).toMatchObject([{ outcome: "aborted", error: "internal", status: 200 }]);
    expect(bench.complaints.join()).toContain("a bug");
  });

  test("within a whole answer is an error, and no other target is asked", async () => {
    await begin({ models: { m: ["openai/x", "anthropic/y"] } });
    const { opened, open } = gate();
    bench.upstream.script({ do: "hang-before-headers", until: opened });
    const talk = new Talk(bench.url, question("m"));
    await bench.upstream.waitFor(1);
    breakAll();
    open();
    await talk.over();
    expect([talk.outcome, talk.response?.statusCode, errorIn(JSON.parse(talk.text)).code]).toEqual([
      "end",
      500,
      "internal_error",
    ]);
    await allOver(bench, 1);
    expect(bench.records).toMatchObject([{ status: 500, error: "internal", attempts: 1 }]);
    expect(bench.upstream.requests).toHaveLength(1);
  });
});

describe("drain", () => {
  test("lets running exchanges end, takes no new connections, and says that none was cut", async () => {
    bench = await startBench();
    const talk = new Talk(bench.url, question("openai/do-slow-headers-150"));
    await bench.upstream.waitFor(1);
    const drained = bench.relay.drain(5000);
    expect((await call(url(), { body: question("openai/x") })).error).toBe("ECONNREFUSED");
    expect(await drained).toBe(0);
    await talk.over();
    expect([talk.outcome, talk.response?.statusCode, talk.response?.headers["connection"]]).toEqual(["end", 200, "close"]);
    expect(bench.records).toMatchObject([{ outcome: "complete" }]);
  });

  test("cuts what takes too long, and each of these is logged once", async () => {
    bench = await startBench();
    const talks = ["do-hang-before-headers", "do-hang-mid-stream-3"].map(
      (it) => new Talk(bench.url, question(`openai/${it}`, { stream: true })),
    );
    await bench.upstream.waitFor(2);
    await talks[1]?.has("data:");
    expect(await bench.relay.drain(10)).toBe(2);
    for (const talk of talks) expect((await talk.over()).outcome).not.toBe("end");
    await someTurns();
    expect([bench.records.length, bench.finished(), bench.relay.running, bench.exchanges.size]).toEqual([2, 2, 0, 0]);
    expect(bench.records.every(({ outcome }) => outcome === "aborted")).toBe(true);
  });

  test("takes no time when there is nothing to wait for", async () => {
    bench = await startBench();
    expect(await bench.relay.drain(60_000)).toBe(0);
  });
});
