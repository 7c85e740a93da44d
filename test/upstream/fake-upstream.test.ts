import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:http2";
import { gunzipSync } from "node:zlib";
import { SseDecoder } from "../../plugins/core/sse";
import { BEHAVIOURS, behaviourOf } from "./behaviour";
import { type FakeUpstream, refusedPort, startFakeUpstream } from "./fake-upstream";
import { call, type Seen } from "./raw-client";

const FORMATS = ["OpenAI", "Anthropic", "Gemini"] as const;
type Format = (typeof FORMATS)[number];

function requestFor(format: Format, model: string, stream: boolean): { path: string; body: unknown } {
  if (format === "OpenAI") return { path: "/v1/chat/completions", body: { model, stream, messages: [user] } };
  if (format === "Anthropic") return { path: "/v1/messages", body: { model, stream, max_tokens: 99, messages: [user] } };
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return { path: `/v1beta/models/${model}:${method}`, body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] } };
}

const user = { role: "user", content: "Hi" };
const END = { OpenAI: "[DONE]", Anthropic: '"type":"message_stop"', Gemini: '"finishReason":"STOP"' };

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(() => upstream.close());

async function ask(format: Format, model: string, stream: boolean, leaveAfter?: number): Promise<Seen> {
  const { path, body } = requestFor(format, model, stream);
  const headers = format === "Anthropic" ? { "anthropic-version": "2023-06-01" } : {};
  return await call(upstream.url + path, { body, headers, ...(leaveAfter === undefined ? {} : { leaveAfter }) });
}

function events(seen: Seen): { data: string; event: string }[] {
  const decoder = new SseDecoder();
  return [...decoder.push(seen.body), ...decoder.end()];
}

function textOf(seen: Seen): string {
  return seen.body.toString("utf8");
}

test("a model name asks for a behaviour", () => {
  expect(behaviourOf("do-503")).toEqual({ do: "status", n: 503 });
  expect(behaviourOf("do-reset-mid-stream-7")).toEqual({ do: "reset-mid-stream", n: 7 });
  expect(behaviourOf("do-cut-stream")).toEqual({ do: "cut-stream" });
  expect(behaviourOf("gpt-demo")).toBeUndefined();
  expect(() => behaviourOf("do-dance")).toThrow("knows no behaviour do-dance");
});

