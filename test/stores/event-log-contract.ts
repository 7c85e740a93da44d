import fc from "fast-check";
import { type EventLog, LOG_START } from "../../plugins/stores/event-log";
import { type Open, type Opened, using } from "./opened";

const LONG = 1_000_000;
/** The store under test keeps this many events per stream. */
export const CONTRACT_LENGTH = 10;

const ev = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

async function read(
  store: EventLog,
  stream: string,
  after = LOG_START,
  max = 100,
): Promise<{ texts: string[]; ids: string[]; missed: boolean }> {
  const { events, missed } = await store.read(stream, after, max);
  return { texts: events.map(({ bytes }) => Buffer.from(bytes).toString()), ids: events.map(({ id }) => id), missed };
}

/** What every implementation of `EventLog` must do; `open` bounds streams at CONTRACT_LENGTH events. */
export function eventLogContract(open: Open<EventLog>): void {
  const run = (check: (opened: Opened<EventLog>) => Promise<void>) => (): Promise<void> => using(open, check);

  test(
    "reads what was appended, in order, each stream on its own",
    run(async ({ store }) => {
      for (const value of ["1", "", "\u0000ÿ"]) await store.append("a", ev(value), LONG);
      await store.append("__proto__", ev("other"), LONG);
      expect(await read(store, "a")).toMatchObject({ texts: ["1", "", "\u0000ÿ"], missed: false });
      expect(await read(store, "__proto__")).toMatchObject({ texts: ["other"], missed: false });
      expect(await read(store, "nobody")).toMatchObject({ texts: [], missed: false });
    }),
  );

  test(
    "several readers, each at its own place, in portions",
    run(async ({ store }) => {
      const ids = [];
      for (const value of ["1", "2", "3", "4", "5"]) ids.push(await store.append("a", ev(value), LONG));
      const first = await read(store, "a", LOG_START, 2);
      expect(first).toEqual({ texts: ["1", "2"], ids: ids.slice(0, 2), missed: false });
      expect(await read(store, "a", first.ids[1], 2)).toMatchObject({ texts: ["3", "4"], missed: false });
      expect(await read(store, "a", ids[4])).toMatchObject({ texts: [], missed: false });
      await store.append("a", ev("6"), LONG);
      expect(await read(store, "a", ids[4])).toMatchObject({ texts: ["6"], missed: false });
    }),
  );

  test(
    "keeps the newest, and says who has missed something",
    run(async ({ store }) => {
      const ids = [];
      for (let at = 0; at < CONTRACT_LENGTH + 3; at += 1) ids.push(await store.append("a", ev(String(at)), LONG));
      expect(await read(store, "a")).toMatchObject({
        texts: Array.from({ length: CONTRACT_LENGTH }, (_, at) => String(at + 3)),
        missed: true,
      });
      expect((await read(store, "a", ids[1])).missed).toBe(true);
      // The reader's last event is gone, but none after it.
      expect(await read(store, "a", ids[2], 1)).toMatchObject({ texts: ["3"], missed: false });
      expect((await read(store, "a", ids[3])).missed).toBe(false);
    }),
  );

  test(
    "forgets a stream some time after its last event; one that begins anew does not pass for the old one",
    run(async ({ store, advance }) => {
      const first = await store.append("a", ev("1"), 300);
      await advance(200);
      const second = await store.append("a", ev("2"), 300);
      await advance(200);
      expect(await read(store, "a", first)).toMatchObject({ texts: ["2"], missed: false });
      await advance(200);
      expect(await read(store, "a")).toMatchObject({ texts: [], missed: false });
      expect((await read(store, "a", second)).missed).toBe(true);
      await store.append("a", ev("3"), LONG);
      expect(await read(store, "a")).toMatchObject({ texts: ["3"], missed: false });
      expect(await read(store, "a", second)).toMatchObject({ texts: ["3"], missed: true });
    }),
  );

  test(
    "shares no memory with its callers",
    run(async ({ store }) => {
      const mine = Buffer.from("mine");
      await store.append("a", mine, LONG);
      mine.fill(0);
      const { events } = await store.read("a", LOG_START, 1);
      events[0]?.bytes.fill(0);
      expect((await read(store, "a")).texts).toEqual(["mine"]);
    }),
  );

  test(
    "refuses a ttl that is none",
    run(async ({ store }) => {
      await expect(store.append("a", ev("1"), 0)).rejects.toThrow(RangeError);
      expect((await read(store, "a")).texts).toEqual([]);
    }),
  );

  test("a reader gets every event once and in order, or is told that it missed some", async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant("append" as const), stream: fc.constantFrom("a", "b") }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("read" as const),
          stream: fc.constantFrom("a", "b"),
          max: fc.integer({ min: 1, max: 8 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), (steps) =>
        using(open, async ({ store }) => {
          const written = new Map([
            ["a", 0],
            ["b", 0],
          ]);
          const place = new Map<string, { id: string; next: number }>();
          for (const it of steps) {
            const count = written.get(it.stream) ?? 0;
            if (it.do === "append") {
              await store.append(it.stream, ev(String(count)), LONG);
              written.set(it.stream, count + 1);
              continue;
            }
            const { id, next } = place.get(it.stream) ?? { id: LOG_START, next: 0 };
            const oldest = Math.max(next, count - CONTRACT_LENGTH);
            const { texts, ids, missed } = await read(store, it.stream, id, it.max);
            expect(missed).toBe(oldest > next);
            expect(texts).toEqual(Array.from({ length: Math.min(it.max, count - oldest) }, (_, at) => String(oldest + at)));
            if (ids.length > 0) place.set(it.stream, { id: ids.at(-1) ?? id, next: oldest + ids.length });
          }
        }),
      ),
      { seed: 1 },
    );
  });
}
