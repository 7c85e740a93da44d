import { setImmediate as nextTurn } from "node:timers/promises";
import { GraftError } from "../../plugins/core/errors";
import type { Target } from "../../plugins/core/target";
import type { EmbedOptions, TextToEmbed } from "../../plugins/side-calls";
import { alias, answerWith, chat, JSON_HEADERS, target } from "../support/exchange";
import { contentOf, openCache } from "./support";

const words = { messages: [{ role: "user", content: "What is up?" }] };
const NEVER = { ask: () => Promise.reject(new Error("none")), embed: () => Promise.reject(new Error("none")) };

test("names that clients made up are safe in the header of a hit as well", async () => {
  const { begin, ask } = openCache();
  const asking = { body: { ...words, "a\r\nset-cookie: b": 1 }, aliases: [alias("m", [target("anthropic", "claude")])] };
  const first = begin(asking);
  await first.request(chat(asking.body));
  const content = [{ type: "text", text: "hi" }];
  const usage = { input_tokens: 1, output_tokens: 1 };
  const says = { id: "a", type: "message", role: "assistant", model: "c", content, stop_reason: "end_turn", usage };
  const miss = await answerWith(first, 200, JSON_HEADERS, [JSON.stringify(says)]);
  await first.log("complete");
  const hit = await ask(asking);
  expect(hit.cache).toBe("hit");
  expect(hit.headers["x-graft-dropped-params"]).toBe(miss.headers["x-graft-dropped-params"]);
  expect(hit.headers["x-graft-dropped-params"]).not.toMatch(/[\r\n]/);
});

describe("who follows is told what it is", () => {
  test("stale", async () => {
    const { ask, clock } = openCache({ ttl_s: 10, stale_while_revalidate_s: 1000 }, { services: { sideCalls: NEVER } });
    await ask({ body: words });
    clock.advance(500_000);
    const all = await Promise.all([ask({ body: words }), ask({ body: words, headers: {} })]);
    expect(all.map(({ cache, headers }) => [cache, headers["age"]])).toEqual([
      ["stale", "500"],
      ["stale", "500"],
    ]);
  });

  test("an answer to other words", async () => {
    const vector = new Float32Array([1, 0]);
    const embed = async (_: Target, texts: readonly TextToEmbed[]) => texts.map(() => vector);
    const semantic = { embeddings: { provider: "openai", model: "e" } };
    const { ask } = openCache({ semantic }, { services: { sideCalls: { ...NEVER, embed } } });
    await ask({ body: { messages: [{ role: "user", content: "How do I reset my password?" }] }, says: "so" });
    const body = { messages: [{ role: "user", content: "How can I reset my password?" }] };
    const all = await Promise.all([ask({ body }), ask({ body })]);
    expect(all.map(({ cache, headers }) => [cache, headers["x-graft-cache-similarity"]])).toEqual([
      ["semantic", "1.0000"],
      ["semantic", "1.0000"],
    ]);
    expect(all.map(contentOf)).toEqual(["so", "so"]);
  });
});

test("who is gone before it follows waits for nobody", async () => {
  const { begin } = openCache();
  const first = begin({});
  await first.request(chat(words));
  const second = begin({});
  const asked = second.request(chat(words));
  let over = false;
  const logged = second.log("aborted").then(() => {
    over = true;
  });
  for (let turn = 0; turn < 50 && !over; turn += 1) await nextTurn();
  expect(over).toBe(true);
  await Promise.all([asked, logged]);
  await first.log("aborted");
});

test("an answer that may not go out is asked for once, not by each who follows", async () => {
  const strict = () => ({
    event: () => {
      throw new GraftError("content_blocked", "no");
    },
  });
  const { ask } = openCache({}, { outer: [strict] });
  const all = await Promise.all(Array.from({ length: 5 }, () => ask({ body: words })));
  expect(all.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  expect(all.filter(({ asked }) => asked)).toHaveLength(1);
  expect((await ask({ body: words })).asked).toBe(true);
});

test("a request counts once, as what came of it last", async () => {
  const counted: string[] = [];
  const counter = (name: string) => (labels: Readonly<Record<string, string>>) => {
    if (name === "graft_cache_requests_total") counted.push(labels["status"] ?? "");
  };
  const { ask, clock } = openCache({ ttl_s: 10, stale_if_error_s: 100 }, { services: { metrics: { counter } } });
  await ask({ body: words });
  clock.advance(50_000);
  await ask({ body: words, says: 503 });
  expect(counted).toEqual(["miss", "stale"]);
});

test("the vector of a question that is only kept is on its exchange's bill", async () => {
  const embed = async (it: Target, texts: readonly TextToEmbed[], { purpose }: EmbedOptions) =>
    texts.map(({ exchange }) => {
      exchange.sideCalls.push({ purpose, target: it, usage: { input: 3, output: 0 } });
      return new Float32Array([1, 0]);
    });
  const semantic = { embeddings: { provider: "openai", model: "e" } };
  const { ask } = openCache({ semantic }, { services: { sideCalls: { ...NEVER, embed } } });
  const { record } = await ask({ body: words, headers: { "cache-control": "no-cache" } });
  expect(record["side_calls"]).toEqual([{ purpose: "cache:embeddings", target: "openai/e", input_tokens: 3, output_tokens: 0 }]);
});

describe("behind a stale answer no side call is made that would be answered otherwise", () => {
  test.each([
    ["client headers that providers get", { headers: { "openai-beta": "x" } }],
    ["a target that honours less", { aliases: [alias("m", [target("anthropic", "claude"), target("openai", "gpt")])] }],
  ])("%s", async (_, asking) => {
    const sideCalls = { ...NEVER, ask: jest.fn(NEVER.ask) };
    const { begin, ask, clock } = openCache({ ttl_s: 10, stale_while_revalidate_s: 100 }, { services: { sideCalls } });
    const body = { ...words, seed: 1 };
    const first = begin(asking);
    await first.request(chat(body));
    await first.attempt(2);
    await answerWith(first, 200, JSON_HEADERS, [
      JSON.stringify({ model: "g", choices: [{ index: 0, message: { content: "old" }, finish_reason: "stop" }] }),
    ]);
    await first.log("complete");
    expect((await ask({ ...asking, body })).cache).toBe("hit");
    clock.advance(50_000);
    expect((await ask({ ...asking, body })).asked).toBe(true);
    expect(sideCalls.ask).not.toHaveBeenCalled();
  });
});
