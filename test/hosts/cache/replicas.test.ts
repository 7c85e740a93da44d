/** Two processes with one Redis behind every gateway: one call for all, and one that dies in the middle of it takes only its own clients with it. */
import { Redis } from "ioredis";
import type { HostName } from "../../../plugins/core/host";
import { HOSTS } from "../../../plugins/core/host";
import { gate } from "../../e2e/support/gate";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { call, type Seen } from "../../upstream/raw-client";
import { steady } from "../limits/support";
import { HOST, HOST_NAMES, type HostSetup, type RunningHost } from "../support/hosts";
import { answerIn, asking, cacheOf, inFlight, reading, STREAMED } from "./support";

jest.setTimeout(60_000);

const REPLICAS = 2;
const REQUESTS = 200;

interface Replicas {
  readonly name: HostName;
  readonly upstream: FakeUpstream;
  readonly hosts: readonly RunningHost[];
  readonly urls: readonly string[];
  readonly adminUrls: readonly string[];
}

describeWithRedis("replicas", () => {
  let redis: RedisServer;
  let each: readonly Replicas[] = [];

  /** Behind Envoy one Envoy, with Kong a Kong for each. */
  async function start(name: HostName): Promise<Replicas> {
    const upstream = await startFakeUpstream();
    const setup: HostSetup = {
      providers: { one: steady(upstream) },
      models: [{ name: "m", targets: [{ provider: "one", model: "gpt-4o-mini" }] }],
      policy: { plugins: { cache: { scope: "policy" } } },
      // No test of how fast Redis is.
      sections: { store: { kind: "redis", redis: { url: redis.url, namespace: name, deadline_ms: 2000 } } },
      processors: REPLICAS,
    };
    const starts = Array.from({ length: name === "kong" ? REPLICAS : 1 }, () => HOST[name].start(setup));
    const hosts = await Promise.all(starts);
    return { name, upstream, hosts, urls: hosts.map(({ url }) => url), adminUrls: hosts.flatMap(({ adminUrls }) => adminUrls) };
  }

  beforeAll(async () => {
    redis = await startRedis();
    each = await Promise.all(HOST_NAMES.map(start));
    // The first of all makes the key that names are made with; the others find it.
    for (let count = 0; count < REPLICAS; count += 1)
      await Promise.all(
        each.map(({ urls }) => Promise.all(requestsOf([urls.at(count % urls.length) ?? ""], `Warm ${count}?`, 1))),
      );
  }, 120_000);

  afterAll(async () => {
    await Promise.all(each.flatMap(({ hosts, upstream }) => [...hosts.map((host) => host.stop()), upstream.close()]));
    await redis?.remove();
  });

  const requestsOf = (urls: readonly string[], content: string, count: number): Promise<Seen>[] =>
    Array.from({ length: count }, (_, at) =>
      call(`${urls[at % urls.length]}/v1/chat/completions`, { body: asking("m", content, at % 3 === 0 ? STREAMED : {}) }),
    );

  test("200 at once, streamed and whole, over both processes: one call, one answer", async () => {
    await Promise.all(
      each.map(async ({ name, upstream, urls, adminUrls }) => {
        const { opened, open } = gate();
        const before = upstream.requests.length;
        upstream.script({ do: "hang-before-headers", until: opened });
        const answers = requestsOf(urls, "All the same?", REQUESTS);
        await inFlight(adminUrls, REQUESTS);
        const shares = await Promise.all(adminUrls.map((url) => metric(url, "graft_exchanges_in_flight")));
        open();
        const seen = await Promise.all(answers);
        const made = upstream.requests.length - before;
        console.info(`${name}: ${REQUESTS} identical requests over two processes (${shares.join(" and ")}), ${made} call`);
        expect([name, Math.min(...shares) > 0, made]).toEqual([name, true, 1]);
        const [first, ...others] = seen.map((it) => answerIn(it));
        expect(first?.choices[0]?.content).toContain("All the same?");
        for (const other of others) expect(other).toEqual(first);
        expect(seen.map(cacheOf).sort()).toEqual([...Array(REQUESTS - 1).fill("hit"), "miss"]);
      }),
    );
  });

  test("the process that makes the call dies in the middle of it: those of the other get a whole answer", async () => {
    await Promise.all(each.map(leaderDies));
    const errors = await Promise.all(each.flatMap(({ hosts }) => hosts.map((host) => host.errorLines())));
    expect(errors.flat()).toEqual([]);
  });

  async function leaderDies({ name, upstream, hosts, urls, adminUrls }: Replicas): Promise<void> {
    const content = "Who dies?";
    const before = upstream.requests.length;
    await inFlight(adminUrls, 0);
    upstream.script({ do: "hang-mid-stream", n: 5 });
    const leader = reading(urls[0] ?? "", asking("m", content, STREAMED));
    await leader.begun;
    const loads = await Promise.all(adminUrls.map((url) => metric(url, "graft_exchanges_in_flight")));
    const dying = loads.indexOf(1);
    const [survivor = ""] = adminUrls.filter((_, at) => at !== dying);
    const ask = (url: string, stream: boolean) => reading(url, asking("m", content, stream ? STREAMED : {}));
    // Envoy sends them to the processes in turn.
    const others = [0, 1, 2, 3, 4, 5].map((at) => ask(urls[at % urls.length] ?? "", at < 2));
    await inFlight(adminUrls, 1 + others.length);
    const saved = await metric(survivor, "graft_exchanges_in_flight");
    expect([name, saved]).toEqual([name, others.length / 2]);
    // A streaming client of the survivor has read something of the answer.
    if (HOSTS[name].liveFollowers) await Promise.all(others.slice(0, 2).map(({ begun }) => begun));
    const processors = hosts.flatMap(({ processors }) => processors);
    processors[dying]?.signal("SIGKILL");
    expect((await leader.ended).complete).toBe(false);
    await leaseRunsOut(name);
    const seen = await Promise.all(others.map(({ ended }) => ended));
    const whole = seen.filter(({ status, complete, body }) => status === 200 && complete && !body.includes('"error"'));
    // Of the survivor's, the one that had read half hears that there is no more.
    const broken = HOSTS[name].liveFollowers ? 1 : 0;
    expect([name, whole.length]).toEqual([name, saved - broken]);
    for (const it of whole)
      expect(answerIn(it).choices).toMatchObject([{ content: expect.stringContaining(content), finish: "stop" }]);
    const told = seen.filter(({ status, body }) => status === 200 && body.includes('"error"'));
    expect([name, told.map(({ body }) => body.includes("[DONE]"))]).toEqual([name, Array(broken).fill(false)]);
    expect([name, upstream.requests.length - before]).toEqual([name, 2]);
  }

  /** As if the ten seconds were over. */
  async function leaseRunsOut(namespace: string): Promise<void> {
    const client = new Redis(redis.url);
    try {
      await until("the dead one's lease", async () => {
        const names = await client.keys(`{${namespace}}:lease:flight:*`);
        for (const name of names) await client.pexpire(name, 1);
        return names.length > 0 ? true : undefined;
      });
    } finally {
      client.disconnect();
    }
  }
});
