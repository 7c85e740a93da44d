import { setImmediate as nextTurn } from "node:timers/promises";
import { GraftError } from "../../plugins/core/errors";
import { openMemoryStores } from "../../plugins/stores/memory";
import { alias, target } from "../support/exchange";
import { VirtualClock } from "../support/virtual-clock";
import { contentOf, openCache } from "./support";

const words = { messages: [{ role: "user", content: "What is up?" }] };

describe("the same request again", () => {
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("is answered from the cache (first a stream: %s, then: %s)", async (first, second) => {
    const { ask, clock } = openCache();
    const before = await ask({ body: { ...words, stream: first }, says: "all is well" });
    expect(before).toMatchObject({ status: 200, cache: "miss", asked: true });
    clock.advance(5_000);
    const again = await ask({ body: { ...words, stream: second } });
    expect(again).toMatchObject({ status: 200, cache: "hit", asked: false, headers: { age: "5" } });
    expect(contentOf(again)).toBe("all is well");
    expect(again.text.endsWith("data: [DONE]\n\n")).toBe(second);
    expect(again.record).toMatchObject({
      status: 200,
      attempts: 0,
      model: "gpt-test",
      facts: [{ kind: "cache", status: "hit", ageMs: 5000, target: "openai/gpt-test", usage: { input: 10, output: 5 } }],
    });
  });

  test("is not, when it is too old, when it was another one, or when the answer was none", async () => {
    const { ask, clock } = openCache({ ttl_s: 60 });
    await ask({ body: words });
    expect((await ask({ body: { ...words, temperature: 0.5 } })).asked).toBe(true);
    expect((await ask({ body: words, caller: { id: "test:|other" } })).asked).toBe(true);
    expect((await ask({ body: words, headers: { "openai-beta": "x" } })).asked).toBe(true);
    expect((await ask({ body: words, aliases: [alias("m", [target("openai", "gpt-other")])] })).asked).toBe(true);
    expect((await ask({ body: words })).asked).toBe(false);
    clock.advance(60_001);
    expect((await ask({ body: words, says: 503 })).status).toBe(503);
    expect((await ask({ body: words })).asked).toBe(true);
  });

  test.each(["/", ...Array.from("abc")])("with a key of the client's own, it is kept apart: %s", async (key) => {
    const { ask } = openCache();
    await ask({ body: words });
    const headers = { "x-graft-cache-key": key };
    expect((await ask({ body: words, headers })).asked).toBe(true);
    expect((await ask({ body: words, headers })).asked).toBe(false);
  });
});

describe("what bypasses it", () => {
  const fit = { alias: [alias("m", [target("openai", "gpt-test")])] };
  test.each([
    ["an anonymous caller", {}, { caller: { anonymous: true, id: "ip:192.0.2.1" } }],
    ["a hot request", { max_temperature: 0.5 }, { body: { ...words, temperature: 0.6 } }],
    ["a request without a temperature, under a low ceiling", { max_temperature: 0.5 }, { body: words }],
    ["state at the provider", {}, { body: { ...words, previous_response_id: "r" }, policy: { allowProviderState: true } }],
    ["the web of today", {}, { body: { ...words, web_search_options: {} } }],
    ["the web, in a vendor's own words", {}, { body: { ...words, plugins: [{ id: "web" }] } }],
  ])("%s", async (_what, config, asking) => {
    const { ask } = openCache(config);
    for (let round = 0; round < 2; round += 1)
      expect(await ask({ ...asking, aliases: fit.alias })).toMatchObject({ cache: "bypass", asked: true, status: 200 });
  });

  test("what the policy does not want a cache for: as if there were none", async () => {
    const { ask } = openCache({ match: { models: ["n"] } });
    for (let round = 0; round < 2; round += 1)
      expect(await ask({ body: words })).toMatchObject({ cache: undefined, asked: true, record: { facts: [] } });
  });

  test("an answer that calls tools is kept where the policy says so", async () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
    const says = JSON.stringify({
      id: "a",
      object: "chat.completion",
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "tool_calls" }],
    });
    for (const tool_calls of [false, true]) {
      const { begin, ask } = openCache({ tool_calls });
      const pipeline = begin({});
      await pipeline.request(Buffer.from(JSON.stringify({ model: "m", ...words })));
      await pipeline.response(200, { "content-type": "application/json" });
      await pipeline.chunk(Buffer.from(says));
      await pipeline.end();
      await pipeline.log("complete");
      expect((await ask({ body: words })).asked).toBe(!tool_calls);
    }
  });
});

