import { GraftError } from "../../plugins/core/errors";
import { openMemoryStores } from "../../plugins/stores/memory";
import { loadTables } from "../../plugins/tokens/load-tables";
import { answerWith, chat, JSON_HEADERS, replied, SSE_HEADERS, sent, services, target } from "../support/exchange";
import { type Kept, keptAnswer } from "../support/kept-answer";
import { ANSWER, limited } from "./support";

const perMinute = (it: Record<string, unknown>) => ({ limits: [{ name: "l", unit: "requests", limit: 10, ...it }] });
const tokens = (limit: number, it: Record<string, unknown> = {}) => perMinute({ unit: "total_tokens", limit, ...it });

async function whole(pipeline: ReturnType<ReturnType<typeof limited>["open"]>, input: number, output: number) {
  const answer = await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER(input, output)]);
  await pipeline.log("complete");
  return answer;
}

describe("requests", () => {
  test("thirty at once against ten: ten pass, and the others are told when to come again", async () => {
    const it = limited(perMinute({}));
    const pipelines = Array.from({ length: 30 }, () => it.open());
    const steps = await Promise.all(pipelines.map((pipeline) => pipeline.request(chat())));
    expect(steps.filter(({ kind }) => kind === "send")).toHaveLength(10);
    const refused = steps.find(({ kind }) => kind === "reply");
    expect(replied(refused!)).toMatchObject({
      status: 429,
      headers: {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "0",
        ratelimit: expect.stringMatching(/^"l";r=0;t=\d+$/),
        "ratelimit-policy": `"l";q=10;w=60`,
        "retry-after": expect.stringMatching(/^\d+$/),
      },
      json: { error: { type: "rate_limit_error", code: "rate_limit_exceeded", message: expect.stringContaining("'l'") } },
    });
    expect(it.counted).toEqual(
      new Map([
        ["graft_rate_limit_total test l admitted", 10],
        ["graft_rate_limit_total test l refused", 20],
      ]),
    );
  });

  test("retry-after is true: refused just before it, admitted at it", async () => {
    const it = limited(perMinute({ limit: 1 }));
    sent(await it.open().request(chat()));
    const { headers } = replied(await it.open().request(chat()));
    const wait = Number(headers["retry-after"]) * 1000;
    it.clock.advance(wait - 1001);
    expect((await it.open().request(chat())).kind).toBe("reply");
    it.clock.advance(1001);
    sent(await it.open().request(chat()));
  });

  test("success tells what is left", async () => {
    const it = limited(perMinute({}));
    const pipeline = it.open();
    sent(await pipeline.request(chat()));
    const { headers } = await whole(pipeline, 5, 2);
    expect(headers).toMatchObject({ "x-ratelimit-remaining-requests": "9", ratelimit: expect.stringContaining("r=9") });
  });
});

