import { GraftError } from "../../plugins/core/errors";
import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { Limits } from "../../plugins/stores/limits";
import { openMemoryStores } from "../../plugins/stores/memory";
import type { Stores } from "../../plugins/stores/stores";
import type { SpentQuery } from "../../plugins/stores/usage/usage-store";
import { answerWith, chat, JSON_HEADERS, replied, SSE_HEADERS, sent, target } from "../support/exchange";
import { KEPT_EVENTS, keptAnswer, noKeptAnswer } from "../support/kept-answer";
import { answer, clock, EMBEDS, one, replica } from "./support";

const DAY = 86_400_000;
const alertsOf = (it: ReturnType<typeof replica>) =>
  it.told.filter(({ message }) => message === "budget alert").map(({ fields }) => fields["percent"]);

beforeEach(() => clock.setWall(Date.UTC(2026, 0, 10, 12)));

describe("a hard budget", () => {
  test("thirty at once against ten dollars: ten pass, before any of them has cost anything", async () => {
    const it = replica(one());
    const pipelines = Array.from({ length: 30 }, () => it.open());
    const steps = await Promise.all(pipelines.map((pipeline) => pipeline.request(chat({ model: "flat" }))));
    expect(steps.filter(({ kind }) => kind === "send")).toHaveLength(10);
    const { status, headers, json } = replied(steps.find(({ kind }) => kind === "reply")!);
    expect(status).toBe(429);
    expect(json).toMatchObject({ error: { type: "insufficient_quota", code: "insufficient_quota" } });
    expect(headers["x-should-retry"]).toBe("false");
    expect(headers["retry-after"]).toBeUndefined();
    const message = JSON.stringify(json);
    expect(message).toContain("'b'");
    expect(message).toContain("2026-02-01T00:00:00Z");
    // What is left of it tells what others have spent.
    expect(message).not.toMatch(/\$|10\b.*usd/i);
    expect(it.counted.get("graft_budget_requests_total test b admitted")).toBe(10);
    expect(it.counted.get("graft_budget_requests_total test b refused")).toBe(20);
    for (const pipeline of pipelines) await pipeline.log("aborted");
  });

  test("what was reserved and not spent comes back", async () => {
    const it = replica(one());
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "metered", max_tokens: 9000 })));
    expect(replied(await it.open().request(chat({ model: "metered", max_tokens: 9000 }))).status).toBe(429);
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 100)]);
    await pipeline.log("complete");
    sent(await it.open().request(chat({ model: "metered", max_tokens: 9000 })));
  });

  test("what was spent beyond the reservation is charged", async () => {
    const it = replica(one());
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "metered", max_tokens: 1 })));
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 20_000)]);
    await pipeline.log("complete");
    expect(await it.ask({ model: "cheap" })).toBe(429);
  });

  test("the dearest target it may fall back to is reserved", async () => {
    const it = replica(one({ limit_usd: 2 }));
    sent(await it.open().request(chat({ model: "mixed" })));
    sent(await it.open().request(chat({ model: "mixed" })));
    expect(replied(await it.open().request(chat({ model: "mixed" }))).status).toBe(429);
  });

  test("more than the whole of it: waiting is of no use, and the client is not told to", async () => {
    const { status, json } = replied(
      await replica(one())
        .open()
        .request(chat({ model: "metered", max_tokens: 50_000 })),
    );
    expect(status).toBe(429);
    expect(JSON.stringify(json)).toContain("more than the whole budget 'b'");
    expect(JSON.stringify(json)).not.toContain("2026-");
  });

  test("an aborted stream is charged for what was received, neither nothing nor all that was reserved", async () => {
    const it = replica(one());
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "metered", stream: true, max_tokens: 9000 })));
    await pipeline.response(200, SSE_HEADERS);
    const chunk = { id: "x", model: "g", choices: [{ index: 0, delta: { content: " word" }, finish_reason: null }] };
    for (let at = 0; at < 200; at += 1) await pipeline.chunk(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
    await pipeline.log("aborted");
    const spent = it.counted.get("graft_budget_spent_usd_total test b") ?? 0;
    expect(spent).toBeGreaterThan(0.1);
    expect(spent).toBeLessThan(0.4);
    expect(await it.passing(20)).toBe(9);
  });

  test.each([
    ["the client left before it was sent", async () => {}],
    [
      "the provider refused",
      async (pipeline: ReturnType<ReturnType<typeof replica>["open"]>) => {
        await answerWith(pipeline, 500, JSON_HEADERS, [`{"error":{"message":"no"}}`]);
      },
    ],
  ])("nothing is spent where %s", async (_, then) => {
    const it = replica(one({ limit_usd: 1 }));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "flat" })));
    await then(pipeline);
    if (pipeline.exchange.attempt?.status === undefined) pipeline.attemptDied(1, new GraftError("unavailable", "no"));
    pipeline.exchange.error ??= new GraftError("unavailable", "no");
    await pipeline.log("aborted");
    expect(await it.ask()).toBe(200);
  });

  test("each has one of their own, and those in no team share one", async () => {
    const it = replica(one({ limit_usd: 2, by: ["team"] }));
    expect(await it.passing(5, { caller: { team: "red" } })).toBe(2);
    expect(await it.passing(5, { caller: { team: "blue" } })).toBe(2);
    expect(await it.passing(5)).toBe(2);
  });

  test("sessions, as clients name them", async () => {
    const it = replica(one({ limit_usd: 1, by: ["caller", "session"] }));
    expect(await it.passing(5, { headers: { "x-session-id": "s1" } })).toBe(1);
    expect(await it.passing(5, { headers: { "x-session-id": "s2" } })).toBe(1);
    expect(await it.passing(5, { headers: { "x-session-id": "s1" }, caller: { id: "other" } })).toBe(1);
  });

  test("it is for what it matches only, and a policy's counters are its own", async () => {
    const stores = openMemoryStores(clock);
    const config = one({ limit_usd: 1, match: { models: ["flat"] } });
    const it = replica(config, { stores });
    expect(await it.passing(5, { model: "cheap" })).toBe(5);
    expect(await it.passing(5)).toBe(1);
    expect(await replica(config, { stores, scope: "other" }).passing(5)).toBe(1);
  });

  test.each(["month", "rolling"])("a changed amount of a %s budget keeps what was spent", async (period) => {
    const stores = openMemoryStores(clock);
    const of = (limit_usd: number) => replica(one({ limit_usd, period }), { stores });
    expect(await of(5).passing(4)).toBe(4);
    expect(await of(7).passing(20)).toBe(3);
    expect(await of(3).ask()).toBe(429);
    expect(await of(8).passing(20)).toBe(1);
  });

  test("rolling: what began long before it ended is not charged again when its beginning is forgotten", async () => {
    const it = replica(one({ limit_usd: 3, period: "rolling", rolling_days: 10 }));
    expect(await it.ask({ model: "cheap" })).toBe(200);
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "flat" })));
    clock.advance(5 * DAY);
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 1)]);
    await pipeline.log("complete");
    // Reserved twelve days ago, written down seven days ago.
    clock.advance(7 * DAY);
    expect(await it.passing(20)).toBe(3);
  });
});

