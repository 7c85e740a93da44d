import fc from "fast-check";
import { STORES } from "../../plugins/stores";
import { LOG_START } from "../../plugins/stores/event-log";
import type { Limit } from "../../plugins/stores/limits";
import { MemoryEventLog } from "../../plugins/stores/memory/event-log";
import { MemoryKv } from "../../plugins/stores/memory/kv";
import { MemoryLease } from "../../plugins/stores/memory/lease";
import { MemoryLimits } from "../../plugins/stores/memory/limits";
import { VirtualClock } from "../support/virtual-clock";
import { CONTRACT_LENGTH, eventLogContract } from "./event-log-contract";
import { kvContract } from "./kv-contract";
import { leaseContract } from "./lease-contract";
import { limitsContract } from "./limits-contract";
import type { Open } from "./opened";

function onVirtualClock<Store>(create: (clock: VirtualClock) => Store): Open<Store> {
  return async () => {
    const clock = new VirtualClock();
    return { store: create(clock), advance: async (ms) => clock.advance(ms), close: async () => {} };
  };
}

const FULL = { kind: "unavailable", retryable: true };

describe("memory limits", () => {
  limitsContract(onVirtualClock((clock) => new MemoryLimits(clock, 1000)));

  const limits: readonly Limit[] = [
    { kind: "token-bucket", capacity: 100, refill: 1, everyMs: 10 },
    { kind: "sliding-window", limit: 100, windowMs: 1000, subWindows: 10 },
    { kind: "concurrency", slots: 100 },
  ];

  test("after some time nothing is left of anything, settled or not", async () => {
    const request = fc.record({
      key: fc.nat(20).map(String),
      amounts: fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
      ttlMs: fc.integer({ min: 1, max: 5000 }),
      end: fc.constantFrom("settle", "excess", "release", "renew", "crash"),
      gapMs: fc.nat(100),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 60 }), async (requests) => {
        const clock = new VirtualClock();
        const store = new MemoryLimits(clock, 1000);
        for (const [index, { key, amounts, ttlMs, end, gapMs }] of requests.entries()) {
          const id = String(index);
          const { granted } = await store.reserve({
            id,
            ttlMs,
            items: limits.map((limit, at) => ({ key, limit, amount: amounts[at]! })),
          });
          clock.advance(gapMs);
          if (granted && end === "settle")
            await store.settle(
              id,
              amounts.map((amount) => Math.floor(amount / 2)),
            );
          if (granted && end === "excess")
            await store.settle(
              id,
              amounts.map((amount) => amount * 2),
            );
          if (end === "release") await store.release(id);
          if (end === "renew") await store.renew(id, 5000);
        }
        // The longest debt: 60 times 100 beyond the capacity, at 10 ms each.
        clock.advance(61 * 100 * 10 + 1);
        // A few entries are swept at every call: this many calls are promised to see them all, once around.
        const calls = Math.ceil(store.size / 16) + 2;
        for (let call = 0; call < calls; call += 1) await store.renew("nobody", 1);
        expect(store.size).toBe(0);
      }),
      { seed: 1 },
    );
  });

  test("under a flood of keys that never come back, memory follows what is in use", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 100_000);
    let largest = 0;
    for (let at = 0; at < 20_000; at += 1) {
      clock.advance(1);
      await store.reserve({ id: `r${at}`, ttlMs: 100, items: limits.map((limit) => ({ key: `k${at}`, limit, amount: 1 })) });
      largest = Math.max(largest, store.size);
    }
    // In use: reservations and slots for 100 ms, buckets for 10 ms, windows for up to 1100 ms; and as much again not yet swept.
    expect(largest).toBeLessThan(2 * (100 + 100 + 10 + 1100));
  });

  test("what is released at once is forgotten at once", async () => {
    const store = new MemoryLimits(new VirtualClock(), 1000);
    await store.reserve({ id: "a", ttlMs: 1000, items: limits.map((limit) => ({ key: "k", limit, amount: 50 })) });
    expect(store.size).toBe(4);
    await store.release("a");
    expect(store.size).toBe(0);
  });

  test("a refusal leaves nothing behind", async () => {
    const store = new MemoryLimits(new VirtualClock(), 1000);
    const slot: Limit = { kind: "concurrency", slots: 1 };
    await store.reserve({ id: "a", ttlMs: 1000, items: [{ key: "k", limit: slot, amount: 1 }] });
    const { size } = store;
    for (let at = 0; at < 100; at += 1) {
      const items = [slot, ...limits].map((limit, index) => ({ key: index === 0 ? "k" : `k${at}`, limit, amount: 1 }));
      expect(await store.reserve({ id: `r${at}`, ttlMs: 1000, items })).toMatchObject({ granted: false });
      expect(
        await store.reserve({ id: `r${at}`, ttlMs: 1000, items: [{ key: `k${at}`, limit: slot, amount: 2 }] }),
      ).toMatchObject({ impossible: true });
    }
    expect(store.size).toBe(size);
  });

  test("says when it is full, charges nothing then, and takes up again when there is room", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 10);
    const bucket = limits[0]!;
    const ask = (key: string, more: readonly Limit[] = []): Promise<unknown> =>
      store.reserve({ id: key, ttlMs: 50, items: [bucket, ...more].map((limit) => ({ key, limit, amount: 100 })) });
    for (let at = 0; at < 9; at += 1) await ask(`k${at}`);
    await expect(ask("k9", [limits[1]!])).rejects.toMatchObject(FULL);
    await ask("k9");
    await expect(ask("k10")).rejects.toMatchObject({ ...FULL, message: expect.not.stringContaining("k10") });
    expect(await store.settle("k9", [200])).toBe(true);
    clock.advance(1000);
    expect(await ask("k10")).toMatchObject({ granted: true });
  });

  test("a wall clock set forward or back changes nothing", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 10);
    const ask = (id: string): Promise<unknown> =>
      store.reserve({ id, ttlMs: 1000, items: limits.map((limit) => ({ key: "k", limit, amount: 100 })) });
    await ask("a");
    for (const wall of [0, 4e12]) {
      clock.setWall(wall);
      expect(await ask("b")).toMatchObject({ granted: false, retryAfterMs: 1100 });
    }
  });

  test("a clock with fractions of milliseconds is no harm", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 10);
    clock.advance(0.7);
    const ask = (id: string): ReturnType<MemoryLimits["reserve"]> =>
      store.reserve({ id, ttlMs: 10, items: [{ key: "k", limit: limits[0]!, amount: 100 }] });
    await ask("a");
    clock.advance(0.5);
    expect(await ask("b")).toMatchObject({ granted: false, retryAfterMs: 999 });
  });
});