describe("tokens", () => {
  test("what was reserved and not used comes back", async () => {
    const it = limited(tokens(10_000));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ max_tokens: 9000 })));
    expect(replied(await it.open().request(chat({ max_tokens: 9000 }))).status).toBe(429);
    await whole(pipeline, 5, 2);
    sent(await it.open().request(chat({ max_tokens: 9000 })));
  });

  test("what was used beyond the reservation is charged", async () => {
    const it = limited({ ...tokens(1000), reserve: "none" });
    const pipeline = it.open();
    sent(await pipeline.request(chat()));
    await whole(pipeline, 500, 700);
    expect(replied(await it.open().request(chat())).status).toBe(429);
  });

  test("more than the limit can ever give: never, and the client is told so", async () => {
    const it = limited(tokens(100));
    const { status, headers, json } = replied(await it.open().request(chat({ max_tokens: 5000 })));
    expect([status, headers["x-should-retry"], headers["retry-after"]]).toEqual([429, "false", undefined]);
    expect(JSON.stringify(json)).toContain("larger than the limit");
  });

  test("a stream the client left halfway is charged for what was sent and received", async () => {
    const it = limited(tokens(100_000));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ stream: true, max_tokens: 50_000 })));
    await pipeline.response(200, SSE_HEADERS);
    const piece = (content: string) =>
      Buffer.from(
        `data: ${JSON.stringify({ id: "x", model: "g", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
      );
    for (let at = 0; at < 200; at += 1) await pipeline.chunk(piece(" word"));
    await pipeline.log("aborted");
    const next = it.open();
    sent(await next.request(chat({ max_tokens: 1 })));
    const left = Number((await whole(next, 1, 1)).headers["x-ratelimit-remaining-tokens"]);
    // 200 words and the prompt, not the 50,000 that were reserved, nor nothing.
    expect(left).toBeGreaterThan(99_000);
    expect(left).toBeLessThan(99_800);
  });

  test("what a provider said at the start of a stream is not its last word", async () => {
    const it = limited(tokens(100_000));
    const pipeline = it.open({ targets: [target("anthropic", "claude-sonnet-4-5")] });
    sent(await pipeline.request(chat({ stream: true, max_tokens: 50_000 })));
    await pipeline.response(200, SSE_HEADERS);
    const send = (type: string, it: object) =>
      pipeline.chunk(Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...it })}\n\n`));
    await send("message_start", {
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "c",
        usage: { input_tokens: 25, output_tokens: 1 },
      },
    });
    await send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    for (let at = 0; at < 200; at += 1)
      await send("content_block_delta", { index: 0, delta: { type: "text_delta", text: " word" } });
    await pipeline.log("aborted");
    const { usage } = await it.services.accounting.tally(pipeline.exchange);
    expect(usage).toMatchObject({ input: 25, estimated: true });
    expect(usage.output).toBeGreaterThan(150);
  });

  test("a provider that says nothing of usage", async () => {
    const it = limited(tokens(10_000));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ max_tokens: 100 })));
    const silent = JSON.parse(ANSWER(0, 0)) as Record<string, unknown>;
    silent["usage"] = undefined;
    await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(silent)]);
    await pipeline.log("complete");
    const tally = await it.services.accounting.tally(pipeline.exchange);
    expect(tally.usage).toMatchObject({ estimated: true });
    expect(tally.usage.input).toBeGreaterThan(0);
    expect(tally.usage.output).toBeGreaterThan(0);
  });

  test("a provider that answers with an error costs nothing", async () => {
    const it = limited(tokens(10_000));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ max_tokens: 9000 })));
    await answerWith(pipeline, 500, JSON_HEADERS, ["{}"]);
    await pipeline.log("complete");
    expect((await it.services.accounting.tally(pipeline.exchange)).usage).toEqual({ input: 0, output: 0 });
    sent(await it.open().request(chat({ max_tokens: 9000 })));
  });

  test("counting decides where the size alone would refuse", async () => {
    const it = limited(tokens(1500));
    services.estimator.use(loadTables("o200k_base"));
    // 6,000 characters of one word again and again are 2,000 tokens at most by size, 1,000 when counted.
    const words = "hello ".repeat(1000);
    const step = await it.open().request(chat({ messages: [{ role: "user", content: words }], max_tokens: 1 }));
    expect(step.kind).toBe("send");
  });

  test("where little is left, prompts are counted, so that their size keeps nobody out", async () => {
    services.estimator.use(loadTables("o200k_base"));
    const it = limited(tokens(10_000));
    const words = (count: number) => chat({ messages: [{ role: "user", content: "hello ".repeat(count) }], max_tokens: 1 });
    // Each has 6,000 bytes and 1,000 tokens. The first reserves its size; the others find less than half left and are counted.
    const steps = [];
    for (let at = 0; at < 6; at += 1) steps.push(await it.open().request(words(1000)));
    expect(steps.map(({ kind }) => kind)).toEqual(["send", "send", "send", "send", "reply", "reply"]);
  });

  test.each([-1, 1e300, 2 ** 60])("max_tokens %d breaks nothing", async (max_tokens) => {
    const it = limited(tokens(100));
    expect([400, 429]).toContain(replied(await it.open().request(chat({ max_tokens }))).status);
  });
});

describe("all or nothing", () => {
  test("a refused request takes nothing of the limits that had room", async () => {
    const it = limited({
      limits: [
        { name: "a", unit: "requests", limit: 100 },
        { name: "b", unit: "requests", limit: 1 },
      ],
    });
    const first = it.open();
    sent(await first.request(chat()));
    for (let at = 0; at < 5; at += 1) replied(await it.open().request(chat()));
    it.clock.advance(120_000);
    const pipeline = it.open();
    sent(await pipeline.request(chat()));
    expect((await whole(pipeline, 1, 1)).headers["ratelimit"]).toContain(`"a";r=99`);
  });
});

describe("concurrency", () => {
  const slots = perMinute({ unit: "concurrency", limit: 2 });

  test("slots are free again when the exchange ends, however it ends", async () => {
    const it = limited(slots);
    const [a, b] = [it.open(), it.open()];
    sent(await a.request(chat()));
    sent(await b.request(chat()));
    expect(replied(await it.open().request(chat())).status).toBe(429);
    await a.log("aborted");
    sent(await it.open().request(chat()));
  });

  test("a client that leaves while it is asked keeps none", async () => {
    const it = limited(slots);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const pipeline = it.open();
        const asking = pipeline.request(chat());
        const ended = pipeline.log("aborted");
        await Promise.all([asking, ended]);
      }),
    );
    sent(await it.open().request(chat()));
  });
});

