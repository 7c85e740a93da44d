/** Requests that are the same share one call while it runs, whoever of them leaves and however it ends; on every host, in one process. */
import { setTimeout as sleep } from "node:timers/promises";
import { expectError, said } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { Stack } from "../../e2e/support/stack";
import { until } from "../../e2e/support/until";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, reload, steady } from "../limits/support";
import { graftYaml, type HostSetup } from "../support/hosts";
import { type HostUnderTest, useHosts } from "../support/use-hosts";
import { answerIn, asking, cacheOf, calls, hit, inFlight, reading, STREAMED } from "./support";

jest.setTimeout(30_000);

const REQUESTS = 200;

/** One for each host, to be closed by its test. */
const mortals = new Map<string, FakeUpstream>();

afterAll(() => Promise.all([...mortals.values()].map((it) => it.close())));

const setup = async (upstream: FakeUpstream, name: string, cache: Readonly<Record<string, unknown>> = {}): Promise<HostSetup> => {
  const mortal = mortals.get(name) ?? (await startFakeUpstream());
  mortals.set(name, mortal);
  return {
    providers: { one: steady(upstream), mortal: steady(mortal) },
    models: [
      { name: "m", targets: [{ provider: "one", model: "gpt-4o-mini" }] },
      { name: "m/*", targets: [{ provider: "one", model: "*" }] },
      {
        name: "down",
        targets: [
          { provider: "one", model: "demo-down" },
          { provider: "one", model: "do-500" },
        ],
      },
      {
        name: "mortal",
        targets: [
          { provider: "mortal", model: "gpt-4o-mini" },
          { provider: "one", model: "gpt-4o-mini" },
        ],
      },
    ],
    policy: { plugins: { cache: { scope: "policy", ...cache } } },
  };
};

const hosts = useHosts((upstream, name) => setup(upstream, name));