describe("memory kv", () => {
  kvContract(onVirtualClock((clock) => new MemoryKv(clock, { maxEntries: 1000, maxBytes: 1_000_000 })));

  test("expires at the very millisecond", async () => {
    const clock = new VirtualClock();
    const store = new MemoryKv(clock, { maxEntries: 10, maxBytes: 10_000 });
    await store.set("a", Uint8Array.of(1), 100);
    clock.advance(99);
    expect(await store.get("a")).toEqual(Uint8Array.of(1));
    clock.advance(1);
    expect(await store.get("a")).toBeUndefined();
  });

  test("has no more entries than it may, and lets go of what was not used for longest", async () => {
    const store = new MemoryKv(new VirtualClock(), { maxEntries: 3, maxBytes: 10_000 });
    for (const key of ["a", "b", "c"]) await store.set(key, Uint8Array.of(1), 1000);
    await store.get("a");
    await store.set("d", Uint8Array.of(1), 1000);
    const kept = [];
    for (const key of ["a", "b", "c", "d"]) if ((await store.get(key)) !== undefined) kept.push(key);
    expect(kept).toEqual(["a", "c", "d"]);
  });

  test("has no more bytes than it may: keys count, and what is too large is not kept in part or in place of the old", async () => {
    const store = new MemoryKv(new VirtualClock(), { maxEntries: 1000, maxBytes: 10_000 });
    for (let at = 0; at < 100; at += 1) await store.set(`k${at}`, new Uint8Array(800), 1000);
    let bytes = 0;
    for (let at = 0; at < 100; at += 1) bytes += (await store.get(`k${at}`))?.length ?? 0;
    expect(bytes).toBeGreaterThan(5000);
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(await store.set("k99", new Uint8Array(10_001), 1000)).toBe(false);
    expect(await store.get("k99")).toBeUndefined();
    expect(await store.set("k".repeat(6000), new Uint8Array(1), 1000)).toBe(false);
  });
});

