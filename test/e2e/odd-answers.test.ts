/** The many shapes answers come in: what can be read is the answer, and what cannot is an error, never less. */
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { chat, dataOf, expectError, json, question, said, text } from "./support/ask";
import { PASS_THROUGH, PROVIDERS, threeProviders } from "./support/providers";
import { Stack } from "./support/stack";

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `${threeProviders(upstream)}
bounds: { max_response_bytes: 2097152, max_request_bytes: 2097152 }
policies:
  default:
    models:
      - { name: named, targets: [{ provider: openai, model: demo }] }
${PASS_THROUGH}`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

describe.each(PROVIDERS)("answers of %s", (provider) => {
  const model = (behaviour: string) => `${provider}/${behaviour}`;
  const whole = (behaviour: string) => chat(stack.url, question(model(behaviour)));
  const streamed = (behaviour: string) => chat(stack.url, question(model(behaviour), { stream: true }));

  test.each([
    "do-gzip",
    "do-drip",
    "do-wrong-content-type",
    "do-informational",
    "do-trailers",
    "do-connection-close",
    "do-slow-headers-50",
    "do-slow-first-token-50",
  ])("%s, whole", async (behaviour) => {
    const seen = await whole(behaviour);
    expect(seen.status).toBe(200);
    expect(seen.complete).toBe(true);
    expect(seen.headers).not.toHaveProperty("content-encoding");
    expect(seen.headers["content-type"]).toMatch(/^application\/json/);
    expect(json(seen)).toMatchObject({ object: "chat.completion", usage: { completion_tokens: expect.any(Number) } });
    expect(said(seen)).toContain(`question for ${model(behaviour)}`);
  });

  test.each([
    "do-gzip",
    "do-drip",
    "do-crlf",
    "do-cr",
    "do-keep-alive-comments",
    "do-informational",
    "do-trailers",
    "do-connection-close",
    "do-slow-first-token-50",
  ])("%s, streamed", async (behaviour) => {
    const seen = await streamed(behaviour);
    expect(seen.status).toBe(200);
    expect(seen.complete).toBe(true);
    expect(seen.headers).not.toHaveProperty("content-encoding");
    expect(seen.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(dataOf(seen).at(-1)).toBe("[DONE]");
    expect(said(seen)).toContain(`question for ${model(behaviour)}`);
  });

  test("an event stream with the wrong content-type is still the answer that was asked for", async () => {
    const seen = await streamed("do-wrong-content-type");
    expect(seen.status).toBe(200);
    expect(said(seen)).toContain("question for");
  });

  test.each([["do-huge-body-6"], ["do-gzip-bomb-20"], ["do-garbage-json"]])("%s is an error, not the end", async (behaviour) => {
    expectError(await whole(behaviour), { status: 502, code: expect.stringMatching(/^upstream_/) as unknown as string });
    expect((await whole("demo")).status).toBe(200);
  });
});

describe.each(PROVIDERS)("odd answers of %s", (provider) => {
  const ask = (stream: boolean) => chat(stack.url, question(`${provider}/demo`, { stream }));

  test.each([
    ["nothing at all", 200, { "content-type": "application/json", "content-length": "0" }, ""],
    ["nothing, in chunks", 200, { "content-type": "application/json" }, ""],
    ["no content", 204, {}, ""],
    ["a redirect", 302, { location: "http://127.0.0.1:1/", "content-length": "0" }, ""],
    ["a redirect with a page", 307, { location: "http://127.0.0.1:1/", "content-type": "text/html" }, "<html>"],
    ["not modified", 304, {}, ""],
    ["JSON that is no answer", 200, { "content-type": "application/json" }, "[]"],
    [
      "an error that says 200",
      200,
      { "content-type": "application/json" },
      '{"error":{"message":"no","type":"server_error","code":500}}',
    ],
    ["an unknown encoding", 200, { "content-type": "application/json", "content-encoding": "zstd" }, "{}"],
    ["gzip that is none", 200, { "content-type": "application/json", "content-encoding": "gzip" }, "{}"],
  ])("%s is an error", async (_name, status, headers, body) => {
    for (const stream of [false, true]) {
      upstream.script({ do: "canned", status, headers, pieces: body === "" ? [] : [body] });
      const seen = await ask(stream);
      expectError(seen, { status: 502, code: expect.stringMatching(/^upstream_/) as unknown as string });
      expect(seen.headers).not.toHaveProperty("location");
    }
  });

  test.each([{ "content-length": "0" }, {}])("an empty event stream is no clean end: %j", async (length) => {
    upstream.script({ do: "canned", headers: { "content-type": "text/event-stream", ...length }, pieces: [] });
    const seen = await ask(true);
    expect(text(seen)).not.toContain("[DONE]");
    if (seen.status !== 200) expectError(seen, { status: 502, code: expect.stringMatching(/^upstream_/) as unknown as string });
    else {
      expect(seen.headers["content-type"]).toMatch(/^text\/event-stream/);
      expect(JSON.parse(dataOf(seen).at(-1) ?? "{}")).toMatchObject({ error: { type: "server_error" } });
    }
  });

  test.each([true, false])("the other framing than was asked for (asked: stream %s)", async (stream) => {
    const direct = await chat(stack.url, question(`${provider}/demo`));
    const asked = upstream.requests.at(-1)!;
    const options = {
      body: asked.body.toString().replace('"stream":true', '"stream":false'),
      headers: { "content-type": "application/json" },
    };
    const whole = await call(`${upstream.url}${asked.path}`, { ...options, headers: { ...options.headers, ...asked.headers } });
    expect([direct.status, whole.status]).toEqual([200, 200]);
    if (stream) upstream.script({ do: "canned", headers: { "content-type": "application/json" }, pieces: [whole.body] });
    else {
      await chat(stack.url, question(`${provider}/demo`, { stream: true }));
      const { path, headers, body } = upstream.requests.at(-1)!;
      const events = await call(`${upstream.url}${path}`, { body, headers });
      upstream.script({ do: "canned", headers: { "content-type": "text/event-stream" }, pieces: [events.body] });
    }
    const seen = await ask(stream);
    expect(seen.status).toBe(200);
    expect(seen.headers["content-type"]).toMatch(stream ? /^text\/event-stream/ : /^application\/json/);
    expect(said(seen)).toContain("question for");
  });
});

test("pass-through streams are the provider's own bytes, comments and line ends included", async () => {
  for (const behaviour of ["do-crlf", "do-cr", "do-keep-alive-comments"]) {
    const before = upstream.requests.length;
    const seen = await chat(stack.url, question(`openai/${behaviour}`, { stream: true }));
    const { body } = upstream.requests[before]!;
    const direct = await call(`${upstream.url}/v1/chat/completions`, { body });
    expect(text(seen)).toBe(text(direct));
  }
  expect(text(await chat(stack.url, question("openai/do-keep-alive-comments", { stream: true })))).toContain(": still working");
});

test("a pass-through answer is the provider's own bytes", async () => {
  const seen = await chat(stack.url, question("openai/demo"));
  const direct = await call(`${upstream.url}/v1/chat/completions`, { body: upstream.requests.at(-1)!.body });
  expect(json(seen)).toEqual(json(direct));
  expect(seen.headers["content-length"]).toBe(String(seen.body.length));
});

test("the processor has survived all of it", async () => {
  expect(await stack.errorLines()).toEqual([]);
});