onAllHosts(hosts, (host: HostUnderTest, add) => {
  const arrived = (count: number) => inFlight(host.running.adminUrls, count);
  const read = (model: string, content: string, stream: boolean) =>
    reading(host.url, asking(model, content, stream ? STREAMED : {}));
  const live = host.can.liveFollowers;

  add("200 at once, streamed and whole: one call, one answer", async () => {
    const { opened, open } = gate();
    host.upstream.script({ do: "hang-before-headers", until: opened });
    const { got, calls: made } = await calls(host, async () => {
      const answers = Array.from({ length: REQUESTS }, (_, at) =>
        host.ask(asking("m", "All the same?", at % 2 === 0 ? STREAMED : {})),
      );
      await arrived(REQUESTS);
      open();
      return await Promise.all(answers);
    });
    console.info(`${host.name}: ${REQUESTS} identical requests at once, ${made} call`);
    expect(made).toBe(1);
    const [first, ...others] = got.map((seen) => answerIn(seen));
    expect(first?.choices[0]?.content).toContain("All the same?");
    for (const other of others) expect(other).toEqual(first);
    expect(got.map(cacheOf).sort()).toEqual([...Array(REQUESTS - 1).fill("hit"), "miss"]);
    const records = await Promise.all(got.map((seen) => host.record(seen)));
    expect(records.filter(({ attempts }) => attempts === 1)).toHaveLength(1);
    const shared = records.filter(({ usage }) => usage === "shared");
    expect(shared).toHaveLength(REQUESTS - 1);
    for (const record of shared) {
      expect(record).toMatchObject({ status: 200, outcome: "complete", cache: "hit", attempts: 0, model: "gpt-4o-mini" });
      expect(record).not.toHaveProperty("input_tokens");
    }
    expect(await calls(host, () => hit(() => host.ask(asking("m", "All the same?"))))).toMatchObject({ calls: 0 });
  });

  add("followers read along where the host can, else they get it at its end", async () => {
    const { opened, open } = gate();
    host.upstream.script({ do: "hang-mid-stream", n: 5, until: opened });
    const leader = read("m", "Word by word?", true);
    await leader.begun;
    const followers = [read("m", "Word by word?", true), read("m", "Word by word?", false), read("m", "Word by word?", true)];
    await arrived(4);
    if (live) await Promise.all([followers[0]?.begun, followers[2]?.begun]);
    // They stand where the leader stands, or have nothing yet.
    expect(followers.map((it) => it.text() === "")).toEqual(live ? [false, true, false] : [true, true, true]);
    open();
    const [first, ...others] = await Promise.all([leader, ...followers].map((it) => it.ended));
    expect(first?.complete).toBe(true);
    for (const other of others) {
      expect(other).toMatchObject({ status: 200, complete: true });
      expect(answerIn(other)).toEqual(answerIn(first as Seen));
    }
  });

  for (const leads of [true, false]) {
    add(`who asked first leaves (${leads ? "streamed" : "whole"}): the others get their answers`, async () => {
      const [model, content] = [`m/left-${leads}`, "Who leaves?"];
      const before = host.upstream.requests.length;
      const { opened, open } = gate();
      host.upstream.script(leads ? { do: "hang-mid-stream", n: 5, until: opened } : { do: "hang-after-headers", until: opened });
      const leader = read(model, content, leads);
      await host.upstream.waitFor(before + 1);
      if (leads) await leader.begun;
      const followers = [read(model, content, true), read(model, content, false)];
      await arrived(3);
      if (leads && live) await followers[0]?.begun;
      leader.leave();
      // Where it does not go on without its client, one of the others makes the call.
      await (live ? sleep(100) : host.upstream.waitFor(before + 2));
      open();
      for (const seen of await Promise.all(followers.map((it) => it.ended))) {
        expect(seen).toMatchObject({ status: 200, complete: true });
        expect(answerIn(seen).choices).toMatchObject([{ content: expect.stringContaining(content), finish: "stop" }]);
      }
      expect(host.upstream.requests.length - before).toBe(live ? 1 : 2);
      expect(host.upstream.requests.slice(before).map(({ aborted }) => aborted)).toEqual(live ? [false] : [true, false]);
      // What it used was used in full where it went on.
      const left = await host.recordWith({ alias: model, cache: "miss", outcome: live ? "complete" : "aborted" });
      expect(left).toMatchObject({ attempts: 1, stream: leads });
      const kept = await calls(host, () => hit(() => host.ask(asking(model, content))));
      expect(kept.calls).toBe(0);
    });
  }

  for (const stream of [true, false]) {
    add(`who leaves alone (${stream ? "streamed" : "whole"}): the call ends, and nothing half is kept`, async () => {
      const content = `Who is alone? ${stream}`;
      const before = host.upstream.requests.length;
      host.upstream.script({ do: stream ? "hang-mid-stream" : "hang-after-headers" });
      const client = read("m", content, stream);
      if (stream) await client.begun;
      const call = (await host.upstream.waitFor(before + 1))[before];
      await sleep(20);
      client.leave();
      await call?.finished;
      expect(call?.aborted).toBe(true);
      await arrived(0);
      const next = await calls(host, () => host.ask(asking("m", content)));
      expect([cacheOf(next.got), next.calls, next.got.status]).toEqual(["miss", 1, 200]);
      expect(said(next.got)).toContain(content);
    });
  }

  add("followers that leave are no matter to the others", async () => {
    const { opened, open } = gate();
    host.upstream.script({ do: "hang-mid-stream", n: 5, until: opened });
    const before = host.upstream.requests.length;
    const leader = read("m", "Who stays?", true);
    await host.upstream.waitFor(before + 1);
    const all = [leader, ...[true, false, true, false].map((stream) => read("m", "Who stays?", stream))];
    await arrived(5);
    all[1]?.leave();
    all[2]?.leave();
    await arrived(3);
    open();
    for (const at of [0, 3, 4]) {
      const seen = await all[at]?.ended;
      expect(seen).toMatchObject({ status: 200, complete: true });
      expect(seen && answerIn(seen).choices[0]?.content).toContain("Who stays?");
    }
    expect(host.upstream.requests.length - before).toBe(1);
  });

  add("no target has an answer: all hear of it, after one round of calls", async () => {
    const { opened, open } = gate();
    host.upstream.script({ do: "hang-before-headers", until: opened });
    const { got, calls: made } = await calls(host, async () => {
      const answers = [true, false, true, false, true].map((stream) => host.ask(asking("down", "Who fails?", { stream })));
      await arrived(answers.length);
      open();
      return await Promise.all(answers);
    });
    expect(made).toBe(2);
    for (const seen of got) expectError(seen, { status: 502, code: "upstream_error" });
    const records = await Promise.all(got.map((seen) => host.record(seen)));
    expect(records.filter(({ attempts }) => attempts === 0)).toHaveLength(4);
    // Nothing of it is kept.
    expect((await calls(host, () => host.ask(asking("down", "Who fails?")))).calls).toBe(2);
  });

  add("the provider breaks off: who has read half hears of it, the others get an answer", async () => {
    const mortal = mortals.get(host.name);
    mortal?.script({ do: "hang-mid-stream", n: 5 });
    const before = host.upstream.requests.length;
    const leader = read("mortal", "Who has half?", true);
    await leader.begun;
    const half = read("mortal", "Who has half?", true);
    const none = read("mortal", "Who has half?", false);
    await arrived(3);
    if (live) await half.begun;
    await mortal?.close();
    const [first, second, third] = await Promise.all([leader.ended, half.ended, none.ended]);
    expect(first?.body.toString("utf8")).not.toContain("[DONE]");
    if (live) {
      expect(second).toMatchObject({ status: 200, complete: true });
      const events = second?.body.toString("utf8").split("\n\n") ?? [];
      expect(events.filter((event) => event.includes('"error"'))).toHaveLength(1);
      expect(second?.body.toString("utf8")).not.toContain("[DONE]");
    } else expect(second && answerIn(second).choices[0]?.content).toContain("Who has half?");
    expect(third && answerIn(third).choices[0]?.content).toContain("Who has half?");
    expect(host.upstream.requests.length - before).toBe(1);
  });

  add("nobody waits longer than `wait_ms`: then with a call of one's own", async () => {
    await reload(host.running, await setup(host.upstream, host.name, { single_flight: { wait_ms: 200 } }));
    const { opened, open } = gate();
    const before = host.upstream.requests.length;
    host.upstream.script({ do: "hang-before-headers", until: opened });
    const leader = read("m", "How long?", true);
    await host.upstream.waitFor(before + 1);
    const follower = await host.ask(asking("m", "How long?"));
    expect([follower.status, cacheOf(follower)]).toEqual([200, "miss"]);
    expect(host.upstream.requests.length - before).toBe(2);
    open();
    expect(answerIn(await leader.ended)).toMatchObject({ choices: [{ finish: "stop" }] });
  });

  add("an own call for each where it is off; anonymous callers bypass", async () => {
    await reload(host.running, await setup(host.upstream, host.name, { single_flight: { enabled: false } }));
    const { opened, open } = gate();
    host.upstream.script(...Array(3).fill({ do: "hang-before-headers", until: opened }));
    const each = await calls(host, async () => {
      const answers = [1, 2, 3].map(() => host.ask(asking("m", "Each alone?")));
      await arrived(3);
      open();
      return await Promise.all(answers);
    });
    expect([each.calls, each.got.map(({ status }) => status)]).toEqual([3, [200, 200, 200]]);
    for (const scope of ["caller", "team"]) {
      await reload(host.running, await setup(host.upstream, host.name, { scope }));
      const twice = await calls(host, async () => [
        await host.ask(asking("m", scope)),
        await host.ask(asking("m", scope, { stream: true })),
      ]);
      expect([twice.calls, twice.got.map(cacheOf)]).toEqual([2, ["bypass", "bypass"]]);
      const only = await host.ask(asking("m", scope), { headers: { "cache-control": "only-if-cached" } });
      expectError(only, { status: 504, code: "not_cached" });
    }
  });
});

test("ext_proc: who waits longer than Envoy's message_timeout is waited for", async () => {
  const upstream = await startFakeUpstream();
  const stack = await Stack.start({
    mode: "ext_proc",
    config: graftYaml(await setup(upstream, "short")),
    editBootstrap: (yaml) => yaml.replace(/(\bmessage_timeout: )30s/, "$10.5s"),
  });
  try {
    const { opened, open } = gate();
    upstream.script({ do: "hang-before-headers", until: opened });
    const all = [true, true, false].map((stream) => reading(stack.url, asking("m", "How patient?", stream ? STREAMED : {})));
    await inFlight(stack.adminUrls, 3);
    await sleep(1200);
    open();
    for (const seen of await Promise.all(all.map((it) => it.ended))) {
      expect(seen).toMatchObject({ status: 200, complete: true });
      expect(answerIn(seen).choices[0]?.content).toContain("How patient?");
    }
    expect(upstream.requests).toHaveLength(1);
    await until("records", () => (stack.records.length >= 3 ? true : undefined));
  } finally {
    await stack.stop();
    await upstream.close();
  }
});
