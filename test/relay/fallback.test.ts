import { call, type Seen } from "../upstream/raw-client";
import { type Bench, type BenchOptions, errorIn, eventsOf, question, startBench } from "./support";

let bench: Bench;

afterEach(() => bench.close());

const ask = (model: string, it: Readonly<Record<string, unknown>> = {}): Promise<Seen> =>
  call(`${bench.url}/v1/chat/completions`, { body: question(model, it) });
const text = (seen: Seen): string => seen.body.toString("utf8");
const json = (seen: Seen): unknown => JSON.parse(text(seen)) as unknown;
const start = async (targets: readonly string[], options: BenchOptions = {}): Promise<void> => {
  bench = await startBench({ models: { m: targets }, ...options });
};
const askedFor = (): readonly string[] => bench.upstream.requests.map(({ model }) => model);

/** Whatever a provider does instead of beginning an answer. */
const FAILURES = [
  "do-503",
  "do-429",
  "do-529",
  "do-bad-key",
  "do-html-error",
  "do-empty-error",
  "do-reset-before-headers",
  "do-garbage-json",
  "do-reset-mid-body",
  "do-short-body",
];
const STREAM_FAILURES = [
  ...FAILURES.filter((it) => !/garbage|mid-body|short-body/.test(it)),
  "do-error-event-1",
  "do-error-event-0",
  "do-reset-mid-stream-0",
  "do-reset-mid-stream-1",
  "do-truncate-stream-1",
  "do-cut-stream-0",
  "do-cut-stream-1",
  "do-garbage-event-1",
];

