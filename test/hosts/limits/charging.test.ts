/** What an exchange is charged when it does not go as planned. Limit, log line and books name the same sum. */
import { request as startRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { question } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import type { Behaviour, Canned } from "../../upstream/behaviour";
import { type FakeUpstream, refusedPort } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import type { HostSetup } from "../support/hosts";
import { KINDS, provider } from "../support/providers";
import { useHosts } from "../support/use-hosts";
import { header, limit, onAllHosts, silent, steady } from "./support";

jest.setTimeout(30_000);

/** Each with counters of its own. */
const CASES = [
  "left-in-stream",
  "left-before-answer",
  "left-in-upload",
  "died-in-stream",
  "cut-stream",
  "no-usage",
  "no-usage-streamed",
  "error-400",
  "error-429",
  "error-500",
  "nobody-there",
  "timed-out",
];
const ROOM = 1_000_000;
const ANSWER = 500;

const setup = async (upstream: FakeUpstream): Promise<HostSetup> => ({
  providers: {
    one: steady(upstream),
    dead: { kind: "openai", base_url: `http://127.0.0.1:${await refusedPort()}/v1`, health: { min_requests: 1_000_000 } },
    ...Object.fromEntries(KINDS.map((kind) => [kind, provider(kind, upstream)])),
  },
  models: [
    ...CASES.map((name) => ({
      name,
      targets: [
        {
          provider: name === "nobody-there" ? "dead" : "one",
          model: "gpt-4o-mini",
          timeout_ms: name === "timed-out" ? 300 : 60_000,
        },
      ],
    })),
    { name: "storm/*", targets: [{ provider: "one", model: "*" }] },
    ...KINDS.map((kind) => ({ name: `${kind}/*`, targets: [{ provider: kind, model: "*" }] })),
  ],
  policy: {
    plugins: {
      rate_limit: {
        limits: [
          limit("storm-tokens", "total_tokens", ROOM, ["storm/*"]),
          limit("storm-slot", "concurrency", 20, ["storm/*"]),
          ...CASES.flatMap((name) => [
            limit(`${name}-tokens`, "total_tokens", ROOM, [name]),
            limit(`${name}-slot`, "concurrency", 1, [name]),
            limit(`${name}-asks`, "requests", 1000, [name]),
          ]),
        ],
      },
    },
  },
  sections: {
    usage: { path: "books.db" },
  },
  silenceMs: 300,
});

const hosts = useHosts(setup);

onAllHosts(hosts, (host, add) => {
  /** Room for tokens before and after what `act` does, as the headers of a request before and after it tell. @returns what it was charged */
  async function charged(model: string, act: () => Promise<unknown>) {
    const before = await probe(model);
    const known = host.running.records.length;
    await act();
    const record = await until(`record of ${model}`, () => host.running.records.slice(known)[0]);
    const after = await probe(model);
    const room = (seen: Seen) => header(seen, "x-ratelimit-remaining-tokens");
    const asks = (seen: Seen) => header(seen, "x-ratelimit-remaining-requests");
    return { tokens: room(before) - room(after), requests: asks(before) - asks(after) - 1, record };
  }

  /** Fails unless the slot is free. Costs nothing: the provider refuses it. */
  async function probe(model: string): Promise<Seen> {
    const status = model === "nobody-there" ? 503 : 400;
    if (status === 400) host.upstream.script({ do: "status", n: 400 });
    const seen = await host.ask(question(model, { max_tokens: ANSWER }));
    expect(seen.status).toBe(status);
    await host.record(seen);
    return seen;
  }

  const counted = (record: Readonly<Record<string, unknown>>) =>
    Number(record["input_tokens"] ?? 0) + Number(record["output_tokens"] ?? 0);

  /** What the books say of a model, once they have all of it. */
  async function books(alias: string, requests: number) {
    return await until(`${requests} requests in the books`, async () => {
      const answer = await fetch(`${host.running.adminUrls[0]}/usage?alias=${encodeURIComponent(alias)}`);
      const { total } = (await answer.json()) as { readonly total: Readonly<Record<string, unknown>> };
      return Number(total["requests"]) >= requests ? total : undefined;
    });
  }

  const ask =
    (behaviour: Behaviour | Canned, model: string, more: object = {}, leaveAfter?: number) =>
    async () => {
      host.upstream.script(behaviour);
      return await host.ask(question(model, { max_tokens: ANSWER, ...more }), leaveAfter === undefined ? {} : { leaveAfter });
    };

  add("a stream that is left halfway: what was sent and received, and the slot is free", async () => {
    const model = "left-in-stream";
    const { tokens, requests, record } = await charged(
      model,
      ask({ do: "hang-mid-stream", n: 8 }, model, { stream: true }, 1200),
    );
    expect(record).toMatchObject({ outcome: "aborted", usage_estimated: true, input_tokens: expect.any(Number) });
    expect(Number(record["input_tokens"])).toBeGreaterThan(3);
    expect(Number(record["output_tokens"])).toBeGreaterThan(2);
    expect(Number(record["output_tokens"])).toBeLessThan(40);
    expect({ tokens, requests }).toEqual({ tokens: counted(record), requests: 1 });
    // The two requests around it were refused by the provider.
    expect(await books(model, 3)).toMatchObject({
      estimated_requests: 1,
      input_tokens: record["input_tokens"],
      output_tokens: record["output_tokens"],
    });
  });

  add("left before the answer began: what was sent, and what was set aside", async () => {
    const model = "left-before-answer";
    const { tokens, requests, record } = await charged(model, async () => {
      const before = host.upstream.requests.length;
      host.upstream.script({ do: "hang-before-headers" });
      const request = startRequest(`${host.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      request.on("error", () => {});
      request.end(JSON.stringify(question(model, { max_tokens: ANSWER })));
      await host.upstream.waitFor(before + 1);
      request.destroy();
    });
    expect(record).toMatchObject({ outcome: "aborted", usage_estimated: true, output_tokens: ANSWER });
    expect(Number(record["input_tokens"])).toBeGreaterThan(3);
    expect({ tokens, requests }).toEqual({ tokens: counted(record), requests: 1 });
  });

  add("left in mid-upload: nothing", async () => {
    const model = "left-in-upload";
    const { tokens, requests } = await charged(model, async () => {
      const headers = { "content-type": "application/json", "content-length": "1000" };
      const request = startRequest(`${host.url}/v1/chat/completions`, { method: "POST", headers });
      request.on("error", () => {});
      request.write(`{"model":"${model}",`, () => setTimeout(() => request.destroy(), 50));
    });
    expect({ tokens, requests }).toEqual({ tokens: 0, requests: 0 });
  });

  add("the provider dies in mid-stream: what was sent and received", async () => {
    const model = "died-in-stream";
    const { tokens, record } = await charged(model, ask({ do: "reset-mid-stream", n: 8 }, model, { stream: true }));
    expect(record).toMatchObject({ usage_estimated: true });
    expect(Number(record["output_tokens"])).toBeGreaterThan(2);
    expect(tokens).toBe(counted(record));
  });

  for (const kind of KINDS) {
    add(`${kind}: half of a stream costs what of it was there, whatever the provider said until then`, async () => {
      const whole = await host.stream(`${kind}/demo`);
      const half = await host.ask(question(`${kind}/do-hang-mid-stream-12`, { stream: true }), { leaveAfter: 1500 });
      const [{ output_tokens: all }, record] = await Promise.all([host.record(whole), host.record(half)]);
      expect(record).toMatchObject({ outcome: "aborted", usage_estimated: true });
      expect(Number(record["input_tokens"])).toBeGreaterThan(2);
      expect(Number(record["output_tokens"])).toBeGreaterThan(Number(all) / 5);
      expect(Number(record["output_tokens"])).toBeLessThan(Number(all) * 3);
    });
  }

  add("a stream that ends without its end", async () => {
    const model = "cut-stream";
    const { tokens, record } = await charged(model, ask({ do: "cut-stream", n: 8 }, model, { stream: true }));
    expect(record).toMatchObject({ usage_estimated: true });
    expect(tokens).toBe(counted(record));
    expect(tokens).toBeGreaterThan(5);
  });

  add("a provider that says nothing of its usage", async () => {
    const model = "no-usage";
    const words = "one two three four five six seven eight nine ten";
    const answer: { seen?: Seen } = {};
    const { tokens, record } = await charged(model, async () => {
      answer.seen = await ask(silent(words), model)();
    });
    expect(record).toMatchObject({ status: 200, outcome: "complete", usage_estimated: true, output_tokens: 10 });
    expect(tokens).toBe(counted(record));
    // Nobody knew when it was sent.
    expect(answer.seen?.headers).not.toHaveProperty("x-graft-usage");
  });

  add("… and streams", async () => {
    const model = "no-usage-streamed";
    const piece = (delta: object, finish_reason: string | null = null) =>
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const pieces = [
      ..."one two three four five".split(/(?= )/).map((content) => piece({ content })),
      piece({}, "stop"),
      "data: [DONE]\n\n",
    ];
    const { tokens, record } = await charged(
      model,
      ask({ do: "canned", headers: { "content-type": "text/event-stream" }, pieces }, model, { stream: true }),
    );
    expect(record).toMatchObject({ status: 200, outcome: "complete", usage_estimated: true, output_tokens: 5 });
    expect(tokens).toBe(counted(record));
  });

  for (const status of [400, 429, 500]) {
    add(`an error ${status} costs a request and no tokens`, async () => {
      const model = `error-${status}`;
      const { tokens, requests, record } = await charged(model, ask({ do: "status", n: status }, model));
      expect({ tokens, requests }).toEqual({ tokens: 0, requests: 1 });
      expect(record).not.toHaveProperty("cost_usd");
      expect(record["usage_estimated"]).toBeUndefined();
    });
  }

  add("nobody there: no tokens", async () => {
    const model = "nobody-there";
    const { tokens, requests } = await charged(model, () => host.ask(question(model, { max_tokens: ANSWER })));
    expect({ tokens, requests }).toEqual({ tokens: 0, requests: 1 });
  });

  add("a provider that was too slow may have worked for it: what was sent", async () => {
    const model = "timed-out";
    const { tokens, record } = await charged(model, ask({ do: "hang-before-headers" }, model));
    expect(record).toMatchObject({ status: 504, usage_estimated: true, output_tokens: 0 });
    expect(tokens).toBe(counted(record));
    expect(tokens).toBeGreaterThan(3);
  });

  add("sixty at once, each left at another moment: no slot and no token is lost", async () => {
    const model = "storm";
    const before = await host.ask(question(`${model}/m`, { max_tokens: ANSWER }));
    await host.record(before);
    const known = host.running.records.length;
    const ways = ["do-hang-before-headers", "do-hang-mid-stream-5", "do-drip"];
    await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const headers = { "content-type": "application/json" };
        const request = startRequest(`${host.url}/v1/chat/completions`, { method: "POST", headers, agent: false });
        request.on("error", () => {}).on("response", (response) => response.resume().on("error", () => {}));
        request.end(JSON.stringify(question(`${model}/${ways[at % 3]}`, { stream: at % 2 === 0, max_tokens: ANSWER })));
        // Up to a second and a half: on a busy machine most would else have left before anybody saw them.
        await sleep(20 + 25 * at);
        request.destroy();
      }),
    );
    await host.idle();
    await sleep(300);
    const records = host.running.records.slice(known);
    expect(records.length).toBeGreaterThan(5);
    const after = await host.ask(question(`${model}/m`, { max_tokens: ANSWER }));
    expect(after.status).toBe(200);
    expect(after.headers["ratelimit"]).toContain('"storm-slot";r=19');
    const used = [await host.record(before), ...records].map(counted).reduce((sum, it) => sum + it, 0);
    const room = (seen: Seen) => header(seen, "x-ratelimit-remaining-tokens");
    expect(room(before) - room(after)).toBe(used);
    console.info(`${host.name}: 60 left at any moment, ${records.length} recorded, ${used} tokens charged and logged`);
  });
});