describe("scopes", () => {
  const by = (...scopes: string[]) => limited(perMinute({ limit: 1, by: scopes, header: "x-h" }));
  const passes = async (it: ReturnType<typeof by>, caller: object, headers: Record<string, string> = {}) =>
    (await it.open({ caller, headers }).request(chat())).kind === "send";

  test.each([
    ["caller", { id: "a" }, { id: "b" }],
    ["credential", { credential: "a" }, { credential: "b" }],
    ["team", { team: "a" }, { team: "b" }],
    ["group", { groups: ["a"] }, { groups: ["b"] }],
    ["tag", { tags: ["a"] }, { tags: ["b"] }],
    ["ip", { ip: "192.0.2.1" }, { ip: "192.0.2.2" }],
  ])("by %s", async (scope, one, other) => {
    const it = by(scope);
    expect([await passes(it, one), await passes(it, other), await passes(it, one)]).toEqual([true, true, false]);
  });

  test.each([
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", false],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", true],
    ["2001:DB8::1", "2001:db8:0:0:1::", false],
    ["::ffff:192.0.2.7", "192.0.2.7", false],
    ["fe80::1%eth0", "fe80::2", false],
    ["::1", "192.0.2.1", true],
  ])("by ip, %s and %s: what one owner can change is one address", async (one, other, apart) => {
    const it = by("ip");
    expect([await passes(it, { ip: one }), await passes(it, { ip: other })]).toEqual([true, apart]);
    const anonymous = by("caller");
    const as = (ip: string) => ({ id: `ip:${ip}`, ip, anonymous: true });
    expect([await passes(anonymous, as(one)), await passes(anonymous, as(other))]).toEqual([true, apart]);
  });

  test("by header, a missing one and an overlong one included", async () => {
    const it = by("header");
    const long = "x".repeat(5000);
    const given = [{}, { "x-h": "a" }, { "x-h": long }, { "x-h": `${long}y` }, {}, { "x-h": long }];
    const seen: boolean[] = [];
    for (const headers of given) seen.push(await passes(it, {}, headers));
    expect(seen).toEqual([true, true, true, true, false, false]);
  });

  test("a caller in two groups counts in both", async () => {
    const it = by("group");
    expect(await passes(it, { groups: ["a", "b", "a"] })).toBe(true);
    expect([await passes(it, { groups: ["b"] }), await passes(it, { groups: ["c"] })]).toEqual([false, true]);
  });

  test("combinations cannot imitate each other", async () => {
    const it = by("team", "header");
    expect(await passes(it, { team: `a","b` }, { "x-h": "c" })).toBe(true);
    expect(await passes(it, { team: "a" }, { "x-h": `b","c` })).toBe(true);
  });

  test.each([
    [{ callers: ["a"] }, { id: "a" }, { id: "b" }],
    [{ teams: ["a"] }, { team: "a" }, {}],
    [{ groups: ["a", "z"] }, { groups: ["q", "a"] }, { groups: ["b"] }],
    [{ tags: ["a"] }, { tags: ["a"] }, { tags: [] }],
    [{ headers: { "x-h": "1" } }, { id: "h" }, {}],
  ])("match %j", async (match, one, other) => {
    const it = limited(perMinute({ limit: 1, match }));
    const headers = "headers" in match ? { "x-h": "1" } : {};
    expect([await passes(it, one, headers), await passes(it, one, headers)]).toEqual([true, false]);
    expect([await passes(it, other), await passes(it, other)]).toEqual([true, true]);
  });
});