describe.each(["openai", "anthropic", "gemini"])("%s fails before its answer begins", (provider) => {
  test.each(FAILURES)("whole: after %s the next target answers", async (failing) => {
    await start([`${provider}/${failing}`, "openai/fine"], { alias: "fallback_statuses: [400, 429, 500, 502, 503, 529]" });
    const seen = await ask("m");
    expect([seen.status, seen.headers["x-graft-target"], seen.headers["x-graft-attempts"]]).toEqual([200, "openai/fine", "2"]);
    expect(json(seen)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    expect(askedFor()).toEqual([failing, "fine"]);
  });

  test.each(STREAM_FAILURES.filter((it) => provider !== "gemini" || !/-1$/.test(it)))(
    "streamed: after %s the next target answers, and nothing of the first one is seen",
    async (failing) => {
      await start([`${provider}/${failing}`, "anthropic/fine"], { alias: "fallback_statuses: [400, 429, 500, 502, 503, 529]" });
      const seen = await ask("m", { stream: true });
      expect([seen.status, seen.headers["x-graft-target"], seen.headers["x-graft-attempts"]]).toEqual([
        200,
        "anthropic/fine",
        "2",
      ]);
      const events = eventsOf(text(seen));
      expect(events.at(-1)).toBe("[DONE]");
      expect(text(seen)).not.toContain(`"error"`);
      expect(new Set(events.slice(0, -1).map((it) => (it as { model: string }).model))).toEqual(new Set(["fine"]));
    },
  );
});

describe("after the first byte there is no other target", () => {
  // Anthropic says three things before its first word, Gemini none.
  test.each([
    ["openai", 3],
    ["anthropic", 5],
    ["gemini", 1],
  ])("%s: the stream ends in a typed error and never in [DONE]", async (provider, events) => {
    for (const failure of ["reset-mid-stream", "truncate-stream", "cut-stream", "error-event"]) {
      await start([`${provider}/do-${failure}-${events}`, "openai/fine"]);
      const seen = await ask("m", { stream: true });
      const said = eventsOf(text(seen));
      expect([failure, seen.status, seen.complete, seen.headers["x-graft-target"]]).toEqual([
        failure,
        200,
        true,
        `${provider}/do-${failure}-${events}`,
      ]);
      expect(errorIn(said.at(-1))).toMatchObject({ type: "server_error", message: expect.stringMatching(/\w/) });
      expect(said.length).toBeGreaterThan(1);
      expect(text(seen)).not.toContain("[DONE]");
      expect(askedFor()).toHaveLength(1);
      expect(bench.records).toMatchObject([{ status: 200, error: expect.any(String), attempts: 1 }]);
      expect(bench.records[0]?.facts).toContainEqual(expect.objectContaining({ kind: "attempt-failed", status: 0 }));
      await bench.close();
    }
    await start(["openai/fine"]);
  });

  test("a stream whose last event was there is complete, however its connection ended", async () => {
    await start(["anthropic/do-truncate-stream-99"]);
    const seen = await ask("m", { stream: true });
    expect(eventsOf(text(seen)).at(-1)).toBe("[DONE]");
    expect(bench.records).toMatchObject([{ outcome: "complete", error: undefined }]);
  });
});

describe("when no target is left", () => {
  test.each([
    [["openai/do-503", "anthropic/do-529"], 503, "upstream_overloaded", "2"],
    [["openai/do-503", "openai/do-429"], 429, "rate_limit_exceeded", "2"],
    [["openai/do-503", "anthropic/do-bad-key"], 502, "upstream_authentication_failed", "2"],
    [["openai/do-503", "openai/do-reset-before-headers"], 503, "unavailable", "2"],
    [["openai/do-503", "openai/do-garbage-json"], 502, "upstream_invalid_response", "2"],
    [["openai/do-context-length", "openai/fine"], 400, "context_length_exceeded", "1"],
  ])("%j: the client gets the last one's error, whole or streamed", async (targets, status, code, attempts) => {
    for (const stream of [false, true]) {
      await start(targets);
      const seen = await ask("m", { stream });
      expect([seen.status, errorIn(json(seen)).code, seen.headers["x-graft-attempts"]]).toEqual([status, code, attempts]);
      expect(seen.headers["content-type"]).toBe("application/json");
      expect([bench.records.length, bench.complaints]).toEqual([1, []]);
      await bench.close();
    }
    await start(["openai/fine"]);
  });

  test("the time a provider asks for reaches the client", async () => {
    await start(["openai/do-429"]);
    expect((await ask("m")).headers["retry-after"]).toBe("2");
  });
});

test.each([301, 302, 307, 308])("a %i is no answer: nobody follows it, least of all with our key", async (status) => {
  await start(["openai/moved", "anthropic/fine"]);
  const headers = { location: `${bench.upstream.url}/stolen`, "content-type": "text/html" };
  bench.upstream.script({ do: "canned", status, headers, pieces: ["moved"] });
  expect((await ask("m")).headers["x-graft-target"]).toBe("anthropic/fine");
  bench.upstream.script(...["moved", "moved"].map((it) => ({ do: "canned" as const, status, headers, pieces: [it] })));
  const seen = await ask("openai/moved");
  expect([seen.status, seen.headers["location"]]).toEqual([502, undefined]);
  expect(bench.upstream.requests.some(({ path }) => path.includes("stolen"))).toBe(false);
});

test("a limited key of two is not asked again: the other one is, at once", async () => {
  await start(["openai/x", "openai/x"], { openaiKeys: ["sk-1", "sk-2"] });
  const limited = { do: "canned" as const, status: 429, headers: { "retry-after": "9" }, pieces: ["{}"] };
  bench.upstream.script(limited);
  expect((await ask("m")).status).toBe(200);
  expect(bench.upstream.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer sk-1", "Bearer sk-2"]);
});

test.each([429, 503])("a target that asks for more time than the request has is left alone (%i)", async (status) => {
  await start(["openai/x", "openai/x"]);
  bench.upstream.script({ do: "canned", status, headers: { "retry-after": "60" }, pieces: ["{}"] });
  const seen = await ask("m");
  expect([seen.status, seen.headers["retry-after"]]).toEqual([status, "60"]);
  expect(askedFor()).toHaveLength(1);
});

test("a provider's silence is over when its time is: the next one answers", async () => {
  await start(["openai/do-hang-before-headers", "openai/do-hang-after-headers", "openai/do-hang-mid-stream-1", "openai/fine"], {
    target: "timeout_ms: 100",
  });
  const seen = await ask("m", { stream: true });
  expect(seen.headers["x-graft-target"]).toBe("openai/fine");
  await Promise.all(bench.upstream.requests.map(({ finished }) => finished));
  expect(bench.upstream.requests.map(({ aborted }) => aborted)).toEqual([true, true, true, false]);
});

test("a header no client could be given costs its letters, not the answer", async () => {
  await start(["openai/x"]);
  const body = `data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
  const type = Buffer.from("text/event-stream; note=漢字").toString("latin1");
  bench.upstream.script({ do: "canned", headers: { "content-type": type }, pieces: [body] });
  const seen = await ask("m", { stream: true });
  expect([seen.status, text(seen)]).toEqual([200, body]);
});
