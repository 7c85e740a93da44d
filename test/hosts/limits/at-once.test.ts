/** Thirty requests at once against a limit of ten, on every host: ten pass, the others hear why in OpenAI's words. */
import OpenAI from "openai";
import { expectError, question, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { until } from "../../e2e/support/until";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import type { HostSetup } from "../support/hosts";
import { useHosts } from "../support/use-hosts";
import { burst, header, limit, onAllHosts, PRICES, reload, steady, usageOf } from "./support";

jest.setTimeout(30_000);

const REQUESTS = 30;
const ADMITTED = 10;
/** Reserved for each answer; a prompt of these tests has some twenty tokens. */
const ANSWER = 1000;

const LIMITS = [
  limit("asks", "requests", ADMITTED, ["asks"]),
  limit("bucket", "requests", ADMITTED, ["bucket"], { algorithm: "token_bucket" }),
  limit("in-all", "total_tokens", ADMITTED * (ANSWER + 60), ["in-all"]),
  limit("answers", "output_tokens", ADMITTED * ANSWER, ["answers"]),
  // An answer of a thousand tokens costs 0.002 dollars.
  limit("money", "cost", ADMITTED * 0.0021, ["money"]),
  limit("running", "concurrency", ADMITTED, ["running"]),
  limit("both-asks", "requests", ADMITTED + 5, ["both"]),
  limit("both-running", "concurrency", ADMITTED, ["both"]),
  limit("watched", "requests", ADMITTED, ["watched"], { shadow: true }),
  limit("second", "requests", 2, ["second"], { per: "second", algorithm: "token_bucket", burst: 2 }),
];

const MODELS = ["asks", "bucket", "in-all", "answers", "money", "running", "both", "watched", "second", "free"];

const setup = (upstream: FakeUpstream, limits = LIMITS): HostSetup => ({
  providers: { one: steady(upstream) },
  models: MODELS.map((name) => ({ name, targets: [{ provider: "one", model: "gpt-4o-mini" }] })),
  policy: { plugins: { rate_limit: { limits } } },
  sections: { prices: PRICES },
});

const hosts = useHosts((upstream) => setup(upstream));

function expectRefused(seen: Seen): void {
  expectError(seen, { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
  expect(header(seen, "retry-after")).toBeGreaterThan(0);
  expect(header(seen, "retry-after-ms")).toBeGreaterThan(0);
  expect(seen.headers["x-should-retry"]).not.toBe("false");
  expect(seen.headers["x-graft-target"]).toBeUndefined();
}

onAllHosts(hosts, (host, add) => {
  const limited = (limit: string, result: string) => host.metric("graft_rate_limit_total", { limit, result });
  const at = () => ({ urls: [host.url], upstream: host.upstream, gate: gate() });

  for (const model of ["asks", "bucket", "in-all", "answers", "money", "running", "both"]) {
    add(model, async () => {
      const { admitted, refused } = await burst(at(), question(model, { max_tokens: ANSWER }), {
        count: REQUESTS,
        admitted: ADMITTED,
      });
      console.info(`${host.name}, ${model}: ${REQUESTS} requests at once, ${admitted.length} admitted, bound ${ADMITTED}`);
      expect(admitted.length).toBe(ADMITTED);
      for (const seen of refused) expectRefused(seen);
      await host.idle();
      const again = await host.ask(question(model, { max_tokens: ANSWER }));
      // What was reserved and not used has come back; requests have been used.
      expect(again.status).toBe(["asks", "bucket"].includes(model) ? 429 : 200);
    });
  }

  add("what the headers say, admitted and refused", async () => {
    const reserved = await host.ask(question("in-all", { max_tokens: ANSWER }));
    expect(reserved.status).toBe(200);
    expect(reserved.headers).toMatchObject({
      "x-ratelimit-limit-tokens": String(ADMITTED * (ANSWER + 60)),
      "x-ratelimit-remaining-tokens": expect.stringMatching(/^\d+$/),
      "x-ratelimit-reset-tokens": expect.stringMatching(/^\d+m\d+s$|^\d+h\d+m\d+s$/),
      "ratelimit-policy": `"in-all";q=${ADMITTED * (ANSWER + 60)};qu="total-tokens";w=3600`,
      ratelimit: expect.stringMatching(/^"in-all";r=\d+;t=\d+$/),
    });
    // The provider's own: of an account that is not the client's.
    expect(reserved.headers).not.toHaveProperty("x-ratelimit-remaining-requests");
    const refused = await host.ask(question("asks"));
    expectRefused(refused);
    expect(refused.headers).toMatchObject({ "x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "0" });
    expect(refused.headers["ratelimit"]).toMatch(/^"asks";r=0;t=\d+$/);
    expect(text(refused)).toContain("Rate limit 'asks' reached on requests per hour. Limit 10, requested 1.");
    const slots = await host.ask(question("both"));
    expect(slots.headers["ratelimit-policy"]).toBe('"both-asks";q=15;w=3600, "both-running";q=10;qu="concurrent-requests"');
    const money = await host.ask(question("money"));
    // What things cost is the operator's business.
    expect(Object.keys(money.headers).filter((it) => it.includes("ratelimit"))).toEqual([]);
    // Without `trailing_event`, a stream ends as OpenAI's do.
    const stream = await host.stream("free");
    expect(text(stream)).toMatch(/data: \[DONE\]\n\n$/);
    expect(stream.headers).not.toHaveProperty("x-graft-usage");
    const free = await host.ask(question("free"));
    expect(Object.keys(free.headers).filter((it) => it.includes("ratelimit"))).toEqual([]);
  });

  add("tokens are settled by the provider's own count", async () => {
    const first = await host.ask(question("in-all", { max_tokens: ANSWER }));
    await host.record(first);
    const second = await host.ask(question("in-all", { max_tokens: ANSWER }));
    const { input, output } = usageOf(first);
    const remaining = [first, second].map((seen) => header(seen, "x-ratelimit-remaining-tokens")) as [number, number];
    expect(remaining[0] - remaining[1]).toBe(input + output);
    await host.record(second);
  });

  add("OpenAI's SDK: a RateLimitError", async () => {
    const asked = host.upstream.requests.length;
    const error: unknown = await host
      .openai()
      .chat.completions.create({ model: "asks", messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    expect(host.upstream.requests).toHaveLength(asked);
  });

  add("OpenAI's SDK waits as long as it is told, and is admitted", async () => {
    const client = host.openai({ maxRetries: 1 });
    const one = () => client.chat.completions.create({ model: "second", messages: [{ role: "user", content: "hi" }] });
    // Two at once; the third comes again when the bucket has one, the fourth when it has two.
    const answers = await Promise.all([one(), one(), one()]);
    expect(answers).toHaveLength(3);
  });

  add("larger than the limit can ever be: nobody shall try again", async () => {
    const asked = host.upstream.requests.length;
    const body = question("answers", { max_tokens: ADMITTED * ANSWER + 1 });
    const seen = await host.ask(body);
    expectError(seen, { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    expect(seen.headers["x-should-retry"]).toBe("false");
    expect(seen.headers).not.toHaveProperty("retry-after");
    expect(text(seen)).toContain("larger than the limit 'answers'");
    const patient = host.openai({ maxRetries: 5 });
    const error: unknown = await patient.chat.completions
      .create({ model: "answers", max_tokens: ADMITTED * ANSWER + 1, messages: [{ role: "user", content: "hi" }] })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(host.upstream.requests).toHaveLength(asked);
  });

  add("a shadow stops nobody, and says whom it would have stopped", async () => {
    const { admitted } = await burst(at(), question("watched"), { count: REQUESTS, admitted: REQUESTS });
    expect(admitted.length).toBe(REQUESTS);
    await host.idle();
    expect(await limited("watched", "shadow-refused")).toBe(REQUESTS - ADMITTED);
    expect(await limited("watched", "admitted")).toBe(ADMITTED);
    expect(Object.keys(admitted[0]!.headers).filter((it) => it.includes("ratelimit"))).toEqual([]);
  });

  add("who is refused has a record, and is counted by limit", async () => {
    const seen = await host.ask(question("asks"));
    expect(await host.record(seen)).toMatchObject({ status: 429, error: "rate_limited", attempts: 0, outcome: "complete" });
    expect((await host.record(seen))["facts"]).toContainEqual({ kind: "limit-refused", limit: "asks", shadow: false });
    expect(await limited("asks", "refused")).toBeGreaterThan(REQUESTS - ADMITTED);
    expect(await limited("asks", "admitted")).toBe(ADMITTED);
  });

  add("a limit changed while requests run: running ones are settled, new ones count against the new limit", async () => {
    const waiting = gate();
    const before = host.upstream.requests.length;
    host.upstream.script({ do: "hang-before-headers", until: waiting.opened });
    const running = host.ask(question("free"));
    await host.upstream.waitFor(before + 1);
    const more = LIMITS.map((it) => (it["name"] === "asks" ? { ...it, limit: ADMITTED + 3 } : it));
    await reload(host.running, setup(host.upstream, [...more, limit("free", "concurrency", 1, ["free"])]));
    const { admitted } = await burst(at(), question("asks"), { count: REQUESTS, admitted: ADMITTED + 3 });
    console.info(`${host.name}, limit changed from ${ADMITTED} to ${ADMITTED + 3}: ${admitted.length} of ${REQUESTS} admitted`);
    expect(admitted.length).toBe(ADMITTED + 3);
    // Begun when there was no limit: the slot is free for others.
    expect((await host.ask(question("free"))).status).toBe(200);
    waiting.open();
    expect((await running).status).toBe(200);

    await reload(host.running, { ...setup(host.upstream), sections: { prices: PRICES, usage: { path: "later.db" } } });
    const warned = { level: "warn", msg: "`store`, `usage` or `audit` changed: that takes a new process" };
    await until("a warning", () =>
      host.running.processors[0]?.lines.find(({ level, msg }) => level === warned.level && msg === warned.msg),
    );
  });
});
