/** The same question in other words, with an embeddings model that says the same each time; on every host, over Redis. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { embedHashed } from "../../cache/semantic/support/hashed-embedder";
import { said } from "../../e2e/support/ask";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, reload, steady } from "../limits/support";
import { HOST_NAMES, type HostSetup } from "../support/hosts";
import { useHosts } from "../support/use-hosts";
import { asking, cacheOf, calls, hit, STREAMED } from "./support";

jest.setTimeout(30_000);

const THRESHOLD = 0.85;
const WEATHER = { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: {} } } };

/** OpenAI's embeddings, and what was asked of them. */
class Embeddings {
  readonly texts: string[] = [];
  calls = 0;
  fails = false;
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      this.calls += 1;
      const { input } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { input: string[] };
      this.texts.push(...input);
      const data = input.map((text, index) => ({ object: "embedding", index, embedding: [...embedHashed(text)] }));
      const usage = { prompt_tokens: 7 * input.length, total_tokens: 7 * input.length };
      response.writeHead(this.fails ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ object: "list", model: "hashed", data, usage }));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describeWithRedis("other words", () => {
  let redis: RedisServer;
  const embeddings = Object.fromEntries(HOST_NAMES.map((name) => [name, new Embeddings()]));

  beforeAll(async () => {
    redis = await startRedis();
    await Promise.all(Object.values(embeddings).map((it) => it.start()));
  });

  afterAll(async () => {
    for (const it of Object.values(embeddings)) it.close();
    await redis?.remove();
  });

  const setup =
    (semantic: Readonly<Record<string, unknown>> = {}) =>
    (upstream: FakeUpstream, name: string): HostSetup => ({
      providers: {
        one: steady(upstream),
        vectors: {
          kind: "openai-compatible",
          base_url: embeddings[name]?.url,
          api_keys: ["sk-vectors"],
          health: { min_requests: 1_000_000 },
        },
      },
      models: [
        { name: "m", targets: [{ provider: "one", model: "gpt-4o-mini", region: "eu-west-1" }] },
        { name: "other", targets: [{ provider: "one", model: "gpt-4o", region: "eu-west-1" }] },
      ],
      policy: {
        plugins: {
          cache: {
            scope: "policy",
            semantic: {
              embeddings: { provider: "vectors", model: "hashed", region: "us-east-1", timeout_ms: 5000 },
              threshold: THRESHOLD,
              ...semantic,
            },
          },
          redact: {},
          residency: {
            rules: [
              { name: "asked", when: { headers: [{ name: "x-data-region", values: ["eu"] }] }, allow: { regions: ["eu"] } },
            ],
          },
        },
      },
      sections: {
        store: { kind: "redis", redis: { url: redis.url, namespace: name, deadline_ms: 1000 } },
        prices: { overrides: { "one/*": { input: 1, output: 2 }, "vectors/*": { input: 10, output: 0 } } },
      },
    });

  const hosts = useHosts((upstream, name) => setup()(upstream, name));

  onAllHosts(hosts, (host, add) => {
    const ask = (content: string, more = {}, headers: Readonly<Record<string, string>> = {}): Promise<Seen> =>
      host.ask(asking("m", content, more), { headers });
    const vectors = () => embeddings[host.name] as Embeddings;
    /** Until it can be found by its vector as well: that is added behind the answer. */
    const keep = async (content: string, more = {}) => {
      const first = await ask(content, more);
      await host.record(first);
      return first;
    };

    add("a paraphrase gets the answer, whole or streamed, and is told how near it was", async () => {
      const first = await keep("How do I reset my password?");
      expect(cacheOf(first)).toBe("miss");
      for (const more of [{}, STREAMED]) {
        const { got, calls: made } = await calls(host, () => ask("How can I reset my password?", more));
        expect([cacheOf(got), made]).toEqual(["semantic", 0]);
        expect(said(got)).toBe(said(first));
        expect(got.headers["x-graft-cache-similarity"]).toMatch(/^0\.9\d{3}$/);
        expect(got.headers["age"]).toMatch(/^\d+$/);
        const record = await host.record(got);
        expect(record).toMatchObject({
          cache: "semantic",
          attempts: 0,
          cache_similarity: expect.any(Number),
          cache_saved_tokens: expect.any(Number),
        });
      }
    });

    add("what finding it took is the request's, once for each text", async () => {
      await keep("How do I close my account?");
      const before = vectors().calls;
      const seen = await ask("How can I close my account?");
      expect([cacheOf(seen), vectors().calls - before]).toEqual(["semantic", 1]);
      const record = await host.record(seen);
      expect(record["side_calls"]).toEqual([
        { purpose: "cache:embeddings", target: "vectors/hashed", input_tokens: 7, output_tokens: 0 },
      ]);
      expect(record["cost_usd"]).toBe("0.00007");
      expect(seen.headers["x-graft-cost"]).toBe("0.00007");
      // Its vector is remembered.
      const again = await ask("How can I close my account?");
      expect([cacheOf(again), vectors().calls - before]).toEqual(["semantic", 1]);
      expect((await host.record(again))["side_calls"]).toBeUndefined();
    });

    add("near is not the same: numbers, directions, negations", async () => {
      for (const [kept, other] of [
        ["What does 40 mg of aspirin do?", "What does 400 mg of aspirin do?"],
        ["Does France beat Spain?", "Does Spain beat France?"],
        ["Convert 10 euros to dollars", "Convert 10 dollars to euros"],
        ["Is aspirin safe for cats?", "Is aspirin not safe for cats?"],
      ] as const) {
        await keep(kept);
        const { got, calls: made } = await calls(host, () => ask(other));
        expect([other, cacheOf(got), made]).toEqual([other, "miss", 1]);
        expect(said(got)).toContain(other);
      }
    });

    add("everything else must be equal; never with tools, and not in longer conversations", async () => {
      await keep("How do I change my address?");
      const other = "How can I change my address?";
      const asked = vectors().calls;
      for (const more of [
        { temperature: 0.1 },
        { max_tokens: 100 },
        {
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: other },
          ],
        },
        { tools: [WEATHER], tool_choice: "none" },
        {
          messages: [
            { role: "user", content: "Hi" },
            { role: "assistant", content: "Hello" },
            { role: "user", content: other },
          ],
        },
      ]) {
        expect([more, cacheOf(await ask(other, { ...more, seed: undefined }))]).toEqual([more, "miss"]);
      }
      expect(cacheOf(await host.ask(asking("other", other)))).toBe("miss");
      expect(vectors().calls - asked).toBeLessThanOrEqual(1);
      expect(cacheOf(await ask(other))).toBe("semantic");
    });

    add("the embeddings model reads what redaction has left, and each caller gets the own values", async () => {
      const first = await keep("How do I write to ann@example.com?");
      const second = await ask("How can I write to bob@example.org?");
      expect(cacheOf(second)).toBe("semantic");
      expect(said(second)).toBe(said(first).replaceAll("ann@example.com", "bob@example.org"));
      expect(vectors().texts.join()).toContain("<EMAIL_1>");
      expect(vectors().texts.join()).not.toMatch(/ann@|bob@/);
    });

    add("an embeddings model that may not be asked is not asked", async () => {
      const headers = { "x-data-region": "eu" };
      const before = vectors().texts.length;
      for (const content of ["How do I cancel my order?", "How can I cancel my order?"]) {
        const { got, calls: made } = await calls(host, () => ask(content, {}, headers));
        expect([got.status, cacheOf(got), made]).toEqual([200, "miss", 1]);
        await host.record(got);
      }
      expect(vectors().texts.slice(before)).toEqual([]);
      // To the same words it may be had.
      expect(cacheOf(await hit(() => ask("How do I cancel my order?", {}, headers)))).toBe("hit");
    });

    add("an embeddings model that fails costs a lookup, no answer", async () => {
      vectors().fails = true;
      try {
        const seen = await ask("How do I change my plan?");
        expect([seen.status, cacheOf(seen)]).toEqual([200, "miss"]);
        await host.record(seen);
        expect(cacheOf(await ask("How do I change my plan?"))).toBe("hit");
      } finally {
        vectors().fails = false;
      }
    });

    add("shadow: nothing is served, and what would have been is on record, without any text", async () => {
      await reload(host.running, setup({ mode: "shadow" })(host.upstream, host.name));
      await keep("How do I delete my data?");
      const facts = async (content: string) => {
        const { got, calls: made } = await calls(host, () => ask(content));
        expect([cacheOf(got), made]).toEqual(["miss", 1]);
        expect(got.headers).not.toHaveProperty("x-graft-cache-similarity");
        const record = await host.record(got);
        expect(JSON.stringify(record)).not.toContain("delete");
        return (record["facts"] as { kind: string }[]).filter(({ kind }) => kind === "cache-shadow");
      };
      const hash = expect.stringMatching(/^[0-9a-f]{16}$/);
      expect(await facts("How can I delete my data?")).toEqual([
        { kind: "cache-shadow", asked: hash, stored: hash, similarity: expect.any(Number), served: true },
      ]);
      const [would] = await facts("How do I not delete my data?");
      expect(would).toMatchObject({ served: false, disagree: expect.any(String) });
    });

    add("a new configuration begins without vectors, and has those of the store", async () => {
      await reload(host.running, setup()(host.upstream, host.name));
      const { got, calls: made } = await calls(host, () => ask("How could I reset my password?"));
      expect([cacheOf(got), made]).toEqual(["semantic", 0]);
    });
  });
});
