/** The same answer comes back, to whoever asks the same: streamed or whole, of every provider, on every host; and clients have a say in it. */
import OpenAI from "openai";
import { expectError, said, text } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import type { Behaviour, Canned } from "../../upstream/behaviour";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { usage as booksOf } from "../budgets/support";
import { limit, onAllHosts, silent, usageOf } from "../limits/support";
import type { HostSetup } from "../support/hosts";
import { KINDS, passThrough, provider } from "../support/providers";
import { useHosts } from "../support/use-hosts";
import { answerIn, asking, cacheOf, calls, hit, STREAMED, streamOf } from "./support";

jest.setTimeout(30_000);

const MAX_ENTRY_BYTES = 16 * 1024;
const WEATHER = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};

/** By what it must bring back; models that think and show it, where there are such. */
const QUESTIONS = {
  text: { content: "Say something. 𝟙", more: {} },
  reasoning: { content: "Think of it.", more: { reasoning_effort: "high", max_completion_tokens: 4000 } },
  "tool calls": { content: "What is the weather in Paris and Rome?", more: { tools: [WEATHER] } },
  JSON: { content: "Answer in JSON.", more: { response_format: { type: "json_object" } } },
} as const;
const MODEL = { openai: "openai/demo", anthropic: "anthropic/claude-sonnet-4-5", gemini: "gemini/gemini-2.5-flash" };
const WAYS = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
const word = (streamed: boolean) => (streamed ? "streamed" : "whole");

