/** Redis stops, or dies and comes back empty, while requests run: each policy does what it has declared, and nobody waits for Redis. */
import { expectError, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { until } from "../../e2e/support/until";
import { describeWithRedis, type RedisServer, startRedis } from "../../stores/support/redis-server";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { HOST_NAMES, type HostSetup } from "../support/hosts";
import { HostUnderTest } from "../support/use-hosts";
import { ask, limit, reload, steady } from "./support";

jest.setTimeout(60_000);

const LIMIT = 8;
const SHARE_PERCENT = 25;
const SHARE = (LIMIT * SHARE_PERCENT) / 100;
const REQUESTS = 30;

const ANSWERS = ["open", "closed", "local"] as const;
type OnError = (typeof ANSWERS)[number];

describeWithRedis("Redis is away", () => {
  let redis: RedisServer;
  const hosts = HOST_NAMES.map((name) => new HostUnderTest(name));

  /** Each time counters of their own. */
  const setup = (upstream: FakeUpstream, name: string, on_error: OnError, of: string): HostSetup => ({
    providers: { one: steady(upstream) },
    models: ["m", "other"].map((model) => ({ name: model, targets: [{ provider: "one", model: "gpt-4o-mini" }] })),
    policy: {
      plugins: { rate_limit: { limits: [limit(of, "requests", LIMIT, ["m"])], on_error, local_share_percent: SHARE_PERCENT } },
    },
    sections: { store: { kind: "redis", redis: { url: redis.url, namespace: name } } },
  });

  beforeAll(async () => {
    redis = await startRedis();
    await Promise.all(hosts.map((host) => host.start((upstream, name) => setup(upstream, name, "closed", "first"), {})));
  });

  afterAll(async () => {
    await Promise.allSettled(hosts.map((host) => host.stop())).then((ended) => {
      for (const it of ended) if (it.status === "rejected") throw it.reason;
    });
    await redis?.remove();
  });

  const times = <T>(count: number, act: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, act));
  const admitted = (seen: readonly Seen[]) => seen.filter(({ status }) => status === 200).length;

  /** All are answered while Redis is away, whatever that takes; how long it took is only told. */
  async function whileAway(host: HostUnderTest, onError: OnError, how: string): Promise<void> {
    const slowest = { ms: 0 };
    const timed = async () => {
      const began = performance.now();
      const seen = await ask(host.url, "m");
      slowest.ms = Math.max(slowest.ms, performance.now() - began);
      return seen;
    };
    const atOnce = await times(REQUESTS, timed);
    const afterwards = [await timed(), await timed()];
    const all = [...atOnce, ...afterwards];
    console.info(
      `${host.name}, Redis ${how}, on_error: ${onError}: ${admitted(all)} of ${all.length} admitted, slowest ${Math.round(slowest.ms)} ms`,
    );
    if (onError === "open") expect(admitted(all)).toBe(all.length);
    if (onError === "local") {
      expect(admitted(all)).toBe(SHARE);
      for (const seen of all) expect([200, 429]).toContain(seen.status);
    }
    if (onError === "closed") {
      for (const seen of all) {
        expectError(seen, { status: 503, code: "unavailable" });
        expect(seen.headers).toMatchObject({ "retry-after": "1", "x-should-retry": "true" });
      }
    }
  }

  const troubles = (host: HostUnderTest) => host.metric("graft_limit_store_errors_total");

  /** The first answer for which Redis was asked and had one. */
  const shared = (host: HostUnderTest) =>
    until(`${host.name} with Redis`, async () => {
      const before = await troubles(host);
      const seen = await ask(host.url, "m");
      return (await troubles(host)) === before ? seen : undefined;
    });

  test.each(ANSWERS)("paused, on_error: %s", async (onError) => {
    await Promise.all(hosts.map((host) => reload(host.running, setup(host.upstream, host.name, onError, `paused-${onError}`))));
    await Promise.all(hosts.map(async (host) => expect(admitted(await times(LIMIT + 2, () => ask(host.url, "m")))).toBe(LIMIT)));
    const running = await Promise.all(hosts.map((host) => openStream(host)));
    redis.signal("SIGSTOP");
    try {
      await Promise.all(hosts.map((host) => whileAway(host, onError, "paused")));
      // What runs goes on and ends.
      for (const { finish } of running) expect(await finish()).toContain("data: [DONE]");
    } finally {
      redis.signal("SIGCONT");
    }
    for (const host of hosts) expect((await shared(host)).status).toBe(429);
  });

  test.each(ANSWERS)("killed, on_error: %s, and back with nothing in it", async (onError) => {
    await Promise.all(hosts.map((host) => reload(host.running, setup(host.upstream, host.name, onError, `killed-${onError}`))));
    await Promise.all(hosts.map(async (host) => expect(admitted(await times(LIMIT + 2, () => ask(host.url, "m")))).toBe(LIMIT)));
    await redis.kill();
    await Promise.all(hosts.map((host) => whileAway(host, onError, "killed")));
    await redis.restart();
    const again = await Promise.all(
      hosts.map(async (host) => {
        const first = await shared(host);
        return admitted([first, ...(await times(LIMIT + 2, () => ask(host.url, "m")))]);
      }),
    );
    // It has forgotten, so the limit counts anew: once for each loss.
    expect(again).toEqual(hosts.map(() => LIMIT));
  });

  async function openStream(host: HostUnderTest): Promise<{ finish(): Promise<string> }> {
    const { opened, open } = gate();
    const before = host.upstream.requests.length;
    host.upstream.script({ do: "hang-mid-stream", n: 3, until: opened });
    const answer = ask(host.url, "other", { stream: true });
    await host.upstream.waitFor(before + 1);
    return {
      async finish() {
        open();
        return text(await answer);
      },
    };
  }
});
