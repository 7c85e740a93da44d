import fc from "fast-check";
import type { Limit, LimitItem, Limits, ReserveRequest, ReserveResult } from "../../plugins/stores/limits";
import { MemoryLimits } from "../../plugins/stores/memory/limits";
import { VirtualClock } from "../support/virtual-clock";
import { bucket, item, slots, window } from "./limit-items";
import { limitsContract } from "./limits-contract";
import { limitsPromises } from "./limits-properties";
import type { Open } from "./opened";

const DAY = 86_400_000;
const FULL = { kind: "unavailable", retryable: true };
const kinds: readonly (readonly [string, Limit])[] = [
  ["token bucket", bucket(10, 1, 1000)],
  ["sliding window", window(10, 10_000, 10)],
  ["slots", slots(10)],
];

/** All items of all requests are of one group. */
class Grouped implements Limits {
  readonly #store: Limits;

  constructor(store: Limits) {
    this.#store = store;
  }

  reserve(request: ReserveRequest): Promise<ReserveResult> {
    return this.#store.reserve({ ...request, items: request.items.map((each) => ({ ...each, group: "g" })) });
  }

  renew(id: string, ttlMs: number): Promise<boolean> {
    return this.#store.renew(id, ttlMs);
  }

  settle(id: string, used: readonly number[]): Promise<boolean> {
    return this.#store.settle(id, used);
  }

  release(id: string): Promise<boolean> {
    return this.#store.release(id);
  }
}

const of = (group: string, limit: Limit, amount: number, key: string): LimitItem => ({ ...item(limit, amount, key), group });

let asked = 0;
function ask(store: Limits, items: readonly LimitItem[], id = `r${asked++}`, ttlMs = 1000): Promise<ReserveResult> {
  return store.reserve({ id, ttlMs, items });
}

/** Takes what is left, with counters of no group, which come to their ends at different times. */
async function fillUp(store: MemoryLimits): Promise<void> {
  for (let count = 64; count >= 1; ) {
    const fillers = Array.from({ length: count }, (_, at) => item(window(1, 20 + at * 10, 1), 1, `filler ${asked}`));
    const full = await ask(store, fillers, undefined, 1).then(
      () => false,
      () => true,
    );
    if (full) count = Math.floor(count / 2);
  }
}

describe("a group with room enough", () => {
  limitsContract(async () => {
    const clock = new VirtualClock();
    return { store: new Grouped(new MemoryLimits(clock, 1000)), advance: async (ms) => clock.advance(ms), close: async () => {} };
  }, 100);
});

describe("a group whose room comes and goes", () => {
  const open: Open<Limits> = async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 400);
    await fillUp(store);
    let advanced = 0;
    const advance = async (ms: number): Promise<void> => {
      clock.advance(ms);
      advanced += 1;
      if (advanced % 4 === 0) await fillUp(store);
    };
    return { store: new Grouped(store), advance, close: async () => {} };
  };
  limitsPromises(open, 100);
});