test("whatever it asks of the store names the budget and its period, so that a store short of room can tell them apart", async () => {
  const stores = openMemoryStores(clock);
  const inner = stores.exactLimits;
  const groups = new Set<string | undefined>();
  const limits: Limits = {
    reserve(request) {
      for (const { group } of request.items) groups.add(group);
      return inner.reserve(request);
    },
    renew: (id, ttlMs) => inner.renew(id, ttlMs),
    settle: (id, used) => inner.settle(id, used),
    release: (id) => inner.release(id),
  };
  const config = one({ limit_usd: 2, by: ["session"], over: "reroute", reroute_to: "cheap" });
  const it = replica(config, { stores: { ...stores, limits, exactLimits: limits }, spent: async () => 1.5e9 });
  for (const session of ["a", "b"]) await it.ask({ headers: { "x-session-id": session } });
  expect(groups.size).toBe(1);
  clock.advance(31 * DAY);
  await it.ask();
  expect(groups.size).toBe(2);
  expect(groups).not.toContain(undefined);
});

describe("periods", () => {
  test("a month ends where its zone says, across the change to summer time", async () => {
    const it = replica(one({ limit_usd: 2, time_zone: "Europe/Berlin" }));
    clock.setWall(Date.parse("2026-03-31T21:59:59Z"));
    expect(await it.passing(5)).toBe(2);
    const message = JSON.stringify(replied(await it.open().request(chat({ model: "flat" }))).json);
    expect(message).toContain("2026-03-31T22:00:00Z");
    clock.advance(1000);
    expect(await it.passing(5)).toBe(2);
  });

  test("all that is spent in a period counts to its end", async () => {
    const it = replica(one({ limit_usd: 2 }));
    clock.setWall(Date.UTC(2026, 0, 1));
    expect(await it.ask()).toBe(200);
    clock.advance(31 * DAY - 1);
    expect(await it.passing(5)).toBe(1);
    clock.advance(1);
    expect(await it.passing(5)).toBe(2);
  });

  test("what runs over the end counts where it began", async () => {
    const it = replica(one({ limit_usd: 1, period: "day" }));
    clock.setWall(Date.UTC(2026, 0, 1, 23, 59, 59));
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "flat" })));
    clock.advance(2000);
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 1)]);
    await pipeline.log("complete");
    expect(await it.passing(3)).toBe(1);
  });

  test("rolling: never more than the limit in any of its lengths, and the time told is true", async () => {
    const it = replica(one({ limit_usd: 3, period: "rolling", rolling_days: 2 }));
    const passed: number[] = [];
    for (let hour = 0; hour < 24 * 12; hour += 1) {
      if ((await it.ask()) === 200) passed.push(hour);
      clock.advance(DAY / 24);
    }
    expect(passed.length).toBeGreaterThan(9);
    for (const from of passed) expect(passed.filter((hour) => hour >= from && hour < from + 48).length).toBeLessThanOrEqual(3);

    await it.ask();
    const pipeline = it.open();
    const tokens = chat({ model: "metered", max_tokens: 2999 });
    const refused = await pipeline.request(tokens);
    const until = Date.parse(/at ([0-9TZ:-]+)\./.exec(JSON.stringify(replied(refused).json))?.[1] ?? "");
    clock.advance(until - clock.now() - 1);
    expect(replied(await it.open().request(tokens)).status).toBe(429);
    clock.advance(1);
    sent(await it.open().request(tokens));
  });
});