describeWithRedis("answers from the cache", () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis?.remove());

  const setup = (upstream: FakeUpstream, name: string): HostSetup => ({
    providers: Object.fromEntries(KINDS.map((kind) => [kind, provider(kind, upstream, { health: { min_requests: 1_000_000 } })])),
    models: [...passThrough(), { name: "limited", targets: [{ provider: "openai", model: "gpt-4o-mini" }] }],
    policy: {
      plugins: {
        cache: { scope: "policy", tool_calls: true, max_entry_bytes: MAX_ENTRY_BYTES, max_temperature: 1 },
        rate_limit: {
          limits: [
            limit("tokens", "total_tokens", 100_000, ["limited"]),
            limit("asks", "requests", 100, ["limited"]),
            limit("running", "concurrency", 5, ["limited"]),
          ],
        },
      },
    },
    sections: {
      store: { kind: "redis", redis: { url: redis.url, namespace: name, deadline_ms: 1000 } },
      prices: { overrides: Object.fromEntries(KINDS.map((kind) => [`${kind}/*`, { input: 1, output: 2 }])) },
      usage: { path: "usage.db" },
    },
  });

  const hosts = useHosts(setup);

  onAllHosts(hosts, (host, add) => {
    for (const kind of KINDS) {
      add(`${kind}: first and later clients, streamed or whole, get the same answer`, async () => {
        for (const [what, { content, more }] of Object.entries(QUESTIONS)) {
          for (const [before, after] of WAYS) {
            const ask = (streamed: boolean) =>
              host.ask(
                asking(MODEL[kind], `${content} (${word(before)}, ${word(after)})`, { ...more, ...(streamed ? STREAMED : {}) }),
              );
            const first = await calls(host, () => ask(before));
            expect([what, cacheOf(first.got), first.calls, text(first.got)]).toEqual([what, "miss", 1, expect.any(String)]);
            const second = await calls(host, () => hit(() => ask(after)));
            expect([what, cacheOf(second.got), second.calls]).toEqual([what, "hit", 0]);
            expect({ what, ...answerIn(second.got) }).toEqual({ what, ...answerIn(first.got) });
            expect(second.got.headers["age"]).toMatch(/^\d$/);
            if (what === "tool calls")
              expect(answerIn(second.got).choices[0]?.calls.map(({ arguments: json }) => json)).toEqual([
                '{"city":"Paris"}',
                '{"city":"Rome"}',
              ]);
            if (what === "reasoning" && kind !== "openai") expect(answerIn(second.got).choices[0]?.reasoning).toMatch(/\w/);
          }
        }
      });
    }

    add("OpenAI's SDK: a stream from the cache is one like any other", async () => {
      const body = { model: "anthropic/claude-sonnet-4-5", messages: [{ role: "user" as const, content: "For the SDK." }] };
      const client = host.openai();
      const whole = await client.chat.completions.create(body);
      const { data: stream, response } = await client.chat.completions.create({ ...body, stream: true }).withResponse();
      let words = "";
      for await (const chunk of stream) {
        expect(chunk.id).toBe(whole.id);
        words += chunk.choices[0]?.delta.content ?? "";
      }
      expect([response.headers.get("x-graft-cache"), words]).toEqual(["hit", whole.choices[0]?.message.content]);
      const folded = await client.chat.completions
        .stream({ ...body, stream_options: { include_usage: true } })
        .finalChatCompletion();
      expect(folded.choices[0]?.message.content).toBe(words);
      expect(folded.usage).toMatchObject({ total_tokens: whole.usage?.total_tokens });
    });

    add("what does not matter does not, and what does does", async () => {
      const body = asking("openai/demo", "Does it matter?", { temperature: 0.5 });
      const ask = (it: unknown, headers = {}) => host.ask(it, { headers });
      await ask(body);
      await hit(() => ask(body));
      const same = ` { "temperature": 0.50, "user": "u1", "metadata": {"a":"b"},\n "messages": [{"content":"Does it m\\u0061tter?", "role":"user"}], "model":"openai/demo" }`;
      expect(cacheOf(await ask(same, { "content-type": "application/json" }))).toBe("hit");
      for (const other of [
        { ...body, temperature: 0.6 },
        { ...body, seed: 1 },
        { ...body, n: 2 },
        { ...body, model: "openai/demo-2" },
        {
          ...body,
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "Does it matter?" },
          ],
        },
        { ...body, tools: [WEATHER] },
      ]) {
        expect(cacheOf(await ask(other))).toBe("miss");
      }
      expect(cacheOf(await ask(body, { "x-graft-cache-key": "own" }))).toBe("miss");
      expect(cacheOf(await hit(() => ask(body, { "x-graft-cache-key": "own" })))).toBe("hit");
      expect(cacheOf(await ask(body, { "x-graft-cache-key": "other" }))).toBe("miss");
      expect(cacheOf(await ask({ ...body, temperature: 1.5 }))).toBe("bypass");
      for (const { headers } of host.upstream.requests) expect(headers).not.toHaveProperty("x-graft-cache-key");
    });

    add("several choices come back, each its own", async () => {
      const body = asking("openai/demo", "Choose.", { n: 3 });
      const first = await host.ask(body);
      const second = await hit(() => host.ask({ ...body, ...STREAMED }));
      expect(answerIn(second)).toEqual(answerIn(first));
      expect(new Set(answerIn(second).choices.map(({ content }) => content)).size).toBe(3);
    });

    add("no-cache, no-store, max-age", async () => {
      const ask = (control?: string, more = {}) =>
        host.ask(asking("openai/demo", "Is it new?", more), {
          headers: control === undefined ? {} : { "cache-control": control },
        });
      // Nobody's answer: nothing was kept.
      expect(cacheOf(await ask("no-store"))).toBe("miss");
      expect(cacheOf(await ask())).toBe("miss");
      await hit(() => ask());
      host.upstream.script(silent("fresh"));
      const fresh = await ask("no-cache");
      expect([cacheOf(fresh), said(fresh)]).toEqual(["bypass", "fresh"]);
      await until("the new answer", async () => (said(await ask()) === "fresh" ? true : undefined));
      expect(cacheOf(await ask("max-age=600"))).toBe("hit");
      expect(cacheOf(await ask("foo, max-age = 600, no-transform"))).toBe("hit");
      host.upstream.script(streamOfWords());
      const newer = await ask("max-age=0", STREAMED);
      expect([cacheOf(newer), said(newer)]).toEqual(["miss", "new words"]);
    });

    add("only-if-cached: from the cache, or 504 in OpenAI's words", async () => {
      const headers = { "cache-control": "only-if-cached" };
      for (const more of [{}, { stream: true }]) {
        const { got, calls: count } = await calls(host, () => host.ask(asking("openai/demo", "Is it kept?", more), { headers }));
        expectError(got, { status: 504, code: "not_cached", type: "server_error" });
        expect([count, got.headers["x-should-retry"]]).toEqual([0, "false"]);
      }
      const create = host
        .openai({ maxRetries: 3 })
        .chat.completions.create({ model: "openai/demo", messages: [{ role: "user", content: "Is it kept?" }] }, { headers });
      const thrown: unknown = await create.catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(OpenAI.APIError);
      expect(thrown).toMatchObject({ status: 504, code: "not_cached" });
      await host.ask(asking("openai/demo", "Is it kept?"));
      await hit(() => host.ask(asking("openai/demo", "Is it kept?")));
      expect(cacheOf(await host.ask(asking("openai/demo", "Is it kept?", STREAMED), { headers }))).toBe("hit");
    });

    add("too long, cut off, filtered, empty, or an error: not kept", async () => {
      const twice = async (what: string, script: readonly (Behaviour | Canned)[], more = {}): Promise<void> => {
        for (let count = 0; count < 2; count += 1) {
          host.upstream.script(...script);
          const { got, calls: made } = await calls(host, () => host.ask(asking("openai/demo", `Not kept: ${what}`, more)));
          expect([what, cacheOf(got), made]).toEqual([what, "miss", script.length]);
          await host.record(got);
        }
      };
      const choices = (message: object, finish_reason: string) => ({
        choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
      });
      await twice("too long", [silent("x".repeat(MAX_ENTRY_BYTES + 1))]);
      await twice("too long, streamed", [streamed(Array(50).fill("y".repeat(400)))], { stream: true });
      await twice("filtered", [silent("", choices({ content: "I" }, "content_filter"))]);
      await twice("empty", [silent("")]);
      await twice("cut", [{ do: "cut-stream" }], { stream: true });
      await twice("error", [{ do: "status", n: 400 }]);
      await twice("error event", [{ do: "error-event" }], { stream: true });
      // Compressed in the store: longer than what is kept plain.
      host.upstream.script(silent("long enough to be compressed ".repeat(300)));
      await host.ask(asking("openai/demo", "Kept: long"));
      const { got } = await calls(host, () => hit(() => host.ask(asking("openai/demo", "Kept: long"))));
      expect(said(got)).toBe("long enough to be compressed ".repeat(300));
    });

    add("a hit uses nothing, saves what the answer had used, and is a request like others", async () => {
      const ask = () => host.ask(asking("limited", "What does it cost?"));
      const first = await ask();
      const { input, output } = usageOf(first);
      const again = await calls(host, () => hit(ask));
      const second = again.got;
      expect(again.calls).toBe(0);
      expect(usageOf(second)).toEqual({ input, output });
      expect(second.headers).toMatchObject({ "x-graft-usage": "input=0, output=0", "x-graft-cost": "0.00" });
      expect(second.headers).not.toHaveProperty("x-graft-target");
      const cost = Number(first.headers["x-graft-cost"]);
      expect(cost).toBeCloseTo((input + 2 * output) / 1e6, 9);
      const record = await host.record(second);
      expect(record).toMatchObject({
        status: 200,
        outcome: "complete",
        attempts: 0,
        model: "gpt-4o-mini",
        cache: "hit",
        cache_saved_usd: first.headers["x-graft-cost"],
        cache_saved_tokens: input + output,
        cache_age_ms: expect.any(Number),
      });
      for (const name of ["cost_usd", "target", "input_tokens", "output_tokens", "usage", "error"])
        expect(record).not.toHaveProperty(name);
      expect((await host.record(first))["cache"]).toBe("miss");
      // As before it, but for one request; the first one's tokens were given back but for what it used.
      const third = await ask();
      const left = (seen: Seen, unit: string) => Number(seen.headers[`x-ratelimit-remaining-${unit}`]);
      expect(left(second, "tokens") - left(third, "tokens")).toBe(0);
      expect(left(second, "requests") - left(third, "requests")).toBe(1);
      const report = await until("the books", async () => {
        const found = await booksOf(host.running.adminUrls[0], "alias=limited&group_by=cache,alias");
        return found.total.requests >= 3 ? found : undefined;
      });
      const hits = report.rows.find(({ cache }) => cache === "hit");
      expect(hits).toMatchObject({ cost_usd: "0.00", input_tokens: 0, output_tokens: 0 });
      expect(report.rows.find(({ cache }) => cache === "miss")).toMatchObject({
        input_tokens: input,
        output_tokens: output,
        cache_hits: 0,
      });
      expect(report.total).toMatchObject({ cache_hits: hits?.requests, saved_tokens: (input + output) * (hits?.requests ?? 0) });
      expect(await host.metric("graft_cache_saved_tokens_total")).toBeGreaterThanOrEqual(2 * (input + output));
    });
  });

  const streamed = (texts: readonly string[]) => streamOf(texts);
  const streamOfWords = () => streamOf(["new ", "words"]);
});
