import { LeasedLimits } from "../../plugins/stores/leased/leased-limits";
import type { Limit } from "../../plugins/stores/limits";
import { VirtualClock } from "../support/virtual-clock";
import { bucket, item, slots, window } from "./limit-items";
import { ask, left, Shared, turn } from "./support/shared-store";

const SETTINGS = { share: 0.1, ttlMs: 1000, idleMs: 500 };

describe("limits on lease", () => {
  const limit = window(1000, 60_000, 6);
  let clock: VirtualClock;
  let shared: Shared;
  let store: LeasedLimits;

  beforeEach(() => {
    clock = new VirtualClock();
    shared = new Shared(clock);
    store = new LeasedLimits(shared, clock, SETTINGS);
  });

  /** The second request brings a slice of 100. */
  async function warm(of: Limit = limit, on = store): Promise<void> {
    for (const id of ["w1", "w2"]) {
      await ask(on, [item(of, 1)], id);
      await turn();
      await on.settle(id, [1]);
    }
  }

  test("no round trip for what a slice can give, whole slices long", async () => {
    await warm();
    shared.mode = "hangs";
    for (let at = 0; at < 100; at += 1) {
      expect(await ask(store, [item(limit, 1)], `r${at}`)).toMatchObject({ granted: true });
      expect(await store.renew(`r${at}`, 20_000)).toBe(true);
    }
    for (let at = 0; at < 99; at += 1) expect(await store.settle(`r${at}`, [1])).toBe(true);
  });

  test("slices are refilled behind the requests", async () => {
    await warm();
    const before = shared.calls;
    for (let at = 0; at < 800; at += 1) {
      expect(await ask(store, [item(limit, 1)], `r${at}`)).toMatchObject({ granted: true });
      await store.settle(`r${at}`, [1]);
      await turn();
    }
    // A slice of about 50 is leased and settled: 16 times.
    expect(shared.calls - before).toBeLessThanOrEqual(40);
  });

  test("the first request for a limit, and one larger than a slice, are answered by the shared store, and leave nothing leased", async () => {
    for (const id of ["a", "b", "c"]) expect(await ask(store, [item(limit, 101)], id)).toMatchObject({ granted: true });
    await ask(store, [item(bucket(50, 1, 1), 1)], "d");
    await turn();
    expect(await left(shared.store, limit)).toBe(1000 - 303);
    expect([await store.settle("a", [1]), await store.renew("b", 5), await store.release("c")]).toEqual([true, true, true]);
    expect(await left(shared.store, limit)).toBe(1000 - 102);
    expect(await ask(store, [item(limit, 1001)])).toMatchObject({ granted: false, impossible: true });
  });

  test("all or nothing, also where only some limits have a slice", async () => {
    await warm();
    const both = [item(limit, 1), item(bucket(10, 1, 1000), 10)];
    expect(await ask(store, both)).toMatchObject({ granted: true });
    const before = [store.size, await left(shared.store, limit)];
    expect(await ask(store, both)).toMatchObject({ granted: false, refused: [1], retryAfterMs: 10_000 });
    expect([store.size, await left(shared.store, limit)]).toEqual(before);
  });

  test("what was not used goes back to the shared limit as soon as the slice has ended; what was used too much comes off it", async () => {
    await warm();
    for (const id of ["a", "b"]) await ask(store, [item(limit, 50)], id);
    await turn();
    await store.settle("a", [20]);
    await store.settle("b", [60]);
    await turn();
    await store.close();
    expect(await left(shared.store, limit)).toBe(1000 - 2 - 80);
    await expect(ask(store, [item(limit, 1)])).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("a limit that is used up is refused without asking each time, and true to the millisecond", async () => {
    const small = window(10, 1000, 1);
    for (let at = 0; at < 10; at += 1) await ask(store, [item(small, 1)]);
    await turn();
    while ((await ask(store, [item(small, 1)])).granted) await turn();
    const before = shared.calls;
    for (let at = 0; at < 50; at += 1) {
      expect(await ask(store, [item(small, 1)])).toMatchObject({ granted: false, refused: [0], retryAfterMs: 2000 - at });
      clock.advance(1);
    }
    expect(shared.calls).toBe(before);
    clock.advance(2000 - 50);
    expect(await ask(store, [item(small, 1)])).toMatchObject({ granted: true });
  });

  test("goes on from its slices while the shared store is away, but not beyond their time", async () => {
    await warm();
    shared.mode = "unreachable";
    for (let at = 0; at < 9; at += 1) {
      expect(await ask(store, [item(limit, 10)])).toMatchObject({ granted: true });
      clock.advance(100);
      await store.upkeep();
    }
    clock.advance(100);
    await expect(ask(store, [item(limit, 1)])).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("slices in use are renewed, idle ones go back, those of a dead process free their slots", async () => {
    const ten = slots(10);
    await warm(ten);
    await ask(store, [item(ten, 1)], "long", 60_000);
    for (let at = 0; at < 50; at += 1) {
      clock.advance(100);
      await store.upkeep();
    }
    // The slot in use, and nothing else.
    expect(await left(shared.store, ten)).toBe(9);
    expect(await store.settle("long", [1])).toBe(true);
    await turn();
    expect(await left(shared.store, ten)).toBe(10);

    await warm(ten);
    await ask(store, [item(ten, 1)], "dies", 60_000);
    expect(await left(shared.store, ten)).toBeLessThan(10);
    clock.advance(1000);
    expect(await left(shared.store, ten)).toBe(10);
  });

  test("a slot is free for the next request at once", async () => {
    await warm(slots(10));
    shared.mode = "hangs";
    for (let at = 0; at < 50; at += 1) {
      expect(await ask(store, [item(slots(10), 1)], "a")).toMatchObject({ granted: true });
      expect(await store.release("a")).toBe(true);
    }
  });

  test("an open request asked for again is the same; with other items it is an error; once over, it is over", async () => {
    await warm();
    await ask(store, [item(limit, 5)], "a");
    const before = (await ask(store, [item(limit, 1)])).items;
    await ask(store, [item(limit, 5)], "a");
    expect((await ask(store, [item(limit, 0)])).items).toEqual(before);
    await expect(ask(store, [item(slots(1), 1)], "a")).rejects.toThrow(RangeError);
    await expect(store.settle("a", [1, 2])).rejects.toThrow(RangeError);
    expect([await store.settle("a", [1]), await store.settle("a", [1]), await store.renew("a", 1)]).toEqual([true, false, false]);
    await ask(store, [item(limit, 5)], "b", 100);
    clock.advance(100);
    expect([await store.renew("b", 1), await store.settle("b", [0])]).toEqual([false, false]);
  });

  test("a lease whose answer was lost is asked for again, and charged once", async () => {
    await warm();
    shared.mode = "loses answers";
    // Below half of the slice each of them asks for more.
    for (let at = 0; at < 3; at += 1) {
      expect(await ask(store, [item(limit, at === 0 ? 60 : 1)])).toMatchObject({ granted: true });
      await turn();
      clock.advance(250);
    }
    shared.mode = "works";
    await ask(store, [item(limit, 1)]);
    await turn();
    // 2 of the start, the slice of 100, and the one of 60 or so in place of what was used.
    expect(await left(shared.store, limit)).toBe(1000 - 2 - 99 - 61);
  });

  test("never holds more than one slice unspent", async () => {
    await warm();
    for (const spend of [60, 30, 55, 99, 1]) {
      await ask(store, [item(limit, spend)]);
      await turn();
    }
    shared.mode = "unreachable";
    let spent = 0;
    while (await ask(store, [item(limit, 1)]).catch(() => undefined)) spent += 1;
    expect(spent).toBeGreaterThan(50);
    expect(spent).toBeLessThanOrEqual(100);
  });

  test("what requests give back is not for the next ones here: many at once would be one slice each", async () => {
    const short = window(100, 1000, 1);
    store = new LeasedLimits(shared, clock, { ...SETTINGS, idleMs: 1e6 });
    let held: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (let at = 0; at < 10; at += 1) {
        const id = `${round}-${at}`;
        if ((await ask(store, [item(short, 5)], id, 1_000_000)).granted) held.push(id);
        await turn();
        await store.upkeep();
      }
      for (let at = 0; at < 10; at += 1) {
        clock.advance(200);
        await store.upkeep();
      }
    }
    expect(held.length).toBeGreaterThan(100);
    for (const id of held) await store.release(id);
    await turn();
    held = [];
    for (let at = 0; at < 200; at += 1) {
      if ((await ask(store, [item(short, 1)], `x${at}`)).granted) held.push(`x${at}`);
      await turn();
    }
    expect(held.length).toBeLessThanOrEqual(100 + 10);
  });

  test("a slice whose time is over is not drawn from, even if nobody looked after it", async () => {
    await warm();
    clock.advance(999);
    shared.mode = "unreachable";
    expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: true });
    clock.advance(1);
    await expect(ask(store, [item(limit, 1)])).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("no more counters than it may have; what is over is forgotten", async () => {
    store = new LeasedLimits(shared, clock, { ...SETTINGS, maxCounters: 5 });
    for (let at = 0; at < 20; at += 1) {
      for (let round = 0; round < 2; round += 1)
        expect(await ask(store, [item(limit, 1, `k${at}`)])).toMatchObject({ granted: true });
      await turn();
    }
    expect(store.size).toBeLessThanOrEqual(10);
    for (let at = 0; at < 30; at += 1) {
      clock.advance(1000);
      await store.upkeep();
    }
    expect(store.size).toBe(0);
  });
});