describe.each(FORMATS)("%s", (name) => {
  const whole = (model: string): Promise<Seen> => ask(name, model, false);
  const stream = (model: string): Promise<Seen> => ask(name, model, true);

  test("answers as the demo does", async () => {
    const seen = await whole("some-model");
    expect(seen).toMatchObject({ status: 200, complete: true });
    expect(textOf(seen)).toContain(`${name}'s wire format as some-model`);
    const streamed = await stream("some-model");
    expect(streamed.headers["content-type"]).toMatch("text/event-stream");
    expect(textOf(streamed)).toContain(END[name]);
  });

  test.each([401, 404, 429, 500, 503, 529])("do-%i has that status in the provider's own error shape", async (status) => {
    const seen = await whole(`do-${status}`);
    expect(seen.status).toBe(status);
    const { error } = JSON.parse(textOf(seen));
    expect(error.message).toContain(`answers ${status} on purpose`);
    const shape = {
      OpenAI: ["code", "message", "param", "type"],
      Anthropic: ["message", "type"],
      Gemini: ["code", "message", "status"],
    };
    expect(Object.keys(error)).toEqual(expect.arrayContaining(shape[name]));
  });

  test("a retry time is said the provider's way", async () => {
    const seen = await whole("do-429");
    if (name === "Gemini") {
      expect(seen.headers["retry-after"]).toBeUndefined();
      expect(textOf(seen)).toContain('"retryDelay":"2s"');
    } else expect(seen.headers["retry-after"]).toBe("2");
  });

  test("errors of content and key", async () => {
    const long = await whole("do-context-length");
    expect(long.status).toBe(400);
    expect(textOf(long)).toMatch(/maximum context length|prompt is too long|exceeds the maximum number of tokens/);
    const key = await whole("do-bad-key");
    expect(key.status).toBe(name === "Gemini" ? 403 : 401);
    const html = await whole("do-html-error");
    expect(html).toMatchObject({ status: 502, headers: { "content-type": "text/html" } });
    expect(textOf(html)).toContain("<h1>502 Bad Gateway</h1>");
    expect(await whole("do-empty-error-500")).toMatchObject({ status: 500, body: Buffer.alloc(0), complete: true });
  });

  test("resets", async () => {
    expect(await whole("do-reset-before-headers")).toMatchObject({ status: undefined, error: "ECONNRESET" });
    const half = await whole("do-reset-mid-body");
    expect(half).toMatchObject({ status: 200, complete: false, error: "ECONNRESET" });
    expect(half.body.length).toBe(Math.floor(Number(half.headers["content-length"]) / 2));
    const cut = await stream("do-reset-mid-stream-2");
    expect(cut).toMatchObject({ status: 200, complete: false, error: "ECONNRESET" });
    expect(events(cut)).toHaveLength(2);
  });

  test("bodies that end too early", async () => {
    expect(await whole("do-short-body")).toMatchObject({ status: 200, complete: false });
    const truncated = await stream("do-truncate-stream-3");
    expect(truncated.complete).toBe(false);
    expect(events(truncated)).toHaveLength(3);
    const clean = await stream("do-cut-stream-3");
    expect(clean.complete).toBe(true);
    expect(events(clean)).toHaveLength(3);
    expect(textOf(clean)).not.toContain(END[name]);
  });

  test("hangs, until told to go on", async () => {
    for (const behaviour of ["hang-before-headers", "hang-after-headers", "hang-mid-stream"] as const) {
      let release: () => void = () => {};
      const until = new Promise<void>((resolve) => {
        release = resolve;
      });
      upstream.script({ do: behaviour, until });
      let done = false;
      const count = upstream.requests.length;
      const answer = stream("m").then((seen) => {
        done = true;
        return seen;
      });
      await upstream.waitFor(count + 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(done).toBe(false);
      release();
      expect(textOf(await answer)).toContain(END[name]);
    }
  });

  test("garbage", async () => {
    const whole_ = await whole("do-garbage-json");
    expect(whole_.status).toBe(200);
    expect(() => JSON.parse(textOf(whole_))).toThrow();
    const data = events(await stream("do-garbage-event-2")).map((event) => event.data);
    expect(() => JSON.parse(data[2] ?? "")).toThrow();
    expect(data.length).toBeGreaterThan(4);
    expect((await whole("do-wrong-content-type")).headers["content-type"]).toMatch("text/plain");
  });

  test("an error in the stream is its last event", async () => {
    const seen = await stream("do-error-event-2");
    const last = events(seen).at(-1);
    expect(last?.event).toBe(name === "Anthropic" ? "error" : "");
    expect(JSON.parse(last?.data ?? "").error.message).toContain("mid-stream");
    expect(textOf(seen)).not.toContain(END[name]);
  });

  test("other ways to send the same events", async () => {
    const plain = events(await stream("m")).map((event) => withoutTime(event.data));
    const ways = [
      [{ do: "drip" }, /./],
      [{ do: "keep-alive-comments" }, /^: still working\n\n(event|data): .*\r?\n(data: .*\n)?\r?\n: still/],
      [{ do: "crlf" }, /^[^\n]*\r\n(?!.*[^\r]\n)/s],
      [{ do: "cr" }, /^[^\n]*\r[^\n]*$/s],
      [{ do: "slow-first-token", n: 20 }, /./],
    ] as const;
    for (const [way, looks] of ways) {
      upstream.script(way);
      const seen = await stream("m");
      expect(textOf(seen)).toMatch(looks);
      expect(seen.complete).toBe(true);
      expect(events(seen).map((event) => withoutTime(event.data))).toEqual(plain);
    }
    const drip = await whole("do-drip");
    expect(drip.body.length).toBeGreaterThan(100);
    expect(drip.chunks).toBeGreaterThan(drip.body.length / 2);
  });

  test("gzip though nobody asked", async () => {
    const seen = await whole("do-gzip");
    expect(seen.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(seen.body).toString()).toContain("as do-gzip");
    const streamed = await stream("do-gzip");
    expect(gunzipSync(streamed.body).toString()).toContain(END[name]);
    expect(streamed.chunks).toBeGreaterThan(5);
    const bomb = await whole("do-gzip-bomb-8");
    expect(bomb.body.length).toBeLessThan(100_000);
    expect(JSON.parse(gunzipSync(bomb.body).toString()).padding).toHaveLength(8 * 1024 * 1024);
  });

  test("a huge body is JSON all the same", async () => {
    const seen = await whole("do-huge-body-2");
    expect(seen.body.length).toBeGreaterThan(2 * 1024 * 1024);
    expect(JSON.parse(textOf(seen)).padding).toHaveLength(2 * 1024 * 1024);
  });

  test("HTTP around the answer", async () => {
    for (const model of ["do-informational", "do-trailers", "do-connection-close"]) {
      const seen = await stream(model);
      expect(seen.complete).toBe(true);
      expect(textOf(seen)).toContain(END[name]);
    }
    expect((await whole("do-informational")).informational).toEqual([102, 103]);
    expect((await whole("do-trailers")).trailers).toEqual({ "x-fake-trailer": "sent" });
    expect((await whole("do-connection-close")).headers.connection).toBe("close");
    expect((await whole("do-slow-headers-5")).status).toBe(200);
  });
});

function withoutTime(data: string): string {
  return data.replace(/"created":\d+/, "");
}

test("every behaviour has a test", () => {
  const here = readFileSync(__filename, "utf8");
  for (const name of Object.keys(BEHAVIOURS)) if (name !== "answer" && name !== "status") expect(here).toContain(name);
});

test("records what arrived, byte for byte", async () => {
  const before = upstream.requests.length;
  const body = '{"model": "m",  "messages": [{"role":"user","content":"é"}], "__proto__": {"x": 1}}';
  await call(`${upstream.url}/v1/chat/completions?a=b`, { body, headers: { Authorization: "Bearer one", "X-Twice": "1" } });
  const record = upstream.requests[before];
  expect(record).toMatchObject({
    method: "POST",
    path: "/v1/chat/completions?a=b",
    httpVersion: "1.1",
    format: "OpenAI",
    model: "m",
  });
  expect(record?.host).toBe(`127.0.0.1:${upstream.port}`);
  expect(record?.headers).toMatchObject({ authorization: "Bearer one", "x-twice": "1" });
  expect(record?.rawHeaders).toContain("X-Twice");
  expect(record?.body.toString()).toBe(body);
  expect(record?.times.body).toBeGreaterThanOrEqual(record?.times.headers ?? Number.NaN);
  await record?.finished;
  expect(record?.aborted).toBe(false);
  expect(record?.sni).toBeUndefined();
});

test("knows when the client left", async () => {
  const before = upstream.requests.length;
  upstream.script({ do: "hang-mid-stream", n: 2 });
  await ask("OpenAI", "m", true, 1);
  await upstream.requests[before]?.finished;
  expect(upstream.requests[before]?.aborted).toBe(true);
});

test("the script comes before the model's name, and is used up", async () => {
  upstream.script(
    { do: "status", n: 500 },
    { do: "canned", status: 418, headers: { "x-made": "up" }, pieces: ["a", Buffer.from("b")] },
  );
  const statuses = [];
  for (let at = 0; at < 3; at += 1) statuses.push((await ask("OpenAI", "do-503", false)).status);
  expect(statuses).toEqual([500, 418, 503]);
});

test("one connection for several requests", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const before = upstream.requests.length;
  for (let at = 0; at < 3; at += 1) {
    await call(`${upstream.url}/v1/chat/completions`, { body: { model: "m", messages: [user] }, agent });
  }
  const used = upstream.requests.slice(before).map((record) => record.connection);
  expect(new Set(used).size).toBe(1);
  agent.destroy();
});

