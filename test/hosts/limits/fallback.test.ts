/** Limits of targets: a fallback counts against its own, and a target without room is not asked. */
import { expectError, question } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { HostSetup } from "../support/hosts";
import { useHosts } from "../support/use-hosts";
import { header, held, limit, onAllHosts, steady } from "./support";

jest.setTimeout(30_000);

const a = { provider: "one", model: "do-500" };
const b = { provider: "two", model: "gpt-4o-mini" };
const ANSWER = 1000;

/** A chain from A, which is down, to B; and either of them alone. Each test has its own three, and a limit that counts A and B apart. */
const chains = (name: string) => [
  { name, targets: [a, b] },
  { name: `${name}-a`, targets: [{ ...a, model: "gpt-4o" }] },
  { name: `${name}-b`, targets: [b] },
  { name: `${name}-twice`, targets: [{ ...a, model: "gpt-4o" }, b] },
];
const ofTarget = (name: string, unit: string, most: number) =>
  limit(name, unit, most, [name, `${name}-a`, `${name}-b`, `${name}-twice`], { by: ["target"] });

const setup = (upstream: FakeUpstream): HostSetup => ({
  providers: { one: steady(upstream), two: steady(upstream) },
  models: ["asks", "tokens", "slots", "both"].flatMap(chains),
  policy: {
    plugins: {
      rate_limit: {
        limits: [
          ofTarget("asks", "requests", 2),
          ofTarget("tokens", "total_tokens", 2 * (ANSWER + 60)),
          ofTarget("slots", "concurrency", 1),
          ofTarget("both", "requests", 3),
        ],
      },
    },
  },
});

const hosts = useHosts(setup);

onAllHosts(hosts, (host, add) => {
  const ask = (model: string) => host.ask(question(model, { max_tokens: ANSWER }));
  const asked = (model: string) => host.upstream.requests.filter((it) => it.model === model).length;

  add("B is full: A's failure is what the client hears, and B is not asked", async () => {
    const before = asked(b.model);
    for (let count = 0; count < 2; count += 1) expect((await ask("asks-b")).status).toBe(200);
    expectError(await ask("asks-b"), { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    const seen = await ask("asks");
    expectError(seen, { status: 502, code: "upstream_error" });
    expect(seen.headers).toMatchObject({ "x-graft-target": "one/do-500", "x-graft-attempts": "1" });
    const facts = (await host.record(seen))["facts"];
    expect(facts).toContainEqual({ kind: "limit-refused", limit: "asks", shadow: false });
    // Where the host asks before it goes on, it says so; where it does not, the plan was made without B.
    if (host.can.skipTarget) expect(facts).toContainEqual({ kind: "target-skipped", target: "two/gpt-4o-mini" });
    expect(asked(b.model) - before).toBe(2);
    console.info(
      `${host.name}, fallback from A to B with a limit of 2 for each: ${asked(b.model) - before} of 4 requests reached B`,
    );
  });

  add("A is full: B is asked at once", async () => {
    // Failures count as requests.
    expect((await ask("asks")).status).toBe(502);
    const before = asked(a.model);
    expectError(await ask("asks"), { status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
    expect(asked(a.model)).toBe(before);
    // The same limit, for a target that has room.
    const seen = await ask("asks-a");
    expect(seen.headers).toMatchObject({ "x-graft-target": "one/gpt-4o", "x-ratelimit-remaining-requests": "1" });
    expect((await ask("asks-a")).status).toBe(200);
    expect((await ask("asks-a")).status).toBe(429);
  });

  add("A is full: the chain goes to B in its place", async () => {
    for (let count = 0; count < 3; count += 1) expect((await ask("both-a")).status).toBe(200);
    for (const status of [200, 200, 200, 429]) {
      const seen = await ask("both-twice");
      expect(seen.status).toBe(status);
      if (status === 200) expect(seen.headers).toMatchObject({ "x-graft-target": "two/gpt-4o-mini", "x-graft-attempts": "1" });
      else expect(header(seen, "retry-after")).toBeGreaterThan(0);
    }
  });

  add("tokens: A's failure costs A nothing, B pays for what it answered", async () => {
    const room = async (model: string) => {
      const seen = await ask(model);
      expect(seen.status).toBe(200);
      const record = await host.record(seen);
      return {
        seen,
        left: header(seen, "x-ratelimit-remaining-tokens"),
        used: Number(record["input_tokens"]) + Number(record["output_tokens"]),
      };
    };
    const before = await room("tokens-b");
    const fallen = await ask("tokens");
    expect(fallen.headers).toMatchObject({ "x-graft-target": "two/gpt-4o-mini", "x-graft-attempts": "2" });
    const record = await host.record(fallen);
    const used = Number(record["input_tokens"]) + Number(record["output_tokens"]);
    expect(used).toBeGreaterThan(5);
    const after = await room("tokens-b");
    // The same question each time: what was reserved for it is the same.
    expect(before.left - after.left).toBe(before.used + used);
    // A has all of its room, although it was reserved two times.
    expect((await ask("tokens")).headers["x-graft-attempts"]).toBe("2");
  });

  add("slots: one at a time for B, also when it answers for A, and free again", async () => {
    const { opened, open } = gate();
    const before = host.upstream.requests.length;
    // A's failure first, then B's long answer.
    host.upstream.script({ do: "status", n: 500 }, held({ opened, open }));
    const running = ask("slots");
    await host.upstream.waitFor(before + 2);
    expect((await ask("slots-b")).status).toBe(429);
    // A is not asked any more, so its slot is free, and it fails; where all targets are reserved at once, both are kept to the end.
    expect((await ask("slots")).status).toBe(host.can.skipTarget ? 502 : 429);
    open();
    expect(await running).toMatchObject({ status: 200, headers: { "x-graft-target": "two/gpt-4o-mini" } });
    await host.record(await running);
    expect((await ask("slots-b")).status).toBe(200);
  });
});