describe("memory lease", () => {
  leaseContract(onVirtualClock((clock) => new MemoryLease(clock, 1000)));

  test("ends at the very millisecond", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLease(clock, 10);
    const token = (await store.acquire("a", "me", 100)) ?? Number.NaN;
    clock.advance(99);
    expect(await store.acquire("a", "you", 100)).toBeUndefined();
    clock.advance(1);
    expect(await store.renew("a", token, 100)).toBe(false);
    expect(await store.acquire("a", "you", 100)).toBeGreaterThan(token);
  });

  test("says when it is full; those that ended make room", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLease(clock, 100);
    for (let at = 0; at < 100; at += 1) await store.acquire(`n${at}`, "me", 100);
    await expect(store.acquire("one more", "me", 100)).rejects.toMatchObject(FULL);
    expect(await store.acquire("n50", "me", 100)).toEqual(expect.any(Number));
    clock.advance(100);
    for (let at = 0; at < 10; at += 1) await store.acquire("one more", "me", 100);
    expect(store.size).toBe(1);
  });
});

describe("memory event log", () => {
  const BOUNDS = { maxLength: CONTRACT_LENGTH, maxStreams: 100, maxBytes: 10_000 };
  eventLogContract(onVirtualClock((clock) => new MemoryEventLog(clock, BOUNDS)));

  test("says when there is no room for a stream or an event; what is over makes room", async () => {
    const clock = new VirtualClock();
    const store = new MemoryEventLog(clock, { maxLength: 10, maxStreams: 3, maxBytes: 1000 });
    for (const name of ["a", "b", "c"]) await store.append(name, new Uint8Array(300), 100);
    await expect(store.append("d", new Uint8Array(1), 100)).rejects.toMatchObject(FULL);
    await expect(store.append("a", new Uint8Array(101), 100)).rejects.toMatchObject(FULL);
    await store.append("a", new Uint8Array(100), 200);
    expect((await store.read("a", LOG_START, 10)).events).toHaveLength(2);
    clock.advance(100);
    await store.append("d", new Uint8Array(600), 100);
    expect(store.size).toBe(2);
    clock.advance(1000);
    await store.append("e", new Uint8Array(1000), 100);
    expect(store.size).toBe(1);
  });

  test("what is trimmed away makes room", async () => {
    const store = new MemoryEventLog(new VirtualClock(), { maxLength: 2, maxStreams: 3, maxBytes: 1000 });
    for (let at = 0; at < 50; at += 1) await store.append("a", new Uint8Array(300), 100);
    expect((await store.read("a", LOG_START, 10)).events).toHaveLength(2);
  });
});

test("the memory stores open together and close", async () => {
  const stores = STORES.memory(new VirtualClock());
  expect(await stores.limits.reserve({ id: "a", ttlMs: 1, items: [] })).toEqual({ granted: true, items: [] });
  expect(await stores.kv.increment("n", 1, 1)).toBe(1);
  expect(await stores.lease.acquire("l", "me", 1)).toBe(1);
  expect(await stores.events.append("s", new Uint8Array(1), 1)).toEqual(expect.any(String));
  await stores.close();
});