describe("over budget, elsewhere", () => {
  const config = { limit_usd: 2, over: "reroute", reroute_to: "cheap" };

  test("a cheaper model serves it; what that costs counts, and stops nobody", async () => {
    const it = replica(one(config));
    const asked = async () => {
      const pipeline = it.open();
      const step = sent(await pipeline.request(chat({ model: "flat" })));
      await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 1)]);
      await pipeline.log("complete");
      return { model: step.attempt.target.model, facts: pipeline.exchange.facts.of("budget-exceeded") };
    };
    const models: string[] = [];
    for (let count = 0; count < 6; count += 1) models.push((await asked()).model);
    expect(models).toEqual(["flat", "flat", "cheap", "cheap", "cheap", "cheap"]);
    expect((await asked()).facts).toEqual([{ kind: "budget-exceeded", budget: "b", rerouted: true }]);
    expect(it.counted.get("graft_budget_spent_usd_total test b")).toBeCloseTo(2.5, 9);
    expect(it.counted.get("graft_budget_requests_total test b rerouted")).toBe(5);
    // The cheaper one itself is served as well.
    expect(await it.passing(3, { model: "cheap" })).toBe(3);
  });

  test.each(["month", "rolling"])("what it cost elsewhere is gone from a %s budget", async (period) => {
    const it = replica(one({ ...config, limit_usd: 1.5, period }));
    for (let count = 0; count < 6; count += 1) await it.ask();
    const pipeline = it.open();
    const step = sent(await pipeline.request(chat({ model: "metered", max_tokens: 450 })));
    expect(step.attempt.target.model).toBe("cheap");
  });

  test("other budgets reserve for where it goes, and their refusal counts", async () => {
    const all = (limit_usd: number) => ({
      budgets: [
        { name: "b", ...config },
        { name: "all", limit_usd },
      ],
    });
    const it = replica(all(2.3));
    expect(await it.passing(20)).toBe(5);
    expect(it.counted.get("graft_budget_requests_total test all refused")).toBe(1);
  });

  test("of several, the first in the list says where", async () => {
    const it = replica({
      budgets: [
        { name: "a", limit_usd: 0.5, over: "reroute", reroute_to: "cheap" },
        { name: "b", limit_usd: 0.5, over: "reroute", reroute_to: "metered" },
      ],
    });
    expect(sent(await it.open().request(chat({ model: "flat" }))).attempt.target.model).toBe("cheap");
  });

  test("one the caller may not use: refused", async () => {
    const it = replica(one({ ...config, reroute_to: "vip" }));
    expect(await it.passing(5)).toBe(2);
  });

  test("the budgets of the model it goes to are asked and charged as well", async () => {
    const small = { name: "small", limit_usd: 1, match: { models: ["cheap"] } };
    const it = replica({ budgets: [{ name: "big", ...config, limit_usd: 1, match: { models: ["flat"] } }, small] });
    // One by `big`, ten of ten cents by `small`.
    expect(await it.passing(100)).toBe(11);
    expect(await it.ask({ model: "cheap" })).toBe(429);
    expect(it.counted.get("graft_budget_spent_usd_total test small")).toBeCloseTo(1, 9);
    expect(it.counted.get("graft_budget_spent_usd_total test big")).toBeCloseTo(2, 9);
  });

  test("it goes on from there where that one says so", async () => {
    const it = replica({
      budgets: [
        { name: "a", limit_usd: 0.5, match: { models: ["flat"] }, over: "reroute", reroute_to: "cheap" },
        { name: "b", limit_usd: 0.05, match: { models: ["cheap"] }, over: "reroute", reroute_to: "metered" },
      ],
    });
    const step = sent(await it.open().request(chat({ model: "flat", max_tokens: 1 })));
    expect(step.attempt.target.model).toBe("metered");
  });

  test.each([
    ["hard: it is refused", true, 429],
    ["soft: it stays", false, 200],
  ])("in a circle, %s", async (_, hard, status) => {
    const budgets = [
      { name: "a", limit_usd: 0.5, hard, match: { models: ["flat"] }, over: "reroute", reroute_to: "cheap" },
      { name: "b", limit_usd: 0.05, hard, match: { models: ["cheap"] }, over: "reroute", reroute_to: "flat" },
    ];
    const it = replica({ budgets });
    for (const model of ["flat", "cheap"]) await it.ask({ model });
    expect(await it.ask()).toBe(status);
    expect(await it.ask({ model: "cheap" })).toBe(status);
  });

  test("a soft one that has nowhere to send the caller stops nobody", async () => {
    expect(await replica(one({ ...config, hard: false, reroute_to: "vip" })).passing(5)).toBe(5);
  });

  test("a soft one reroutes when it is spent", async () => {
    const it = replica(one({ ...config, hard: false }));
    const models: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const pipeline = it.open();
      models.push(sent(await pipeline.request(chat({ model: "flat" }))).attempt.target.model);
      await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 1)]);
      await pipeline.log("complete");
    }
    expect(models).toEqual(["flat", "flat", "cheap", "cheap"]);
  });
});

