/** A hard budget holds whatever comes at once, on every host; who is refused hears it in OpenAI's words. */
import OpenAI from "openai";
import { expectError, question, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { burst, held, onAllHosts, reload, steady } from "../limits/support";
import type { HostSetup } from "../support/hosts";
import { useHosts } from "../support/use-hosts";
import { ANSWER, budget, nanos, PRICE, PRICES, paid, RESERVED, usageOf } from "./support";

jest.setTimeout(30_000);

const REQUESTS = 30;
const ADMITTED = 10;

const BUDGETS = [
  budget("quota", ADMITTED * RESERVED, ["quota"]),
  budget("both-small", 3 * RESERVED, ["both"]),
  budget("both-large", 9 * RESERVED, ["both", "large"]),
  budget("move", 3 * RESERVED, ["dear"], { over: "reroute", reroute_to: "cheap" }),
  budget("watch", PRICE * 1.5, ["soft"], { hard: false, over: "reroute", reroute_to: "cheap" }),
  budget("talk", 2 * RESERVED, ["talk"], { by: ["session"], period: "rolling", rolling_days: 1 }),
  budget("unknown", 100, ["own", "next"]),
  budget("told", 100, ["told"], { hard: false, alerts: [100] }),
];

const setup = (upstream: FakeUpstream, unknown_price = "estimate"): HostSetup => ({
  providers: {
    one: steady(upstream),
    two: steady(upstream),
    // In no table, and one whose table does not know the model.
    own: { ...steady(upstream), kind: "openai-compatible" },
    table: steady(upstream),
  },
  models: [
    ...["quota", "both", "large", "dear", "soft", "talk"].map((name) => ({
      name,
      targets: [{ provider: "one", model: "gpt-4o-mini" }],
    })),
    ...["cheap", "free"].map((name) => ({ name, targets: [{ provider: "two", model: "gpt-4o-mini" }] })),
    ...["own", "told"].map((name) => ({ name, targets: [{ provider: "own", model: "llama" }] })),
    { name: "next", targets: [{ provider: "table", model: "gpt-99" }] },
  ],
  policy: { unknown_price, plugins: { budget: { budgets: BUDGETS } } },
  sections: { prices: PRICES, usage: { path: "books.db" } },
});

const hosts = useHosts((upstream) => setup(upstream));

function expectRefused(seen: Seen): void {
  expectError(seen, { status: 429, code: "insufficient_quota", type: "insufficient_quota" });
  expect(seen.headers["x-should-retry"]).toBe("false");
  for (const header of ["retry-after", "retry-after-ms", "x-graft-target"]) expect(seen.headers).not.toHaveProperty(header);
  // What others spend is not the client's business.
  expect(text(seen)).not.toMatch(/\$|usd/i);
}

onAllHosts(hosts, (host, add) => {
  const ask = (model: string, headers: Readonly<Record<string, string>> = {}, more: object = {}) =>
    host.ask(question(model, { max_tokens: ANSWER, ...more }), { headers });
  /** With an answer that costs `PRICE`, settled when this resolves. */
  const pay = async (...asked: Parameters<typeof ask>): Promise<Seen> => {
    host.upstream.script(paid);
    const seen = await ask(...asked);
    // The answer is for somebody else then.
    if (seen.status !== 200) await ask("free");
    await host.idle();
    return seen;
  };
  const decided = (name: string, result: string) => host.metric("graft_budget_requests_total", { budget: name, result });
  const spent = async (name: string) => nanos(await host.metric("graft_budget_spent_usd_total", { budget: name }));

  add("30 at once against a budget that fits 10", async () => {
    const at = { urls: [host.url], upstream: host.upstream, gate: gate() };
    const { admitted, refused } = await burst(at, question("quota", { max_tokens: ANSWER }), {
      count: REQUESTS,
      admitted: ADMITTED,
    });
    console.info(`${host.name}: ${REQUESTS} requests at once, ${admitted.length} admitted, bound ${ADMITTED}`);
    expect(admitted.length).toBe(ADMITTED);
    for (const seen of refused) expectRefused(seen);
    expect(await decided("quota", "refused")).toBe(REQUESTS - ADMITTED);
    expect((await host.record(refused[0]!))["facts"]).toContainEqual({
      kind: "budget-exceeded",
      budget: "quota",
      rerouted: false,
    });
  });

  add("what was reserved and not used has come back; then it is spent, to the last answer that fits", async () => {
    await host.idle();
    const before = await spent("quota");
    expect(before).toBeGreaterThan(0);
    let passed = 0;
    let seen = await pay("quota");
    for (; seen.status === 200; seen = await pay("quota")) passed += 1;
    expectRefused(seen);
    const limit = nanos(ADMITTED * RESERVED);
    expect(await spent("quota")).toBe(before + passed * nanos(PRICE));
    expect(await spent("quota")).toBeLessThanOrEqual(limit);
    expect(await spent("quota")).toBeGreaterThan(limit - nanos(RESERVED));
    const { total } = await usageOf(host.running.adminUrls[0], "alias=quota", REQUESTS + passed + 1);
    expect(total).toMatchObject({ requests: REQUESTS + passed + 1, errors: REQUESTS - ADMITTED + 1 });
    expect(nanos(total.cost_usd)).toBe(await spent("quota"));
  });

  add("OpenAI's SDK: insufficient_quota, and it does not try again", async () => {
    const asked = host.upstream.requests.length;
    const before = await decided("quota", "refused");
    const error: unknown = await host
      .openai({ maxRetries: 5 })
      .chat.completions.create({ model: "quota", max_tokens: ANSWER, messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "insufficient_quota", type: "insufficient_quota" });
    expect(String(error)).toMatch(/You exceeded the budget 'quota', or this request would\. There will be room again at \d{4}-/);
    expect(await decided("quota", "refused")).toBe(before + 1);
    expect(host.upstream.requests).toHaveLength(asked);
  });

  add("streams are refused before they begin", async () => {
    expectRefused(await ask("quota", {}, { stream: true }));
    const stream = await host
      .openai()
      .chat.completions.create({ model: "quota", stream: true, max_tokens: ANSWER, messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(stream).toBeInstanceOf(OpenAI.RateLimitError);
  });

  add("a request that may cost more than the whole budget, for ever", async () => {
    const seen = await ask("quota", {}, { max_tokens: 1_000_000 });
    expectRefused(seen);
    expect(text(seen)).toContain("may cost more than the whole budget 'quota'. A lower limit on the answer's length may help.");
  });

  add("two budgets: reserved of both or of none", async () => {
    const at = { urls: [host.url], upstream: host.upstream, gate: gate() };
    const { admitted, refused } = await burst(at, question("both", { max_tokens: ANSWER }), { count: 10, admitted: 3 });
    expect(admitted).toHaveLength(3);
    for (const seen of refused) expect(text(seen)).toContain("'both-small'");
    await host.idle();
    // Nothing of the refused is missing in the larger one: what the three did cost takes the room of none.
    const others = await burst({ ...at, gate: gate() }, question("large", { max_tokens: ANSWER }), { count: 12, admitted: 9 });
    expect(others.admitted).toHaveLength(9);
    expect(await spent("both-large")).toBeLessThan(nanos(RESERVED));
  });

  add("over budget, a cheaper model serves: the client sees which", async () => {
    const count = 12;
    const waiting = gate();
    const before = host.upstream.requests.length;
    host.upstream.script(...Array.from({ length: count }, () => held(waiting)));
    const asked = Array.from({ length: count }, () => ask("dear"));
    await host.upstream.waitFor(before + count);
    waiting.open();
    const admitted = await Promise.all(asked);
    expect(admitted.filter(({ status }) => status === 200)).toHaveLength(count);
    const by = (target: string) => admitted.filter(({ headers }) => headers["x-graft-target"] === target);
    expect(by("one/gpt-4o-mini")).toHaveLength(3);
    const moved = by("two/gpt-4o-mini");
    expect(moved).toHaveLength(count - 3);
    expect(await decided("move", "rerouted")).toBe(count - 3);
    const record = await host.record(moved[0]!);
    expect(record).toMatchObject({ alias: "dear", target: "two/gpt-4o-mini", status: 200 });
    expect(record["facts"]).toContainEqual({ kind: "budget-exceeded", budget: "move", rerouted: true });
    // All of them are paid from it.
    await host.idle();
    const { total } = await usageOf(host.running.adminUrls[0], "alias=cheap&alias=dear", count);
    expect(await spent("move")).toBe(nanos(total.cost_usd));
  });

  add("a soft budget stops nobody, and sends those who come later elsewhere", async () => {
    const targets: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      const seen = await pay("soft");
      expect(seen.status).toBe(200);
      targets.push(seen.headers["x-graft-target"]);
    }
    expect(targets).toEqual(["one/gpt-4o-mini", "one/gpt-4o-mini", "two/gpt-4o-mini"]);
  });

  add("each session has its own, by header or by metadata; those without one share one", async () => {
    const talk = async (headers: Readonly<Record<string, string>>, more: object = {}) =>
      (await pay("talk", headers, more)).status;
    const a = { "x-session-id": "a" };
    expect([await talk(a), await talk(a), await talk(a)]).toEqual([200, 200, 429]);
    expect(await talk({ "x-session-id": "b" })).toBe(200);
    const inBody = { metadata: { session_id: "b" } };
    expect([await talk({}, inBody), await talk({}, inBody)]).toEqual([200, 429]);
    expect([await talk({}), await talk({}), await talk({})]).toEqual([200, 200, 429]);
    expect(await talk(a)).toBe(429);
  });

  add("a model without a price is no way around a budget: block, estimate, allow", async () => {
    const unpriced = () => host.metric("graft_unpriced_requests_total", { provider: "own" });
    const expectForbidden = (seen: Seen) => {
      expectError(seen, { status: 403, code: "permission_denied" });
      expect(seen.headers["x-should-retry"]).toBe("false");
      expect(text(seen)).toContain("does not know what");
    };
    // By the dearest model that is called alike; there is none of `own`.
    const estimated = await ask("next");
    expect(estimated.status).toBe(200);
    expect(await host.record(estimated)).toMatchObject({
      priced: "estimated",
      cost_usd: expect.stringMatching(/^0\.0\d*[1-9]$/),
    });
    const asked = host.upstream.requests.length;
    expectForbidden(await ask("own"));
    // A soft budget stops nobody, and nothing hides that it does not know.
    expect((await ask("told")).status).toBe(200);
    await host.idle();
    expect(await unpriced()).toBe(1);

    await reload(host.running, setup(host.upstream, "block"));
    // Soft ones as well: they could not tell.
    for (const model of ["own", "next", "told"]) expectForbidden(await ask(model));
    expect(host.upstream.requests).toHaveLength(asked + 1);

    await reload(host.running, setup(host.upstream, "allow"));
    const before = await spent("unknown");
    const allowed = await ask("own");
    expect(allowed.status).toBe(200);
    expect(allowed.headers).not.toHaveProperty("x-graft-cost");
    const record = await host.record(allowed);
    expect(record).toMatchObject({ priced: "unknown", input_tokens: expect.any(Number) });
    expect(record).not.toHaveProperty("cost_usd");
    expect(await unpriced()).toBe(2);
    expect(await spent("unknown")).toBe(before);
    const { total } = await usageOf(host.running.adminUrls[0], "alias=own&alias=told&provider=own", 2);
    expect(total).toMatchObject({ requests: 2, unpriced_requests: 2, cost_usd: "0.00" });
  });
});