describe("room for counters", () => {
  test("one group that asks for more and more leaves three quarters, and its new keys share one limit", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 1000);
    const month = window(10, 30 * DAY, 30);
    let admitted = 0;
    for (let at = 0; at < 3000; at += 1) {
      clock.advance(1);
      if ((await ask(store, [of("flood", month, 1, `k${at}`)], undefined, 1)).granted) admitted += 1;
    }
    expect(admitted).toBe(250 + 10);
    expect(store.size).toBeLessThan(260);
    // Those that came in time are not affected.
    expect(await ask(store, [of("flood", month, 9, "k249")])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    for (let at = 0; at < 180; at += 1) {
      expect(await ask(store, [of("other", month, 10, `o${at}`)])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    }
  });

  test("many groups in every request of a flood leave as much to the next as each of them takes", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 1000);
    const month = window(10, 30 * DAY, 30);
    for (let at = 0; at < 1000; at += 1) {
      clock.advance(1);
      const items = [1, 2, 3, 4, 5, 6, 7].map((group) => of(`g${group}`, month, 0, `g${group}:k${at}`));
      const filled = items.map((each) => ({ ...each, amount: at < 120 ? 1 : 0 }));
      await ask(store, filled, undefined, 1);
    }
    for (let at = 0; at < 75; at += 1) {
      expect(await ask(store, [of("next", month, 10, `n${at}`)])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    }
  });

  test("counters as if never used make room at once, however many there are", async () => {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 10_000);
    const second = window(10, 1000, 10);
    for (let at = 0; at < 3000; at += 1) await ask(store, [of("g", second, 1, `k${at}`)], undefined, 1);
    expect(await ask(store, [of("g", second, 1, "new")])).toMatchObject({ granted: false });
    clock.advance(1200);
    for (let at = 0; at < 2000; at += 1) {
      expect(await ask(store, [of("g", second, 10, `n${at}`)])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    }
  });

  test("without a group, a new key is refused when all is taken; with one, never", async () => {
    const store = new MemoryLimits(new VirtualClock(), 20);
    for (let at = 0; at < 20; at += 2) await ask(store, [item(slots(1), 1, `k${at}`), item(slots(1), 1, `k${at + 1}`)]);
    await expect(ask(store, [item(slots(1), 1, "k20")])).rejects.toMatchObject(FULL);
    await expect(ask(store, [of("g", slots(1), 1, "a"), item(slots(1), 1, "k20")])).rejects.toMatchObject(FULL);
    expect(await ask(store, [of("g", slots(1), 1, "a")], "a")).toMatchObject({ granted: true });
    expect(await ask(store, [of("g", slots(1), 1, "b")])).toMatchObject({ granted: false, refused: [0] });
    expect(await ask(store, [of("g", slots(2), 1, "b"), of("h", slots(1), 1, "b")])).toMatchObject({ granted: true });
    expect(await store.release("a")).toBe(true);
    expect(await ask(store, [of("g", slots(1), 1, "b")])).toMatchObject({ granted: true });
    // As many reservations as the store holds: that is the end for all.
    while (store.size < 20 + 3 + 20) await ask(store, []);
    await expect(ask(store, [of("g", slots(9), 1, "c")])).rejects.toMatchObject(FULL);
  });

  /** No room for any group until `makeRoom`. */
  async function crowded(): Promise<{ store: MemoryLimits; clock: VirtualClock; makeRoom(): Promise<unknown> }> {
    const clock = new VirtualClock();
    const store = new MemoryLimits(clock, 20);
    const taken = Array.from({ length: 20 }, (_, at) => item(slots(1), 1, `filler ${at}`));
    await ask(store, taken, "filler", DAY);
    return { store, clock, makeRoom: () => store.release("filler") };
  }

  test.each(kinds)("%s: several items of one request on a shared counter count once, the largest", async (_, limit) => {
    const { store } = await crowded();
    const items = [of("g", limit, 3, "a"), of("g", limit, 8, "b"), of("h", limit, 10, "a2"), of("g", limit, 5, "c")];
    expect((await ask(store, items, "r")).items.map(({ remaining }) => remaining)).toEqual([2, 2, 0, 2]);
    expect((await ask(store, items, "r")).items.map(({ remaining }) => remaining)).toEqual([2, 2, 0, 2]);
    const more = [of("g", limit, 1, "x"), of("g", limit, 3, "y"), of("other", limit, 1, "z")];
    expect(await ask(store, more)).toMatchObject({ granted: false, impossible: false, refused: [0, 1] });
    expect(await store.settle("r", [3, 1, 10, 4])).toBe(true);
    const left = limit.kind === "concurrency" ? 10 : 6;
    expect((await ask(store, [of("g", limit, 0, "d")])).items[0]?.remaining).toBe(left);
    expect(await store.settle("r", [0, 0, 0, 0])).toBe(false);
  });

  test.each(kinds)("%s: nobody gets more by moving from the shared counter to one of its own", async (_, limit) => {
    const { store, clock, makeRoom } = await crowded();
    await ask(store, [of("g", limit, 6, "a")], "a", 5000);
    await ask(store, [of("g", limit, 2, "b")], "b", 5000);
    await makeRoom();
    expect(await ask(store, [of("g", limit, 3, "a")])).toMatchObject({ granted: false, items: [{ remaining: 2 }] });
    expect(await ask(store, [of("g", limit, 1, "a")], "a2", 5000)).toMatchObject({ granted: true, items: [{ remaining: 1 }] });
    // Each its own now: what one takes is not missing to the other.
    expect(await ask(store, [of("g", limit, 2, "b")], "b2", 5000)).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    expect([await store.renew("a", 5000), await store.release("b")]).toEqual([true, true]);
    expect(await store.settle("a2", [0])).toBe(true);
    clock.advance(20_000);
    expect(await ask(store, [of("g", limit, 10, "a")])).toMatchObject({ granted: true });
  });

  test.each(kinds.slice(0, 2))(
    "%s: a refund goes where the charge is, an excess to the key's own counter too",
    async (_, limit) => {
      const { store, makeRoom } = await crowded();
      await ask(store, [of("g", limit, 4, "a")], "a");
      await ask(store, [of("g", limit, 4, "b")], "b");
      await makeRoom();
      await ask(store, [of("g", limit, 1, "a")]);
      await store.settle("b", [1]);
      expect((await ask(store, [of("g", limit, 0, "a")])).items).toMatchObject([{ remaining: 1 }]);
      await store.settle("a", [9]);
      expect((await ask(store, [of("g", limit, 0, "a")])).items).toMatchObject([{ remaining: -4 }]);
      // What is shared has 1 of b and 9 of a.
      expect((await ask(store, [of("g", limit, 0, "c")])).items).toMatchObject([{ remaining: 0 }]);
    },
  );

  test.each(kinds.slice(0, 2))(
    "%s: what was not used while sharing is not given back to the key's own counter",
    async (_, limit) => {
      const { store, makeRoom } = await crowded();
      await ask(store, [of("g", limit, 4, "a")], "a");
      await makeRoom();
      await ask(store, [of("g", limit, 1, "a")]);
      await store.release("a");
      expect((await ask(store, [of("g", limit, 0, "a")])).items).toMatchObject([{ remaining: 5 }]);
    },
  );

  test("a slot taken while sharing is free on the key's own counter as soon as it is settled", async () => {
    const { store, makeRoom } = await crowded();
    await ask(store, [of("g", slots(2), 1, "a")], "a");
    await makeRoom();
    expect(await ask(store, [of("g", slots(2), 1, "a")])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
    await store.settle("a", [1]);
    expect(await ask(store, [of("g", slots(2), 1, "a")])).toMatchObject({ granted: true });
  });

  test("an excess on a shared counter that was as if never used meanwhile begins it anew", async () => {
    const { store, clock } = await crowded();
    const limit = bucket(10, 1, 1);
    await ask(store, [of("g", limit, 4, "a")], "a");
    clock.advance(10);
    for (let at = 0; at < 5; at += 1) await store.renew("nobody", 1);
    await store.settle("a", [14]);
    expect((await ask(store, [of("g", limit, 0, "b")])).items).toMatchObject([{ remaining: 0 }]);
  });
});