describe("what clients ask for", () => {
  test("no-cache: a new answer, which is kept", async () => {
    const { ask } = openCache();
    await ask({ body: words, says: "old" });
    expect(await ask({ body: words, says: "new", headers: { "cache-control": "no-cache" } })).toMatchObject({ asked: true });
    expect(contentOf(await ask({ body: words }))).toBe("new");
  });

  test("no-store: nothing is kept", async () => {
    const { ask } = openCache();
    await ask({ body: words, headers: { "cache-control": "no-store" } });
    expect((await ask({ body: words })).asked).toBe(true);
  });

  test("max-age: nothing older", async () => {
    const { ask, clock } = openCache();
    await ask({ body: words });
    clock.advance(10_000);
    expect((await ask({ body: words, headers: { "cache-control": "max-age=11" } })).asked).toBe(false);
    expect((await ask({ body: words, headers: { "cache-control": "max-age=9" } })).asked).toBe(true);
  });

  test("only-if-cached: 504 where there is nothing, in the client's words", async () => {
    const { ask } = openCache();
    const headers = { "cache-control": "only-if-cached" };
    const none = await ask({ body: words, headers });
    expect(none).toMatchObject({ status: 504, asked: false });
    expect(JSON.parse(none.text)).toMatchObject({ error: { code: "not_cached" } });
    expect((await ask({ headers, caller: { anonymous: true } })).status).toBe(504);
    await ask({ body: words });
    expect(await ask({ body: words, headers })).toMatchObject({ status: 200, cache: "hit" });
  });

  test("nothing, where the policy does not honour it", async () => {
    const { ask } = openCache({ client_directives: [] });
    await ask({ body: words, headers: { "cache-control": "no-store" } });
    expect((await ask({ body: words, headers: { "cache-control": "no-cache" } })).asked).toBe(false);
  });

  test("a key that is none is refused", async () => {
    const { ask } = openCache();
    expect(await ask({ body: words, headers: { "x-graft-cache-key": "ä" } })).toMatchObject({ status: 400, asked: false });
  });
});