describe("alerts", () => {
  test("each once in a period, by the exchange that passes the threshold", async () => {
    const it = replica(one());
    const seen: unknown[] = [];
    for (let count = 0; count < 12; count += 1) {
      await it.ask();
      seen.push(alertsOf(it).length);
    }
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3]);
    expect(it.told[0]?.fields).toEqual({
      policy: "test",
      budget: "b",
      percent: 80,
      hard: true,
      spent_usd: "8.00",
      limit_usd: "10.00",
      scope: {},
      period: { kind: "month", start: "2026-01-01T00:00:00.000Z", end: "2026-02-01T00:00:00.000Z" },
    });
    clock.advance(25 * DAY);
    expect(await it.passing(20)).toBe(10);
    expect(alertsOf(it)).toEqual([80, 90, 100, 80, 90, 100]);
    expect(it.counted.get("graft_budget_alerts_total test b 100")).toBe(2);
  });

  test("one exchange may pass all of them, and a soft budget stops nobody", async () => {
    const it = replica(one({ limit_usd: 0.5, hard: false, by: ["caller"] }));
    expect(await it.passing(5)).toBe(5);
    expect(alertsOf(it)).toEqual([80, 90, 100]);
    expect(it.told[0]?.fields).toMatchObject({ hard: false, scope: { caller: "test:|caller" } });
  });

  test("two replicas with one store tell once, however they take turns", async () => {
    const stores = openMemoryStores(clock);
    const replicas = [replica(one({ hard: false }), { stores }), replica(one({ hard: false }), { stores })] as const;
    await Promise.all(Array.from({ length: 24 }, (_, index) => replicas[index % 2 === 0 ? 0 : 1].ask()));
    expect(replicas.flatMap(alertsOf).sort()).toEqual([100, 80, 90]);
  });

  test("rolling: a threshold that is passed again is told again only after its length of time", async () => {
    const config = { limit_usd: 2, period: "rolling", rolling_days: 1, hard: false, alerts: [100] };
    const it = replica(one(config));
    const seen: number[] = [];
    // From the second on each makes two again of what is not forgotten: passed four times, 6 and 20 hours apart.
    for (const hours of [0, 20, 6, 20, 6]) {
      clock.advance((hours * DAY) / 24);
      await it.ask();
      seen.push(alertsOf(it).length);
    }
    expect(seen).toEqual([0, 1, 1, 2, 2]);
  });

  /** Spending is written down, but its answer does not come while `state.late`. */
  const lateAnswers = () => {
    const stores = openMemoryStores(clock);
    const state = { late: false };
    const inner = stores.exactLimits;
    const limits: Limits = {
      reserve: async (request) => {
        const result = await inner.reserve(request);
        if (state.late && request.id.endsWith(":spent")) throw new GraftError("unavailable", "late");
        return result;
      },
      renew: (id, ttlMs) => inner.renew(id, ttlMs),
      settle: (id, used) => inner.settle(id, used),
      release: (id) => inner.release(id),
    };
    return { state, stores: { ...stores, limits, exactLimits: limits } };
  };

  test("one that was passed by an exchange that got no answer is told of by the next", async () => {
    const { state, stores } = lateAnswers();
    const it = replica(one({ limit_usd: 4, alerts: [50] }), { stores });
    await it.ask();
    state.late = true;
    await it.ask();
    expect(alertsOf(it)).toEqual([]);
    state.late = false;
    await it.ask();
    expect(alertsOf(it)).toEqual([50]);
  });

  test("even where that one is refused, and by another process", async () => {
    const { state, stores } = lateAnswers();
    const config = one({ limit_usd: 1, alerts: [100] });
    state.late = true;
    await replica(config, { stores }).ask();
    const replicas = [replica(config, { stores }), replica(config, { stores })] as const;
    for (const it of [...replicas, ...replicas]) expect(await it.ask()).toBe(429);
    expect(replicas.flatMap(alertsOf)).toEqual([100]);
  });

  test("where nobody knows what was told, each process tells once", async () => {
    const stores = openMemoryStores(clock);
    const kv = { ...stores.kv, increment: () => Promise.reject(new GraftError("unavailable", "away")) };
    const it = replica(one({ hard: false, limit_usd: 2 }), { stores: { ...stores, kv } });
    expect(await it.passing(10)).toBe(10);
    expect(alertsOf(it)).toEqual([80, 90, 100]);
  });

  test("reservations alone raise none", async () => {
    const it = replica(one());
    sent(await it.open().request(chat({ model: "metered", max_tokens: 9900 })));
    expect(alertsOf(it)).toEqual([]);
  });
});