describe("targets", () => {
  const two = () => [target("openai", "a"), target("anthropic", "b")];
  const config = perMinute({ limit: 1, by: ["target"] });

  test("one without room is passed over for one that has it", async () => {
    const it = limited(config);
    const first = sent(await it.open({ targets: two() }).request(chat()));
    const second = sent(await it.open({ targets: two() }).request(chat()));
    expect([first, second].map(({ attempt }) => attempt.target.model)).toEqual(["a", "b"]);
    expect(replied(await it.open({ targets: two() }).request(chat())).status).toBe(429);
  });

  test("a fallback reserves for its own target, and is refused without room", async () => {
    const it = limited(config);
    const targets = two();
    const busy = it.open({ targets: [targets[1]!] });
    sent(await busy.request(chat()));
    const pipeline = it.open({ targets });
    sent(await pipeline.request(chat()));
    expect(await pipeline.refuses(targets[1]!)).toBeInstanceOf(GraftError);
    it.clock.advance(120_000);
    expect(await pipeline.refuses(targets[1]!)).toBeUndefined();
    // And now it has taken the room.
    expect(replied(await it.open({ targets: [targets[1]!] }).request(chat())).status).toBe(429);
  });

  test("a host that cannot skip reserves for every target it may go to, and gives back what it did not need", async () => {
    const it = limited(perMinute({ unit: "total_tokens", limit: 5000, by: ["target"] }), { host: "envoy" });
    const targets = two();
    const pipeline = it.open({ targets });
    sent(await pipeline.request(chat({ max_tokens: 4000 })));
    expect(replied(await it.open({ targets: [targets[1]!] }).request(chat({ max_tokens: 4000 }))).status).toBe(429);
    await whole(pipeline, 10, 10);
    sent(await it.open({ targets: [targets[1]!] }).request(chat({ max_tokens: 4000 })));
  });
});

describe("cost", () => {
  test("is reserved for the dearest target and settled by what was used", async () => {
    const it = limited({ limits: [{ name: "l", unit: "cost", limit_usd: 0.01, per: "hour" }] });
    const pipeline = it.open();
    // gpt-4o: $10 for a million output tokens.
    sent(await pipeline.request(chat({ max_tokens: 900 })));
    expect(replied(await it.open().request(chat({ max_tokens: 900 }))).status).toBe(429);
    await whole(pipeline, 5, 2);
    sent(await it.open().request(chat({ max_tokens: 900 })));
    expect(replied(await it.open().request(chat({ max_tokens: 2000 }))).headers["x-should-retry"]).toBe("false");
  });

  test("a model without a price is refused, not free", async () => {
    const it = limited({ limits: [{ name: "l", unit: "cost", limit_usd: 1 }] });
    const unknown = target("openai", "x", {});
    const own = {
      ...unknown,
      provider: { ...unknown.provider, name: "own", codec: { ...unknown.provider.codec, kind: "own" }, authority: "10.0.0.1" },
    };
    expect(replied(await it.open({ targets: [own] }).request(chat())).status).toBe(403);
  });
});

describe("shadow", () => {
  test("counts and tells, and stops nobody", async () => {
    const it = limited(perMinute({ limit: 1, shadow: true }));
    for (let at = 0; at < 3; at += 1) sent(await it.open().request(chat()));
    expect(it.counted).toEqual(
      new Map([
        ["graft_rate_limit_total test l admitted", 1],
        ["graft_rate_limit_total test l shadow-refused", 2],
      ]),
    );
  });
});

test("a shadow stops nobody, not for an unknown price and not for a store that is away", async () => {
  const shadow = { name: "l", unit: "cost", limit_usd: 1, shadow: true };
  const unpriced = target("openai", "x");
  const own = {
    ...unpriced,
    provider: { ...unpriced.provider, codec: { ...unpriced.provider.codec, kind: "own" }, authority: "10.0.0.1" },
  };
  sent(
    await limited({ limits: [shadow] })
      .open({ targets: [own] })
      .request(chat()),
  );
});

test("of money, a refusal tells nothing", async () => {
  const it = limited({ limits: [{ name: "l", unit: "cost", limit_usd: 0.01 }] });
  sent(await it.open().request(chat({ max_tokens: 900 })));
  expect(JSON.stringify(replied(await it.open().request(chat({ max_tokens: 900 }))).json)).not.toMatch(/\$|0\.0/);
});

describe("retries and fallbacks of limits by target", () => {
  const config = { limits: [{ name: "l", unit: "requests", limit: 10, by: ["target"] }] };

  test.each(["relay", "envoy"] as const)("%s: each try of one target is a request to it", async (host) => {
    const it = limited(config, { host });
    const [a] = [target("openai", "a")];
    const pipeline = it.open({ targets: [a] });
    sent(await pipeline.request(chat()));
    for (const number of [2, 3, 4]) sent(await pipeline.attempt(number));
    await pipeline.log("aborted");
    const next = it.open({ targets: [a] });
    sent(await next.request(chat()));
    expect((await whole(next, 1, 1)).headers["x-ratelimit-remaining-requests"]).toBe("5");
  });

  test("an answer from the second tells of the second's limit", async () => {
    const it = limited({ limits: [{ name: "l", unit: "requests", limit: 1, by: ["target"] }] });
    const targets = [target("openai", "a"), target("anthropic", "b")];
    sent(await it.open({ targets: [targets[0]!] }).request(chat()));
    const pipeline = it.open({ targets });
    expect(sent(await pipeline.request(chat())).attempt.target.model).toBe("b");
    expect(pipeline.exchange.answerHeaders["ratelimit"]).toBe(`"l";r=0;t=65`);
    expect(pipeline.exchange.answerHeaders["ratelimit-policy"]).not.toContain(",");
  });
});