describe("stale answers", () => {
  test.each([false, true])("are served when no target can give one (stream: %s)", async (stream) => {
    const { ask, clock } = openCache({ ttl_s: 10, stale_if_error_s: 100 });
    const body = { ...words, stream };
    await ask({ body, says: "kept" });
    clock.advance(50_000);
    const got = await ask({ body, says: 503 });
    expect(got).toMatchObject({ status: 200, cache: "stale", headers: { age: "50" } });
    expect(contentOf(got)).toBe("kept");
    expect(got.record).toMatchObject({ status: 200, error: undefined });
    for (const wish of ["no-cache", "max-age=60"])
      expect((await ask({ body, says: 503, headers: { "cache-control": wish } })).status).toBe(503);
    // What the client has got wrong is not an outage.
    expect((await ask({ body, says: 400 })).status).toBe(400);
    clock.advance(70_000);
    expect((await ask({ body, says: 503 })).status).toBe(503);
  });

  test("are served at once while a new one is fetched", async () => {
    const ask = jest.fn(
      async () =>
        [
          { type: "start", id: "n", model: "gpt-test" },
          { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
          { type: "delta", choice: 0, block: 0, text: "fresh" },
          { type: "block-end", choice: 0, block: 0 },
          { type: "finish", choice: 0, reason: "stop" },
        ] as const,
    );
    const sideCalls = { ask, embed: () => Promise.reject(new Error("none")) };
    const it = openCache({ ttl_s: 10, stale_while_revalidate_s: 100 }, { services: { sideCalls } });
    await it.ask({ body: words, says: "kept" });
    it.clock.advance(50_000);
    const got = await it.ask({ body: words });
    expect(got).toMatchObject({ cache: "stale", asked: false });
    expect(contentOf(got)).toBe("kept");
    expect(ask).toHaveBeenCalledTimes(1);
    const next = await it.ask({ body: words });
    expect(next).toMatchObject({ cache: "hit", asked: false });
    expect(contentOf(next)).toBe("fresh");
  });
});

describe("what plugins outside make of it", () => {
  const shouting = () => ({
    event: (event: { type: string }) => [event.type === "delta" ? { ...event, text: "LOUD" } : event] as never,
  });

  test("is made of each answer anew, and not kept", async () => {
    const { ask } = openCache({}, { outer: [shouting] });
    expect(contentOf(await ask({ body: words, says: "quiet" }))).toBe("LOUD");
    expect(contentOf(await ask({ body: words }))).toBe("LOUD");
  });

  test("what plugins inside make of it is kept", async () => {
    const { ask } = openCache({}, { inner: [shouting] });
    await ask({ body: words, says: "quiet" });
    expect(contentOf(await ask({ body: words }))).toBe("LOUD");
  });

  test("an answer that may not go out is not kept", async () => {
    const strict = () => ({
      end: () => {
        throw new GraftError("content_blocked", "no");
      },
    });
    const { ask } = openCache({}, { outer: [strict] });
    expect((await ask({ body: words })).status).toBe(400);
    expect(await ask({ body: words })).toMatchObject({ status: 400, asked: true });
  });
});

describe("one call for many", () => {
  test.each(["relay", "envoy"] as const)("200 at once, one call, all answered (%s)", async (host) => {
    const { ask } = openCache({}, { host });
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, at) => ask({ body: { ...words, stream: at % 2 === 0 }, says: "one two three" })),
    );
    expect(all.filter(({ asked }) => asked)).toHaveLength(1);
    expect(new Set(all.map(contentOf))).toEqual(new Set(["one two three"]));
    expect(all.filter(({ cache }) => cache === "hit")).toHaveLength(199);
    expect(all.filter(({ record }) => JSON.stringify(record["facts"]).includes('"shared":true'))).toHaveLength(199);
  });

  test("a store that is away is waited for once", async () => {
    const memory = openMemoryStores(new VirtualClock());
    const asked: string[] = [];
    const away = (what: string) => () => {
      asked.push(what);
      return Promise.reject(new GraftError("unavailable", "away"));
    };
    const kv = { get: away("get"), set: away("set"), delete: away("delete"), increment: away("increment") };
    const lease = { acquire: away("lease"), renew: away("lease"), release: away("lease") };
    const { ask } = openCache({}, { services: { stores: { ...memory, shared: true, kv, lease } } });
    expect(await ask({ body: words })).toMatchObject({ status: 200, asked: true, cache: "miss" });
    // The key for names, then the answer and its epoch: what is asked at one time.
    const before = ["get", "get", "get"];
    expect(asked.slice(0, before.length)).toEqual(before);
    expect(asked).not.toContain("lease");
  });

  test("whoever asked first may leave: another one makes the call", async () => {
    const { begin, ask } = openCache();
    const first = begin({});
    await first.request(Buffer.from(JSON.stringify({ model: "m", ...words })));
    const second = ask({ body: words, says: "second" });
    const third = ask({ body: words, says: "third" });
    while (!first.exchange.followed()) await nextTurn();
    await first.log("aborted");
    expect(contentOf(await second)).toBe("second");
    expect(await third).toMatchObject({ asked: false, cache: "hit" });
  });

  test("an own call for each where it is off", async () => {
    const { ask } = openCache({ single_flight: { enabled: false } });
    const all = await Promise.all([ask({ body: words }), ask({ body: words })]);
    expect(all.map(({ asked }) => asked)).toEqual([true, true]);
  });
});

test("a slow reader: paced streams come piece by piece, and say the same", async () => {
  const { ask } = openCache({ replay: { pace: "paced", chars_per_s: 100_000 } });
  const says = "A long answer, 😀 with halves that must stay together. ".repeat(5);
  await ask({ body: { ...words, stream: true }, says });
  const got = await ask({ body: { ...words, stream: true } });
  expect(contentOf(got)).toBe(says);
  expect(got.text.split("\n\n").length).toBeGreaterThan(10);
});