test("an unknown behaviour breaks the connection and says why", async () => {
  const said = jest.spyOn(console, "error").mockImplementation(() => {});
  expect((await ask("OpenAI", "do-dance", false)).error).toBe("ECONNRESET");
  expect(String(said.mock.calls[0]?.[0])).toContain("knows no behaviour do-dance");
  said.mockRestore();
});

test("a port where nothing listens", async () => {
  expect((await call(`http://127.0.0.1:${await refusedPort()}/`)).error).toBe("ECONNREFUSED");
});

test("HTTP/2 without TLS: the same answers, and RST_STREAM for a reset", async () => {
  const h2 = await startFakeUpstream({ http2: true });
  const client = connect(h2.url);
  const post = (model: string): Promise<{ status: unknown; code: number }> =>
    new Promise((resolve) => {
      const stream = client.request({ ":method": "POST", ":path": "/v1/chat/completions", "content-type": "application/json" });
      let status: unknown;
      stream.on("response", (headers) => {
        status = headers[":status"];
      });
      stream.on("error", () => {});
      stream.on("close", () => resolve({ status, code: stream.rstCode ?? -1 }));
      stream.resume().end(JSON.stringify({ model, stream: true, messages: [user] }));
    });
  expect(await post("m")).toEqual({ status: 200, code: 0 });
  expect(await post("do-503")).toEqual({ status: 503, code: 0 });
  expect(await post("do-reset-mid-stream")).toEqual({ status: 200, code: 2 });
  expect(await post("do-informational")).toEqual({ status: 200, code: 0 });
  expect(await post("do-trailers")).toEqual({ status: 200, code: 0 });
  expect(h2.requests.map((record) => [record.httpVersion, record.aborted])).toEqual([
    ["2.0", false],
    ["2.0", false],
    ["2.0", true],
    ["2.0", false],
    ["2.0", false],
  ]);
  expect(h2.requests[0]?.host).toBe(`127.0.0.1:${h2.port}`);
  client.close();
  await h2.close();
});
