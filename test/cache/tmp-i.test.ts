import { GraftError } from "../../plugins/core/errors";
import type { ChatRequest } from "../../plugins/core/chat";
import { alias, target, pluginServices, sent, answerWith, JSON_HEADERS, SSE_HEADERS } from "../support/exchange";
import { setImmediate as nextTurn } from "node:timers/promises";
import { contentOf, openCache, whole, streamed } from "./support";

const words = { messages: [{ role: "user", content: "What is up?" }] };
const buf = (b: object) => Buffer.from(JSON.stringify({ model: "m", ...b }));

test("dropped header", async () => {
  const { ask } = openCache();
  const body = { ...words, "bad\r\nx-evil: 1": 1, "ünï": 2 };
  const aliases = [alias("m", [target("anthropic", "claude")])];
  const it = openCache();
  const p = it.begin({ body, aliases });
  const step = await p.request(buf(body));
  console.log(step.kind, sent(step).attempt.dropped);
  const says = JSON.stringify({ id: "a", type: "message", role: "assistant", model: "c", content: [{ type: "text", text: "hi" }], stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 1 } });
  const a = await answerWith(p, 200, JSON_HEADERS, [says]);
  console.log(a.headers);
  await p.log("complete");
  const got = await it.ask({ body, aliases });
  console.log(JSON.stringify(got.headers), got.asked);
});

test("rescue max-age", async () => {
  const { ask, clock } = openCache({ ttl_s: 10, stale_if_error_s: 1000 });
  await ask({ body: words, says: "kept" });
  clock.advance(500_000);
  for (const cc of ["max-age=60", "no-cache", "no-store"]) {
    const got = await ask({ body: words, says: 503, headers: { "cache-control": cc } });
    console.log(cc, got.status, got.cache, got.headers["age"]);
  }
});

test("follower of stale", async () => {
  const sideCalls = { ask: () => new Promise<never>(() => {}), embed: () => Promise.reject(new Error("none")) };
  const { ask, clock } = openCache({ ttl_s: 10, stale_while_revalidate_s: 1000 }, { services: { sideCalls: { ask: async () => { throw new Error("x"); }, embed: sideCalls.embed } as never } });
  await ask({ body: words, says: "kept" });
  clock.advance(500_000);
  const all = await Promise.all([ask({ body: words }), ask({ body: words }), ask({ body: words })]);
  console.log(all.map((it) => [it.cache, it.headers["age"], it.asked]));
});

test("revalidate: forwarded headers and dropped", async () => {
  const asked: ChatRequest[] = [];
  const ask = jest.fn(async (_e, _t, request: ChatRequest) => { asked.push(request);
    return [
      { type: "start", id: "n", model: "gpt-test" },
      { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
      { type: "delta", choice: 0, block: 0, text: "fresh" },
      { type: "block-end", choice: 0, block: 0 },
      { type: "finish", choice: 0, reason: "stop" },
    ] as const; });
  const it = openCache({ ttl_s: 10, stale_while_revalidate_s: 100 }, { services: { sideCalls: { ask, embed: () => Promise.reject(new Error("none")) } as never } });
  const headers = { "openai-beta": "special" };
  await it.ask({ body: words, headers, says: "with beta" });
  it.clock.advance(50_000);
  await it.ask({ body: words, headers });
  const got = await it.ask({ body: words, headers });
  console.log("reval", got.cache, contentOf(got), ask.mock.calls.length);
});

test("abandon before follower", async () => {
  const { begin, ask } = openCache();
  const first = begin({});
  await first.request(buf(words));
  const second = begin({});
  const running = second.request(buf(words));
  const logged = second.log("aborted");
  let done = false;
  void logged.then(() => { done = true; });
  void running;
  for (let i = 0; i < 50; i += 1) await nextTurn();
  console.log("abandoned follower over:", done);
  await first.log("aborted");
  await logged;
});