describe("a group beside one that floods the store", () => {
  const step = fc.record({
    key: fc.nat(5).map(String),
    kind: fc.nat(2),
    amount: fc.nat(6),
    ttlMs: fc.integer({ min: 1, max: 3000 }),
    end: fc.constantFrom("settle", "excess", "release", "crash"),
    flood: fc.integer({ min: 0, max: 12 }),
    gapMs: fc.nat(200),
  });

  test("is answered as if it were alone; the flood is refused by its limits only; nothing is left of either", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const clock = new VirtualClock();
        const store = new MemoryLimits(clock, 120);
        const alone = new MemoryLimits(clock, 120);
        let flooded = 0;
        for (const [index, { key, kind, amount, ttlMs, end, flood, gapMs }] of steps.entries()) {
          for (let at = 0; at < flood; at += 1) {
            flooded += 1;
            const limits = [window(2, 4000, 4), slots(2), bucket(2, 1, 2000)];
            const items = limits.map((limit, of) => ({ ...item(limit, 1, `f${flooded}`), group: `flood ${of}` }));
            await ask(store, items, `f${flooded}`, 1);
          }
          const limit = kinds[kind]![1];
          const request = { id: `r${index}`, ttlMs, items: [of("calm", limit, amount, key)] };
          expect(await store.reserve(request)).toEqual(await alone.reserve(request));
          clock.advance(gapMs);
          const used = [end === "excess" ? amount + 3 : Math.floor(amount / 2)];
          if (end === "release") expect(await store.release(request.id)).toBe(await alone.release(request.id));
          else if (end !== "crash") expect(await store.settle(request.id, used)).toBe(await alone.settle(request.id, used));
        }
        clock.advance(DAY);
        for (let call = 0; call < 20; call += 1) await store.renew("nobody", 1);
        expect(store.size).toBe(0);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