describe("the store is away", () => {
  const away = (on_error: string, it: Record<string, unknown> = {}) =>
    limited(
      { ...perMinute(it), on_error },
      {
        stores: (clock) => ({
          ...openMemoryStores(clock),
          limits: {
            reserve: () => Promise.reject(new GraftError("unavailable", "redis is away")),
            renew: () => Promise.reject(new GraftError("unavailable", "redis is away")),
            settle: () => Promise.reject(new GraftError("unavailable", "redis is away")),
            release: () => Promise.reject(new GraftError("unavailable", "redis is away")),
          },
        }),
      },
    );
  const admitted = async (it: ReturnType<typeof away>, count: number) => {
    const steps = await Promise.all(Array.from({ length: count }, () => it.open().request(chat())));
    return steps.filter(({ kind }) => kind === "send").length;
  };

  test("open: everything passes, and is told", async () => {
    const it = away("open");
    const pipeline = it.open();
    sent(await pipeline.request(chat()));
    expect(pipeline.exchange.facts.of("limits-unavailable")).toHaveLength(1);
    expect(await admitted(it, 20)).toBe(20);
    expect(it.counted.get("graft_limit_store_errors_total test")).toBe(21);
  });

  test("closed: nothing passes", async () => {
    const reply = replied(await away("closed").open().request(chat()));
    expect([reply.status, reply.headers["retry-after"], reply.headers["x-should-retry"]]).toEqual([503, "1", "true"]);
    expect(JSON.stringify(reply.json)).not.toContain("redis");
  });

  test("local: half of the limit, by each process", async () => {
    expect(await admitted(away("local"), 20)).toBe(5);
  });

  test("local: what fits the whole limit only is not told to be impossible", async () => {
    const it = away("local", { unit: "total_tokens", limit: 1000 });
    sent(await it.open().request(chat({ max_tokens: 800 })));
  });
});

describe("answers from a cache", () => {
  const judged = { purpose: "cache:judge", target: target("openai", "gpt-4o"), usage: { input: 400_000, output: 0 } };
  const hit = async (it: ReturnType<typeof limited>, kept: Kept = {}, asked: Record<string, unknown> = {}) => {
    const pipeline = it.open({ inner: keptAnswer(kept) });
    const { headers } = replied(await pipeline.request(chat(asked)));
    await pipeline.log("complete");
    return headers;
  };

  test("use a request and no tokens: what was reserved comes back, and the next answer's headers say so", async () => {
    const it = limited({
      limits: [
        { name: "r", unit: "requests", limit: 10, per: "minute" },
        { name: "t", unit: "total_tokens", limit: 10_000, per: "minute" },
        { name: "c", unit: "concurrency", limit: 1 },
      ],
    });
    const first = await hit(it, {}, { max_tokens: 6000 });
    const next = await hit(it, {}, { max_tokens: 6000 });
    expect(Number(first["x-ratelimit-remaining-tokens"])).toBeLessThan(4000);
    expect(next["x-ratelimit-remaining-tokens"]).toBe(first["x-ratelimit-remaining-tokens"]);
    expect([first["x-ratelimit-remaining-requests"], next["x-ratelimit-remaining-requests"]]).toEqual(["9", "8"]);
    expect(next["ratelimit"]).toContain('"c";r=0');
  });

  test("money: nothing, but for what finding them cost", async () => {
    const it = limited({ limits: [{ name: "m", unit: "cost", limit_usd: 2.5, per: "minute" }] });
    for (let at = 0; at < 20; at += 1) await hit(it, {}, { max_tokens: 200_000 });
    // A dollar each.
    await hit(it, { sideCalls: [judged] });
    await hit(it, { fact: { status: "stale" }, later: [judged] });
    expect((await it.open().request(chat({ max_tokens: 60_000 }))).kind).toBe("reply");
    sent(await it.open().request(chat({ max_tokens: 40_000 })));
  });

  test("of targets: nothing was sent to them", async () => {
    const it = limited({ limits: [{ name: "t", unit: "requests", limit: 1, by: ["target"] }] });
    for (let at = 0; at < 3; at += 1) await hit(it);
    sent(await it.open().request(chat()));
    expect((await it.open().request(chat())).kind).toBe("reply");
  });
});