describe("models nobody knows the price of", () => {
  test.each(["estimate", "block"] as const)("%s: refused, as this one has no relatives either", async (unknownPrice) => {
    const it = replica(one(), { unknownPrice });
    expect(replied(await it.open().request(chat({ model: "own" })))).toMatchObject({
      status: 403,
      json: { error: { message: expect.stringContaining("does not know what openai-compatible/own costs") } },
    });
  });

  test("allow: it passes and costs nothing", async () => {
    const it = replica(one({ limit_usd: 0.001 }), { unknownPrice: "allow" });
    expect(await it.passing(3, { model: "own" })).toBe(3);
    expect(it.counted.get("graft_budget_spent_usd_total test b")).toBeUndefined();
  });

  test.each([
    ["estimate", 200],
    ["block", 403],
  ] as const)("a soft budget under %s: %i", async (unknownPrice, status) => {
    const it = replica(one({ hard: false }), { unknownPrice });
    expect(await it.ask({ model: "own" })).toBe(status);
    expect(await it.ask({ model: "cheap" })).toBe(200);
  });

  test("block: nor may a soft budget be rerouted to one", async () => {
    const it = replica(one({ hard: false, limit_usd: 1, over: "reroute", reroute_to: "own" }), { unknownPrice: "block" });
    expect([await it.ask(), await it.ask()]).toEqual([200, 403]);
  });
});

