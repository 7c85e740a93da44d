import fc from "fast-check";
import type { Kv } from "../../plugins/stores/kv";
import { type Open, type Opened, using } from "./opened";

/** Long enough not to matter. */
const LONG = 1_000_000;

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

/** What every implementation of `Kv` must do, as long as it has room. Times are far apart: a server's own clock may do. */
export function kvContract(open: Open<Kv>): void {
  const run = (check: (opened: Opened<Kv>) => Promise<void>) => (): Promise<void> => using(open, check);

  test(
    "keeps any bytes under any key, each on its own",
    run(async ({ store }) => {
      const keys = ["a", "", "__proto__", "constructor", "a b\n€{x}", "x".repeat(300)];
      const value = (at: number): Uint8Array => bytes(0, 255, 13, 10, 128, at);
      for (const [at, key] of keys.entries()) expect(await store.set(key, value(at), LONG)).toBe(true);
      for (const [at, key] of keys.entries()) expect(await store.get(key)).toEqual(value(at));
      expect(await store.get("toString")).toBeUndefined();
    }),
  );

  test(
    "an empty value is a value",
    run(async ({ store }) => {
      await store.set("a", bytes(), LONG);
      expect(await store.get("a")).toEqual(bytes());
      expect([await store.delete("a"), await store.delete("a"), await store.get("a")]).toEqual([true, false, undefined]);
    }),
  );

  test(
    "shares no memory with its callers",
    run(async ({ store }) => {
      const mine = Buffer.from("mine");
      await store.set("a", mine, LONG);
      mine.fill(0);
      const first = await store.get("a");
      expect(text(first)).toBe("mine");
      first?.fill(0);
      expect(text(await store.get("a"))).toBe("mine");
    }),
  );

  test(
    "forgets at the expiry, which a later set moves",
    run(async ({ store, advance }) => {
      await store.set("a", bytes(1), 100);
      await store.set("b", bytes(1), 100);
      await store.set("b", bytes(2), 400);
      await advance(200);
      expect([await store.get("a"), await store.get("b")]).toEqual([undefined, bytes(2)]);
      expect(await store.delete("a")).toBe(false);
      await advance(300);
      expect(await store.get("b")).toBeUndefined();
    }),
  );

  test(
    "counts from zero, up and down, and keeps the expiry of the first call",
    run(async ({ store, advance }) => {
      expect(await store.increment("n", 5, 400)).toBe(5);
      await advance(200);
      expect(await store.increment("n", -7, LONG)).toBe(-2);
      expect(text(await store.get("n"))).toBe("-2");
      await advance(300);
      expect(await store.increment("n", 1, LONG)).toBe(1);
    }),
  );

  test(
    "concurrent counts add up",
    run(async ({ store }) => {
      const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment("n", 1, LONG)));
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    }),
  );

  test(
    "counts on from decimal text, refuses what is none, and never leaves the exact integers",
    run(async ({ store }) => {
      await store.set("n", Buffer.from("41"), LONG);
      expect(await store.increment("n", 1, LONG)).toBe(42);
      for (const wrong of ["", "x", "1.5", " 1", "1e3", "0x1", "9".repeat(30)]) {
        await store.set("n", Buffer.from(wrong), LONG);
        await expect(store.increment("n", 1, LONG)).rejects.toThrow(RangeError);
        expect(text(await store.get("n"))).toBe(wrong);
      }
      await store.set("n", Buffer.from(String(Number.MAX_SAFE_INTEGER)), LONG);
      await expect(store.increment("n", 1, LONG)).rejects.toThrow(RangeError);
      await expect(store.increment("fresh", 0.5, LONG)).rejects.toThrow(RangeError);
      expect(await store.get("fresh")).toBeUndefined();
    }),
  );

  test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a ttl of %p", (ttlMs) =>
    using(open, async ({ store }) => {
      await expect(store.set("a", bytes(1), ttlMs)).rejects.toThrow(RangeError);
      await expect(store.increment("a", 1, ttlMs)).rejects.toThrow(RangeError);
      expect(await store.get("a")).toBeUndefined();
    }),
  );

  test("does what a map does, under any sequence of calls", async () => {
    const key = fc.constantFrom("a", "b", "c");
    const step = fc.oneof(
      fc.record({ do: fc.constant("set" as const), key, value: fc.uint8Array({ maxLength: 5 }) }),
      fc.record({ do: fc.constant("get" as const), key }),
      fc.record({ do: fc.constant("delete" as const), key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) =>
        using(open, async ({ store }) => {
          const model = new Map<string, Uint8Array>();
          for (const it of steps) {
            if (it.do === "set") {
              await store.set(it.key, it.value, LONG);
              model.set(it.key, it.value);
            } else if (it.do === "delete") expect(await store.delete(it.key)).toBe(model.delete(it.key));
            else expect(await store.get(it.key)).toEqual(model.get(it.key));
          }
        }),
      ),
      { seed: 1 },
    );
  });
}
