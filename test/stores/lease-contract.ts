import fc from "fast-check";
import type { Lease } from "../../plugins/stores/lease";
import { type Open, type Opened, using } from "./opened";

/** What every implementation of `Lease` must do. Times are far apart: a server's own clock may do. */
export function leaseContract(open: Open<Lease>): void {
  const run = (check: (opened: Opened<Lease>) => Promise<void>) => (): Promise<void> => using(open, check);

  test(
    "one holder per name; names are apart",
    run(async ({ store }) => {
      expect(await store.acquire("a", "me", 1000)).toEqual(expect.any(Number));
      expect(await store.acquire("a", "you", 1000)).toBeUndefined();
      for (const name of ["b", "", "__proto__"]) expect(await store.acquire(name, "you", 1000)).toEqual(expect.any(Number));
    }),
  );

  test(
    "of many who ask at once one gets it",
    run(async ({ store }) => {
      const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => store.acquire("a", `h${at}`, 1000)));
      expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
    }),
  );

  test(
    "asking again while holding renews, with the same token",
    run(async ({ store, advance }) => {
      const token = await store.acquire("a", "me", 300);
      await advance(200);
      expect(await store.acquire("a", "me", 300)).toBe(token);
      await advance(200);
      expect(await store.acquire("a", "you", 300)).toBeUndefined();
    }),
  );

  test(
    "every new holding has a larger token, also after release and expiry, also of the same holder",
    run(async ({ store, advance }) => {
      const first = (await store.acquire("a", "me", 100)) ?? Number.NaN;
      await advance(200);
      const second = (await store.acquire("a", "me", 1000)) ?? Number.NaN;
      expect(await store.release("a", second)).toBe(true);
      const third = (await store.acquire("a", "you", 1000)) ?? Number.NaN;
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
    }),
  );

  test(
    "renewing keeps it beyond its first expiry",
    run(async ({ store, advance }) => {
      const token = (await store.acquire("a", "me", 300)) ?? Number.NaN;
      await advance(200);
      expect(await store.renew("a", token, 300)).toBe(true);
      await advance(200);
      expect(await store.acquire("a", "you", 300)).toBeUndefined();
      await advance(200);
      expect(await store.acquire("a", "you", 300)).toEqual(expect.any(Number));
    }),
  );

  test(
    "who has lost it can neither renew nor release, and harms nobody",
    run(async ({ store, advance }) => {
      const mine = (await store.acquire("a", "me", 100)) ?? Number.NaN;
      await advance(200);
      expect([await store.renew("a", mine, 1000), await store.release("a", mine)]).toEqual([false, false]);
      const yours = (await store.acquire("a", "you", 1000)) ?? Number.NaN;
      expect([await store.renew("a", mine, 1000), await store.release("a", mine)]).toEqual([false, false]);
      expect(await store.acquire("a", "me", 1000)).toBeUndefined();
      expect(await store.renew("a", yours, 1000)).toBe(true);
      expect([await store.release("a", yours), await store.release("a", yours)]).toEqual([true, false]);
    }),
  );

  test("refuses a ttl that is none", () =>
    using(open, async ({ store }) => {
      await expect(store.acquire("a", "me", 0)).rejects.toThrow(RangeError);
      const token = (await store.acquire("a", "me", 1000)) ?? Number.NaN;
      await expect(store.renew("a", token, 0.5)).rejects.toThrow(RangeError);
    }));

  test("never two holders, never a token that does not grow, under any sequence of calls", async () => {
    const step = fc.record({
      do: fc.constantFrom("acquire", "renew", "release"),
      holder: fc.constantFrom("x", "y", "z"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) =>
        using(open, async ({ store }) => {
          let current: { readonly holder: string; readonly token: number } | undefined;
          const last = new Map<string, number>();
          for (const it of steps) {
            const token = last.get(it.holder) ?? -1;
            if (it.do === "acquire") {
              const got = await store.acquire("a", it.holder, 1_000_000);
              if (current === undefined) {
                expect(got).toBeGreaterThan(Math.max(0, ...last.values()));
                current = { holder: it.holder, token: got ?? Number.NaN };
                last.set(it.holder, current.token);
              } else expect(got).toBe(current.holder === it.holder ? current.token : undefined);
            } else if (it.do === "renew") expect(await store.renew("a", token, 1_000_000)).toBe(current?.token === token);
            else if (it.do === "release") {
              expect(await store.release("a", token)).toBe(current?.token === token);
              if (current?.token === token) current = undefined;
            }
          }
        }),
      ),
      { seed: 1 },
    );
  });
}