describe("the store is away", () => {
  const away = (stores: Stores): Stores => {
    const fail = async (): Promise<never> => {
      throw new GraftError("unavailable", "away");
    };
    const limits = { reserve: fail, renew: fail, settle: fail, release: fail };
    return { ...stores, limits, exactLimits: limits };
  };

  test.each([
    ["open", 20, 200],
    ["closed", 0, 503],
    ["local", 5, 429],
  ])("%s: %i pass", async (on_error, passing, status) => {
    const it = replica(one({}, { on_error }), { stores: away(openMemoryStores(clock)) });
    expect(await it.passing(20)).toBe(passing);
    expect(await it.ask()).toBe(status);
    expect(it.counted.get("graft_limit_store_errors_total test")).toBeGreaterThan(0);
    // Once, however many are asked.
    expect(it.told).toMatchObject([{ fields: { on_error } }]);
  });

  /** The next `state.away` reservations fail. */
  const blinking = () => {
    const stores = openMemoryStores(clock);
    const state = { away: 0 };
    const inner = stores.exactLimits;
    const limits: Limits = {
      reserve: async (request) => {
        if (state.away === 0) return inner.reserve(request);
        state.away -= 1;
        throw new GraftError("unavailable", "late");
      },
      renew: (id, ttlMs) => inner.renew(id, ttlMs),
      settle: (id, used) => inner.settle(id, used),
      release: (id) => inner.release(id),
    };
    return { state, stores: { ...stores, limits, exactLimits: limits } };
  };

  test.each([
    ["month", 50],
    ["month", 100],
    ["rolling", 50],
  ])("local: one late answer costs a %s budget nothing but what was spent (share %i)", async (period, local_share_percent) => {
    const { state, stores } = blinking();
    const it = replica(one({ limit_usd: 100, period }, { local_share_percent }), { stores });
    expect(await it.ask()).toBe(200);
    state.away = 1;
    expect(await it.ask()).toBe(200);
    expect(await it.passing(200)).toBe(98);
  });

  test("local: a soft budget reroutes nobody for it", async () => {
    const { state, stores } = blinking();
    const it = replica(one({ limit_usd: 100, hard: false, over: "reroute", reroute_to: "cheap" }), { stores });
    state.away = 1;
    expect(sent(await it.open().request(chat({ model: "flat" }))).attempt.target.model).toBe("flat");
    expect(alertsOf(it)).toEqual([]);
  });

  test("soft budgets stop nobody then either", async () => {
    const it = replica(one({ hard: false }, { on_error: "closed" }), { stores: away(openMemoryStores(clock)) });
    expect(await it.passing(20)).toBe(20);
  });
});

describe("after a restart", () => {
  const books = (nanos: number) => {
    const queries: SpentQuery[] = [];
    return {
      queries,
      spent: async (query: SpentQuery) => {
        queries.push(query);
        return nanos;
      },
    };
  };

  test("what the records say was spent counts, once, and is no news", async () => {
    const it = books(8.5e9);
    const fresh = replica(one({ by: ["caller", "feature"], match: { teams: ["red"] } }), it);
    const ask = { caller: { team: "red" }, headers: { "x-feature": "chat" } };
    expect(await fresh.passing(20, ask)).toBe(1);
    expect(it.queries).toEqual([
      { since: Date.UTC(2026, 0, 1), where: { policy: ["test"], caller: ["test:|caller"], feature: ["chat"], team: ["red"] } },
    ]);
    expect(alertsOf(fresh)).toEqual([90]);
  });

  test("what the store remembers counts, not the records", async () => {
    const stores = openMemoryStores(clock);
    expect(await replica(one(), { stores }).passing(3)).toBe(3);
    const it = books(9e9);
    expect(await replica(one(), { stores, ...it }).passing(20)).toBe(7);
    expect(it.queries).toEqual([]);
  });

  test("rolling budgets and soft ones as well", async () => {
    expect(await replica(one({ period: "rolling" }), books(8e9)).passing(20)).toBe(2);
    const soft = replica(one({ hard: false, alerts: [80, 100] }), books(9e9));
    expect(await soft.passing(3)).toBe(3);
    expect(alertsOf(soft)).toEqual([100]);
  });

  test.each([
    ["the records do not know credentials", { by: ["credential"] }, {}],
    ["Kong's policies share one name", {}, { scope: "kong-1" }],
  ])("not where %s", async (_, config, options) => {
    const it = books(9e9);
    expect(await replica(one(config), { ...options, ...it }).passing(20)).toBe(10);
    expect(it.queries).toEqual([]);
  });

  test("records that do not answer are asked again later, and stop nobody", async () => {
    let asked = 0;
    const spent = async (): Promise<number> => {
      asked += 1;
      throw new Error("away");
    };
    const it = replica(one(), { spent });
    expect(await it.passing(3)).toBe(3);
    expect(asked).toBe(1);
    expect(it.counted.get("graft_limit_store_errors_total test")).toBe(1);
  });
});

