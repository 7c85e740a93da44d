import fc from "fast-check";
import { Redis } from "ioredis";
import type { Limit, LimitItem, ReserveResult } from "../../plugins/stores/limits";
import { MemoryLimits } from "../../plugins/stores/memory/limits";
import { RedisLimits } from "../../plugins/stores/redis/limits";
import { RedisLink } from "../../plugins/stores/redis/link";
import { VirtualClock } from "../support/virtual-clock";
import { bucket, item, slots, window } from "./limit-items";
import { describeWithRedis, type RedisServer, startRedis } from "./support/redis-server";

/** What a script's keys outlive their meaning by. */
const SPARE_MS = 30_000;

describeWithRedis("redis limits", () => {
  let server: RedisServer;
  let link: RedisLink;
  let admin: Redis;

  beforeAll(async () => {
    server = await startRedis();
    link = new RedisLink({ url: server.url, deadlineMs: 5000 });
    admin = new Redis(server.url);
    expect(await link.connected(5000)).toBe(true);
  });
  beforeEach(() => admin.flushall());
  afterAll(async () => {
    await link.close();
    await admin.quit();
    await server.remove();
  });

  const all = [item(bucket(100, 1, 10), 10), item(window(100, 1000, 10), 10), item(slots(100), 10)];

  test("answers as the memory store does, to the last digit of the largest numbers", async () => {
    const large = fc.oneof(
      fc.integer({ min: 1, max: 1000 }),
      fc.maxSafeNat().map((it) => 1 + (it % 2 ** 52)),
    );
    const anyLimit: fc.Arbitrary<Limit> = fc.oneof(
      fc.tuple(large, large, large).map(([capacity, refill, everyMs]) => {
        // Whatever a bucket may be: so fine that it just fits.
        const finest = Math.max(1, Math.floor(2 ** 52 / capacity));
        return bucket(capacity, refill, Math.min(everyMs, finest));
      }),
      fc.tuple(large, fc.integer({ min: 1, max: 1000 })).map(([limit, subMs]) => window(limit, subMs * 10, 10)),
      large.map(slots),
    );
    const step = fc.record({
      do: fc.constantFrom("reserve", "reserve", "reserve", "settle", "release", "renew"),
      which: fc.nat(30),
      share: fc.oneof(fc.double({ min: 0, max: 0.1, noNaN: true }), fc.double({ min: 0, max: 1.2, noNaN: true })),
      excess: fc.constantFrom(0, 0.5, 1, 1.5, 1e9),
      ttlMs: fc.oneof(fc.integer({ min: 1, max: 1000 }), large),
      ms: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(1e12)),
    });
    const whole = (share: number, of: number): number => Math.min(2 ** 52, Math.round(share * of));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyLimit, { minLength: 1, maxLength: 3, selector: (limit) => JSON.stringify(limit) }),
        fc.array(step, { minLength: 1, maxLength: 100 }),
        async (limits, steps) => {
          const clock = new VirtualClock();
          const stores = [new MemoryLimits(clock, 1000), new RedisLimits(link, `d${Math.random()}`, clock)] as const;
          const reserved: (readonly LimitItem[])[] = [];
          for (const it of steps) {
            clock.advance(it.ms);
            const known = it.which % Math.max(1, reserved.length);
            const amounts = (reserved[known] ?? []).map(({ amount }) => whole(it.excess, amount));
            const items = limits.map((limit) => item(limit, whole(it.share, ceiling(limit))));
            if (it.do === "reserve") reserved.push(items);
            const answers = stores.map((store) => {
              if (it.do === "reserve") return store.reserve({ id: String(reserved.length - 1), ttlMs: it.ttlMs, items });
              if (it.do === "renew") return store.renew(String(known), it.ttlMs);
              return it.do === "settle" ? store.settle(String(known), amounts) : store.release(String(known));
            });
            const [memory, redis] = await Promise.all(answers);
            expect(redis).toEqual(memory);
          }
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("one command a call, whatever it takes", async () => {
    const store = new RedisLimits(link, "n");
    await store.reserve({ id: "a", ttlMs: 1000, items: all });
    await admin.config("RESETSTAT");
    await store.reserve({ id: "b", ttlMs: 1000, items: all });
    await store.renew("b", 2000);
    await store.settle("b", [1, 2, 3]);
    await store.release("a");
    expect(await sent(admin)).toEqual({ evalsha: 4 });
  });

  test("goes on when Redis has forgotten the scripts", async () => {
    const store = new RedisLimits(link, "n");
    for (const id of ["a", "b"]) {
      await admin.script("FLUSH");
      expect(await store.reserve({ id, ttlMs: 1000, items: all })).toMatchObject({ granted: true });
      await admin.script("FLUSH");
      expect(await store.settle(id, [10, 10, 10])).toBe(true);
    }
    expect((await store.reserve({ id: "c", ttlMs: 1, items: all.slice(1, 2) })).items[0]?.remaining).toBe(70);
  });

  test("all keys share the namespace's hash tag, whatever is in the names", async () => {
    const store = new RedisLimits(link, "n");
    for (const key of ["{other}", "}{", "", "a:b"]) {
      await store.reserve({ id: `{${key}`, ttlMs: 1000, items: all.map((it) => ({ ...it, key })) });
      await store.renew(`{${key}`, 2000);
    }
    const keys = await admin.keys("*");
    expect(keys).toHaveLength(1 + 4 * 4);
    expect(keys.filter((key) => !key.startsWith("{n}:"))).toEqual([]);
  });

  describe("keys", () => {
    /** Remaining life of every key, less what it is kept for cleanliness. */
    async function lives(): Promise<Record<string, number>> {
      const keys = await admin.keys("*");
      return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, (await admin.pttl(key)) - SPARE_MS] as const)));
    }

    test("live as long as they mean something, and no longer", async () => {
      const clock = new VirtualClock();
      const store = new RedisLimits(link, "n", clock);
      const debt = item(bucket(10, 1, 1000), 0, "debt");
      await store.reserve({ id: "a", ttlMs: 200_000, items: [...all, debt] });
      const reserved = await lives();
      const near = (ms: number): unknown => expect.closeTo(ms, -3.7);
      expect(reserved).toEqual({
        "{n}:clock": near(200_000),
        "{n}:r:a": near(200_000),
        "{n}:m:b:100:1:10:k": near(100),
        "{n}:m:w:100:1000:10:k": near(1100),
        "{n}:m:c:100:k": near(200_000),
      });
      await store.renew("a", 900_000);
      expect(await lives()).toMatchObject({
        "{n}:clock": near(900_000),
        "{n}:r:a": near(900_000),
        "{n}:m:c:100:k": near(900_000),
      });
      await store.settle("a", [10, 0, 10, 100_010]);
      // The debt: 100,000 at one a second.
      expect(await lives()).toEqual({
        "{n}:clock": near(100_010_000),
        "{n}:m:b:100:1:10:k": near(100),
        "{n}:m:b:10:1:1000:debt": near(100_010_000),
      });
    });

    test("never live for ever, under any sequence of calls", async () => {
      const clock = new VirtualClock();
      const store = new RedisLimits(link, "n", clock);
      for (let at = 0; at < 200; at += 1) {
        const key = `k${at % 7}`;
        await store.reserve({ id: `r${at}`, ttlMs: 1 + at, items: all.map((it) => ({ ...it, key })) });
        if (at % 3 === 0) await store.settle(`r${at - 1}`, [5, 20, 1]);
        if (at % 5 === 0) await store.renew(`r${at}`, 100);
        if (at % 4 === 0) await store.release(`r${at - 2}`);
        clock.advance(at % 11);
        expect(Object.entries(await lives()).filter(([, ms]) => ms < -SPARE_MS / 2)).toEqual([]);
      }
    });

    test("are gone at once when all is released; a refusal leaves none", async () => {
      const store = new RedisLimits(link, "n");
      await store.reserve({ id: "a", ttlMs: 1000, items: all });
      for (const limit of [slots(100), window(100, 1000, 10)]) {
        const refused = await store.reserve({ id: "b", ttlMs: 1000, items: [item(limit, 100), item(slots(5), 1, "new")] });
        expect(refused).toMatchObject({ granted: false });
      }
      await store.release("a");
      expect(await admin.keys("*")).toEqual(["{n}:clock"]);
    });
  });

  describe("time", () => {
    const one = [item(window(1, 10_000, 1), 1)];
    const wait = (result: ReserveResult): number => (result.granted || result.impossible ? 0 : result.retryAfterMs);

    test("is the server's: a replica's own clock does not matter", async () => {
      const store = new RedisLimits(link, "n");
      await store.reserve({ id: "a", ttlMs: 60_000, items: one });
      for (const wrong of [0, 4e12]) {
        const spy = jest.spyOn(Date, "now").mockReturnValue(wrong);
        const again = await store.reserve({ id: "b", ttlMs: 60_000, items: one });
        spy.mockRestore();
        expect(wait(again)).toBeGreaterThan(0);
        expect(wait(again)).toBeLessThanOrEqual(20_000);
      }
      expect(await store.settle("a", [0])).toBe(true);
    });

    test("goes on at its pace when the server's clock is set back, again and again", async () => {
      let now = 1_000_000;
      const store = new RedisLimits(link, "n", { monotonic: () => now });
      await store.reserve({ id: "a", ttlMs: 15_000, items: one });
      for (const back of [500_000, 3, 499_000]) {
        now -= back;
        // Whoever writes notices.
        await store.reserve({ id: `x${back}`, ttlMs: 1, items: [item(slots(9), 1, "x")] });
        now += 2000;
        await store.reserve({ id: `y${back}`, ttlMs: 1, items: [item(slots(9), 1, "x")] });
      }
      expect(wait(await store.reserve({ id: "b", ttlMs: 1, items: one }))).toBe(20_000 - 6000);
      now += 14_000;
      expect(await store.settle("a", [1])).toBe(false);
      expect(await store.reserve({ id: "b", ttlMs: 1, items: one })).toMatchObject({ granted: true });
    });
  });

  test.each([
    ["token bucket", bucket(100, 1, 3_600_000)],
    ["sliding window", window(100, 3_600_000, 6)],
    ["concurrency", slots(100)],
  ])("of 800 concurrent requests over 4 connections exactly as many pass as fit: %s", async (_, limit) => {
    const links = Array.from({ length: 4 }, () => new RedisLink({ url: server.url, deadlineMs: 10_000 }));
    await Promise.all(links.map((each) => each.connected(5000)));
    const results = await Promise.all(
      links.flatMap((each, from) => {
        const store = new RedisLimits(each, "n");
        return Array.from({ length: 200 }, (_, at) =>
          store.reserve({ id: `${from}-${at}`, ttlMs: 60_000, items: [item(limit, 1)] }),
        );
      }),
    );
    await Promise.all(links.map((each) => each.close()));
    expect(results.filter(({ granted }) => granted)).toHaveLength(100);
  });

  test("out of memory: nothing new is reserved, nothing is charged in part, and what was reserved can be settled", async () => {
    const store = new RedisLimits(link, "n");
    await store.reserve({ id: "a", ttlMs: 60_000, items: all });
    await admin.config("SET", "maxmemory", "1");
    try {
      for (const items of [all, [...all].reverse()]) {
        await expect(store.reserve({ id: "b", ttlMs: 60_000, items })).rejects.toMatchObject({ kind: "unavailable" });
      }
      await expect(store.renew("a", 90_000)).rejects.toMatchObject({ kind: "unavailable" });
      expect(await store.settle("a", [0, 0, 0])).toBe(true);
    } finally {
      await admin.config("SET", "maxmemory", "0");
    }
    const { items } = await store.reserve({ id: "c", ttlMs: 60_000, items: all.map((it) => ({ ...it, amount: 0 })) });
    expect(items.map(({ remaining }) => remaining)).toEqual([100, 100, 100]);
  });

  test("somebody else's data under a counter's key is no limit: the call fails, and says so", async () => {
    await admin.lpush("{n}:m:c:100:k", "x");
    const store = new RedisLimits(link, "n");
    await expect(store.reserve({ id: "a", ttlMs: 1000, items: all })).rejects.toMatchObject({ kind: "unavailable" });
    expect(await admin.keys("*")).toEqual(["{n}:m:c:100:k"]);
  });
});

function ceiling(limit: Limit): number {
  if (limit.kind === "concurrency") return limit.slots;
  return limit.kind === "sliding-window" ? limit.limit : limit.capacity;
}

/** Commands that clients have sent since the last CONFIG RESETSTAT. */
async function sent(admin: Redis): Promise<Record<string, number>> {
  const stats = await admin.info("commandstats");
  const counts = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, name, calls]) => [name, Number(calls)] as const);
  return Object.fromEntries(counts.filter(([name]) => /^eval|script|multi|ping|client/.test(name ?? "")));
}
