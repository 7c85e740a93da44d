import { type LimitItem, type Limits, MAX_AMOUNT, type ReserveResult } from "../../plugins/stores/limits";
import { bucket, item, slots, window } from "./limit-items";
import { limitsProperties } from "./limits-properties";
import { type Open, type Opened, using } from "./opened";

const LONG = 1_000_000;

/** Shorthand: reserves under a fresh id. */
function ask(store: Limits, items: readonly LimitItem[], id = `r${Math.random()}`, ttlMs = LONG): Promise<ReserveResult> {
  return store.reserve({ id, ttlMs, items });
}

/** What every implementation of `Limits` must do. @param numRuns per property. */
export function limitsContract(open: Open<Limits>, numRuns = 300): void {
  const run = (check: (opened: Opened<Limits>) => Promise<void>) => (): Promise<void> => using(open, check);

  describe("token bucket", () => {
    const limit = bucket(10, 1, 10);

    test(
      "gives its capacity at once and then its rate",
      run(async ({ store, advance }) => {
        expect(await ask(store, [item(limit, 10)])).toEqual({ granted: true, items: [{ remaining: 0, resetMs: 100 }] });
        expect(await ask(store, [item(limit, 3)])).toEqual({
          granted: false,
          impossible: false,
          items: [{ remaining: 0, resetMs: 100 }],
          refused: [0],
          retryAfterMs: 30,
        });
        await advance(29);
        expect(await ask(store, [item(limit, 3)])).toMatchObject({ granted: false, retryAfterMs: 1, items: [{ remaining: 2 }] });
        await advance(1);
        expect(await ask(store, [item(limit, 3)])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
      }),
    );

    test(
      "does not fill above its capacity",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 1)]);
        await advance(LONG);
        expect(await ask(store, [item(limit, 10)])).toMatchObject({ granted: true });
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false });
      }),
    );

    test(
      "loses no fraction of a token, however often it is looked at",
      run(async ({ store, advance }) => {
        const odd = bucket(7, 3, 7);
        await ask(store, [item(odd, 7)]);
        let admitted = 0;
        for (let ms = 0; ms < 70; ms += 1) {
          await advance(1);
          if ((await ask(store, [item(odd, 1)])).granted) admitted += 1;
        }
        expect(admitted).toBe(30);
      }),
    );

    test(
      "a refund after a refill does not admit the capacity twice in one instant",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 10)], "slow");
        await advance(100);
        expect(await ask(store, [item(limit, 10)])).toMatchObject({ granted: true });
        expect(await store.release("slow")).toBe(true);
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false, items: [{ remaining: 0 }] });
      }),
    );

    test(
      "a refund gives back what could have been kept all the while",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 8)], "slow");
        await advance(40);
        // 6 were there: with the 8 it would have been full, so 4 of the 8 could still be here.
        await ask(store, [item(limit, 6)]);
        await store.release("slow");
        expect(await ask(store, [item(limit, 5)])).toMatchObject({ granted: false, items: [{ remaining: 4 }] });
        expect(await ask(store, [item(limit, 4)])).toMatchObject({ granted: true });
      }),
    );

    /** `8 slow` = reserve 8 as `slow`, `-slow` = release it, `slow=9` = settle it with 9 used, `+40` = let 40 ms pass. */
    const refunds: readonly { readonly name: string; readonly script: string; readonly left: number }[] = [
      { name: "in full while the bucket is never full", script: "60 a, 30 b, +5, 5 c, -a", left: 70 },
      { name: "the level just before a later charge counts, not only the one now", script: "40 a, +40, 80 b, -a", left: 20 },
      { name: "a higher level takes the place of lower ones before it", script: "40 a, 10 x, +30, 10 y, -a", left: 90 },
      { name: "a refund raises what other refunds have to respect", script: "40 a, 10 x, 30 b, +30, 5 y, -b, -a", left: 95 },
      { name: "a charge beyond the reservation leaves its mark as well", script: "40 a, 1 b, +41, b=51, -a", left: 50 },
      { name: "in part", script: "60 a, +40, 40 b, a=20", left: 60 },
      { name: "after a debt", script: "50 a, 10 b, b=90, +10, -a", left: 20 },
    ];
    test.each(refunds)("gives back, of what was not used: $name", ({ script, left }) =>
      using(open, async ({ store, advance }) => {
        const slow = bucket(100, 1, 1);
        for (const step of script.split(", ")) {
          const [, amount, id = "", used] = /^(?:(\d+) )?[-+]?(\w+)(?:=(\d+))?$/.exec(step) ?? [];
          if (step.startsWith("+")) await advance(Number(id));
          else if (step.startsWith("-")) expect(await store.release(id)).toBe(true);
          else if (used !== undefined) expect(await store.settle(id, [Number(used)])).toBe(true);
          else expect(await ask(store, [item(slow, Number(amount))], id)).toMatchObject({ granted: true });
        }
        expect((await ask(store, [item(slow, 101)])).items).toMatchObject([{ remaining: left }]);
      }),
    );

    test(
      "among very many reservations a refund may be smaller than exact, never larger",
      run(async ({ store, advance }) => {
        const large = bucket(1000, 1, 1);
        await ask(store, [item(large, 500)], "early");
        await advance(499);
        await ask(store, [item(large, 600)], "late");
        await advance(550);
        for (let at = 0; at < 100; at += 1) await ask(store, [item(large, 1)]);
        // Levels before the charges: 1000, 999, 949, 948 … 850; and 849 is left.
        await store.release("late");
        const { items } = await ask(store, [item(large, 1001)]);
        expect(items[0]?.remaining).toBeLessThanOrEqual(849 + 51);
        expect(items[0]?.remaining).toBeGreaterThanOrEqual(849 + 45);
        await store.release("early");
        const after = await ask(store, [item(large, 1001)]);
        expect(after.items[0]?.remaining).toBeLessThanOrEqual(900);
      }),
    );

    test(
      "two levels that are remembered as one count for the reservation between them",
      run(async ({ store, advance }) => {
        const large = bucket(1000, 1, 1);
        await ask(store, [item(large, 500)], "a");
        await advance(499);
        for (let at = 0; at < 40; at += 1) await ask(store, [item(large, 1)]);
        await store.release("a");
        // Had `a` never been, the bucket would have been full at 499 ms: 1000 - 40.
        const { items } = await ask(store, [item(large, 1001)]);
        expect([959, 960]).toContain(items[0]?.remaining);
      }),
    );

    test(
      "a counter that was full and forgotten in between gives nothing back",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 5)], "slow");
        await advance(LONG / 2);
        for (let at = 0; at < 50; at += 1) await store.renew("nobody", 1);
        await ask(store, [item(limit, 10)]);
        await store.release("slow");
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false });
      }),
    );

    test(
      "large numbers stay exact",
      run(async ({ store, advance }) => {
        // 1,000 dollars in nano-dollars, back over 30 days.
        const money = bucket(1e12, 1e12, 30 * 86_400_000);
        await ask(store, [item(money, 1e12)]);
        // 385.802… come back in each millisecond.
        expect(await ask(store, [item(money, 386)])).toMatchObject({ granted: false, retryAfterMs: 2 });
        await advance(1);
        expect(await ask(store, [item(money, 385)])).toMatchObject({
          granted: true,
          items: [{ remaining: 0, resetMs: 2_592_000_000 }],
        });
      }),
    );
  });

  describe("sliding window", () => {
    const limit = window(10, 100, 10);

    test(
      "counts the oldest sub-window whole",
      run(async ({ store, advance }) => {
        await advance(5);
        await ask(store, [item(limit, 4)]);
        await advance(10);
        await ask(store, [item(limit, 6)]);
        // The first 4 were taken in [0, 10): they count until 110, although a perfect log would forget them at 105.
        expect(await ask(store, [item(limit, 4)])).toMatchObject({
          granted: false,
          retryAfterMs: 95,
          items: [{ remaining: 0, resetMs: 105 }],
        });
        await advance(94);
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false, retryAfterMs: 1 });
        await advance(1);
        expect(await ask(store, [item(limit, 5)])).toMatchObject({ granted: false, retryAfterMs: 10 });
        expect(await ask(store, [item(limit, 4)])).toMatchObject({ granted: true });
      }),
    );

    test(
      "a refund goes to the time of the reservation, an excess to the time it is known",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 5)], "less");
        await ask(store, [item(limit, 5)], "more");
        await advance(50);
        await store.settle("less", [2]);
        expect(await ask(store, [item(limit, 3)])).toMatchObject({ granted: true, items: [{ remaining: 0 }] });
        await store.settle("more", [9]);
        expect(await ask(store, [item(limit, 0)])).toMatchObject({
          granted: false,
          items: [{ remaining: -4 }],
          retryAfterMs: 60,
        });
        await advance(60);
        // Gone: 2 + 5 of the start. Left: 3 + 4 of the middle.
        expect(await ask(store, [item(limit, 0)])).toMatchObject({ granted: true, items: [{ remaining: 3 }] });
      }),
    );

    test(
      "a refund for what is out of sight changes nothing",
      run(async ({ store, advance }) => {
        await ask(store, [item(limit, 10)], "slow");
        await advance(110);
        await ask(store, [item(limit, 10)]);
        await store.release("slow");
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false, items: [{ remaining: 0 }] });
      }),
    );
  });

  describe("concurrency", () => {
    test(
      "frees slots by settle and release, whatever was used",
      run(async ({ store }) => {
        const two = slots(2);
        await ask(store, [item(two, 1)], "a");
        await ask(store, [item(two, 1)], "b");
        expect(await ask(store, [item(two, 1)])).toMatchObject({ granted: false, items: [{ remaining: 0 }] });
        await store.settle("a", [1]);
        expect(await ask(store, [item(two, 1)], "c")).toMatchObject({ granted: true });
        await store.release("b");
        await store.settle("c", [99]);
        expect(await ask(store, [item(two, 2)])).toMatchObject({ granted: true });
      }),
    );

    test(
      "frees a slot at the very millisecond its reservation expires",
      run(async ({ store, advance }) => {
        await ask(store, [item(slots(2), 1)], "a", 50);
        await ask(store, [item(slots(2), 1)], "b", 80);
        expect(await ask(store, [item(slots(2), 2)])).toMatchObject({ retryAfterMs: 80, items: [{ resetMs: 80 }] });
        expect(await ask(store, [item(slots(2), 1)])).toMatchObject({ retryAfterMs: 50 });
        await advance(49);
        expect(await ask(store, [item(slots(2), 1)])).toMatchObject({ granted: false, retryAfterMs: 1 });
        await advance(1);
        expect(await ask(store, [item(slots(2), 1)])).toMatchObject({ granted: true });
      }),
    );

    test(
      "a renewed reservation keeps its slot, and a renewal never shortens",
      run(async ({ store, advance }) => {
        await ask(store, [item(slots(1), 1)], "a", 50);
        await advance(40);
        expect(await store.renew("a", 50)).toBe(true);
        expect(await store.renew("a", 1)).toBe(true);
        await advance(49);
        expect(await ask(store, [item(slots(1), 1)])).toMatchObject({ granted: false, retryAfterMs: 1 });
        await advance(1);
        expect(await store.renew("a", 50)).toBe(false);
        expect(await ask(store, [item(slots(1), 1)])).toMatchObject({ granted: true });
      }),
    );
  });

  describe("reservations", () => {
    const all = [item(bucket(10, 1, 1000), 5), item(window(20, 1000, 10), 5), item(slots(3), 1)];

    test(
      "all or nothing: a refusal by one limit takes from none",
      run(async ({ store }) => {
        await ask(store, all);
        const greedy = [item(bucket(10, 1, 1000), 6), item(window(20, 1000, 10), 1), item(slots(3), 1)];
        for (let at = 0; at < 5; at += 1) expect(await ask(store, greedy)).toMatchObject({ granted: false, refused: [0] });
        expect(await ask(store, all)).toMatchObject({
          granted: true,
          items: [{ remaining: 0 }, { remaining: 10 }, { remaining: 1 }],
        });
      }),
    );

    test(
      "says which limits refuse, and waits for the slowest",
      run(async ({ store }) => {
        await ask(store, [item(bucket(10, 1, 10), 10), item(window(5, 100, 10), 5), item(slots(9), 1)]);
        expect(await ask(store, [item(slots(9), 1), item(window(5, 100, 10), 1), item(bucket(10, 1, 10), 1)])).toMatchObject({
          granted: false,
          refused: [1, 2],
          retryAfterMs: 110,
        });
      }),
    );

    test(
      "more than a limit can ever give is impossible, and only such items are named",
      run(async ({ store }) => {
        await ask(store, [item(slots(1), 1)]);
        const result = await ask(store, [
          item(slots(1), 1),
          item(bucket(10, 1, 1), 11),
          item(window(5, 100, 10), 6),
          item(slots(2), 3, "x"),
        ]);
        expect(result).toMatchObject({ granted: false, impossible: true, refused: [1, 2, 3] });
        expect(result).not.toHaveProperty("retryAfterMs");
      }),
    );

    test(
      "settling twice is settling once; a second release, renewal or settlement says so and changes nothing",
      run(async ({ store }) => {
        await ask(store, all, "a");
        expect(await store.settle("a", [2, 7, 1])).toBe(true);
        const after = await ask(store, [item(bucket(10, 1, 1000), 0), item(window(20, 1000, 10), 0), item(slots(3), 0)]);
        expect(after.items.map(({ remaining }) => remaining)).toEqual([8, 13, 3]);
        expect([await store.settle("a", [0, 0, 0]), await store.release("a"), await store.renew("a", 10)]).toEqual([
          false,
          false,
          false,
        ]);
        const again = await ask(store, [item(bucket(10, 1, 1000), 0), item(window(20, 1000, 10), 0), item(slots(3), 0)]);
        expect(again.items.map(({ remaining }) => remaining)).toEqual([8, 13, 3]);
      }),
    );

    test(
      "reserving an open id again charges nothing; a settled id is free for use",
      run(async ({ store }) => {
        const first = await ask(store, all, "a");
        expect(await ask(store, all, "a")).toEqual(first);
        await expect(ask(store, all.slice(1), "a")).rejects.toThrow(RangeError);
        await store.settle("a", [5, 5, 1]);
        expect(await ask(store, all, "a")).toMatchObject({
          granted: true,
          items: [{ remaining: 0 }, { remaining: 10 }, { remaining: 2 }],
        });
      }),
    );

    test(
      "an expired reservation frees its slot, keeps its tokens charged, and cannot be settled any more",
      run(async ({ store, advance }) => {
        await ask(store, all, "a", 50);
        await advance(50);
        expect(await store.settle("a", [0, 0, 0])).toBe(false);
        const { items } = await ask(store, [item(bucket(10, 1, 1000), 0), item(window(20, 1000, 10), 0), item(slots(3), 0)]);
        expect(items.map(({ remaining }) => remaining)).toEqual([5, 15, 3]);
      }),
    );

    test(
      "what is used beyond the reservation becomes debt, which is paid off before anything is admitted",
      run(async ({ store, advance }) => {
        const limit = bucket(10, 1, 10);
        await ask(store, [item(limit, 1)], "a");
        await store.settle("a", [25]);
        expect(await ask(store, [item(limit, 0)])).toMatchObject({
          granted: false,
          items: [{ remaining: -15 }],
          retryAfterMs: 150,
        });
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false, retryAfterMs: 160 });
        await advance(159);
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: false });
        await advance(1);
        expect(await ask(store, [item(limit, 1)])).toMatchObject({ granted: true });
      }),
    );

    test(
      "keys and limits are apart: other key, other numbers, odd names",
      run(async ({ store }) => {
        await ask(store, [item(slots(1), 1, "a")]);
        const others = [
          item(slots(1), 1, "b"),
          item(slots(2), 1, "a"),
          item(slots(1), 1, "__proto__"),
          item(slots(1), 1, ""),
          item(slots(1), 1, "a:1:€\n{x}"),
        ];
        expect(await ask(store, others, "constructor")).toMatchObject({ granted: true });
        expect(await store.release("__proto__")).toBe(false);
        expect(await store.release("constructor")).toBe(true);
      }),
    );

    test(
      "of many concurrent requests exactly as many pass as fit",
      run(async ({ store }) => {
        const results = await Promise.all(
          Array.from({ length: 30 }, () => ask(store, [item(bucket(10, 1, 1000), 1), item(window(1000, 1000, 1), 1)])),
        );
        expect(results.filter(({ granted }) => granted)).toHaveLength(10);
      }),
    );

    test(
      "all that expired have expired, however many they are",
      run(async ({ store, advance }) => {
        const ids = Array.from({ length: 100 }, (_, at) => `r${at}`);
        for (const id of ids) await ask(store, [item(slots(100), 1)], id, 50);
        await advance(50);
        expect(await store.settle("r99", [1])).toBe(false);
        expect(await store.renew("r98", 1)).toBe(false);
        expect(await ask(store, [item(slots(100), 100)], "r97")).toMatchObject({ granted: true });
      }),
    );

    test(
      "no items: granted, and open until settled",
      run(async ({ store }) => {
        expect(await ask(store, [], "a")).toEqual({ granted: true, items: [] });
        expect([await store.settle("a", []), await store.settle("a", [])]).toEqual([true, false]);
      }),
    );

    const nonsense: readonly (readonly [string, LimitItem])[] = [
      ["negative amount", item(slots(1), -1)],
      ["fraction", item(slots(1), 0.5)],
      ["NaN", item(slots(1), Number.NaN)],
      ["infinite", item(slots(1), Number.POSITIVE_INFINITY)],
      ["too large to stay exact", item(slots(1), MAX_AMOUNT + 2)],
      ["no slots", item(slots(0), 0)],
      ["no refill", item(bucket(1, 0, 1), 1)],
      ["no time", item(bucket(1, 1, 0), 1)],
      ["bucket too fine", item(bucket(2 ** 40, 1, 2 ** 20), 1)],
      ["windows that do not divide", item(window(1, 100, 3), 1)],
    ];
    test.each(nonsense)("refuses nonsense and charges nothing: %s", (_, wrong) =>
      using(open, async ({ store }) => {
        await expect(ask(store, [item(slots(1), 1, "sound"), wrong], "a")).rejects.toThrow(RangeError);
        expect(await store.release("a")).toBe(false);
        expect(await ask(store, [item(slots(1), 1, "sound")])).toMatchObject({ granted: true });
      }),
    );

    test(
      "refuses two items on one counter, and wrong settlements, which leave the reservation open",
      run(async ({ store }) => {
        await expect(ask(store, [item(slots(3), 1), item(slots(3), 1)])).rejects.toThrow(RangeError);
        await expect(ask(store, [], "t", 0)).rejects.toThrow(RangeError);
        await ask(store, all, "a");
        for (const used of [[], [1, 2], [1, 2, -1], [1, 2, 0.5], [1, 2, Number.NaN]]) {
          await expect(store.settle("a", used)).rejects.toThrow(RangeError);
        }
        await expect(store.renew("a", 0.5)).rejects.toThrow(RangeError);
        expect(await store.settle("a", [1, 2, 1])).toBe(true);
      }),
    );
  });

  describe("under any sequence of calls", () => limitsProperties(open, numRuns));
}