describe("answers from a cache", () => {
  const sideCall = { purpose: "cache:question", target: EMBEDS, usage: { input: 1000, output: 0 } };
  const inner = keptAnswer();
  const spent = (it: ReturnType<typeof replica>) => it.counted.get("graft_budget_spent_usd_total test b") ?? 0;

  test("cost nothing: what was reserved for them comes back", async () => {
    const it = replica(one({ limit_usd: 2 }));
    expect(await it.passing(30, { inner })).toBe(30);
    expect(await it.passing(3)).toBe(2);
    expect(spent(it)).toBe(2);
  });

  test.each(["hard", "soft"])("side calls are charged though no provider was asked for the answer: %s", async (kind) => {
    const it = replica(one({ limit_usd: 5, hard: kind === "hard" }));
    expect(await it.ask({ inner: keptAnswer({ sideCalls: [sideCall] }) })).toBe(200);
    expect(spent(it)).toBe(1);
    if (kind === "hard") expect(await it.passing(9)).toBe(4);
  });

  test("so is what was done for them when the client had its answer", async () => {
    const it = replica(one({ limit_usd: 5 }));
    expect(await it.ask({ inner: keptAnswer({ fact: { status: "stale" }, later: [sideCall, sideCall] }) })).toBe(200);
    expect(spent(it)).toBe(2);
    expect(await it.passing(9)).toBe(3);
  });

  test("a refused request pays for what refused it", async () => {
    const it = replica(one());
    const refusing = (exchange: Exchange): Hooks => ({
      request() {
        exchange.sideCalls.push(sideCall);
        throw new GraftError("content_blocked", "no");
      },
    });
    expect(await it.ask({ inner: refusing })).toBe(400);
    expect(spent(it)).toBe(1);
  });

  test("a provider that failed before a stale answer was served charges nothing", async () => {
    const it = replica(one());
    const pipeline = it.open({ inner: () => ({ rescue: () => ({ events: KEPT_EVENTS }) }) });
    sent(await pipeline.request(chat({ model: "flat" })));
    await pipeline.response(503, JSON_HEADERS);
    await pipeline.end();
    expect((await pipeline.rescue())?.status).toBe(200);
    await pipeline.log("complete");
    expect(spent(it)).toBe(0);
  });
});

describe("side calls nobody knows the price of", () => {
  const unknown = { purpose: "guard:topic", target: target("openai-compatible", "own"), usage: { input: 10, output: 0 } };
  const inner = noKeptAnswer({ sideCalls: [unknown] });

  test.each(["estimate", "allow"] as const)("%s: what is known of the cost counts all the same", async (unknownPrice) => {
    const it = replica(one({ limit_usd: 3 }), { unknownPrice });
    expect(await it.passing(9, { inner })).toBe(3);
  });

  test("block: they are not made, and others are", async () => {
    const it = replica(one(), { unknownPrice: "block" });
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "flat" })));
    expect(pipeline.exchange.forbids(unknown.target)).toMatchObject({ kind: "forbidden" });
    expect(pipeline.exchange.forbids(EMBEDS)).toBeUndefined();
    await pipeline.log("aborted");
  });

  test.each(["estimate", "allow"] as const)("%s: they are made", async (unknownPrice) => {
    const it = replica(one(), { unknownPrice });
    const pipeline = it.open();
    sent(await pipeline.request(chat({ model: "flat" })));
    expect(pipeline.exchange.forbids(unknown.target)).toBeUndefined();
    await pipeline.log("aborted");
  });
});
