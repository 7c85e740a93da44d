import fc from "fast-check";
import { LeasedLimits, type LeaseSettings } from "../../plugins/stores/leased/leased-limits";
import type { Limit } from "../../plugins/stores/limits";
import { VirtualClock } from "../support/virtual-clock";
import { bucket, item, slots, window } from "./limit-items";
import { ask, left, Shared, turn } from "./support/shared-store";

jest.setTimeout(60_000);

type Step =
  /** `size` of a slice each, all at the same time or one after the other, which leaves time for slices to be refilled. */
  | {
      readonly do: "reserve";
      readonly on: number;
      readonly size: number;
      readonly count: number;
      readonly together: boolean;
      readonly ttlMs: number;
    }
  /** From the `which`th on, several in a row. */
  | { readonly do: "settle"; readonly which: number; readonly count: number; readonly share: number }
  | { readonly do: "renew"; readonly which: number; readonly ttlMs: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "upkeep"; readonly on: number }
  | { readonly do: "crash"; readonly on: number }
  | { readonly do: "shared"; readonly mode: "works" | "unreachable" | "loses answers" };

const REPLICAS = 3;
const on = fc.nat(REPLICAS - 1);
const percent = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max }).map((it) => it / 100);
const reserve = fc.record<Extract<Step, { do: "reserve" }>>({
  do: fc.constant("reserve"),
  on,
  size: fc.oneof({ weight: 9, arbitrary: percent(50) }, percent(300)),
  count: fc.integer({ min: 1, max: 20 }),
  together: fc.boolean(),
  ttlMs: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(100_000), fc.constant(100_000)),
});
const settle = fc.record<Extract<Step, { do: "settle" }>>({
  do: fc.constant("settle"),
  which: fc.nat(1000),
  count: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(1000)),
  share: fc.oneof(fc.constantFrom(0, 1), percent(150)),
});
const renew = fc.record<Extract<Step, { do: "renew" }>>({
  do: fc.constant("renew"),
  which: fc.nat(1000),
  ttlMs: fc.integer({ min: 1, max: 400 }),
});
const advance = fc.record<Extract<Step, { do: "advance" }>>({
  do: fc.constant("advance"),
  ms: fc.oneof(fc.nat(10), fc.nat(100), fc.nat(600)),
});
const upkeep = fc.record<Extract<Step, { do: "upkeep" }>>({ do: fc.constant("upkeep"), on });
const crash = fc.record<Extract<Step, { do: "crash" }>>({ do: fc.constant("crash"), on });
const failing = fc.record<Extract<Step, { do: "shared" }>>({
  do: fc.constant("shared"),
  mode: fc.constantFrom("works", "unreachable", "loses answers"),
});
const calm = [
  { weight: 12, arbitrary: reserve },
  { weight: 6, arbitrary: settle },
  { weight: 1, arbitrary: renew },
  { weight: 6, arbitrary: advance },
  { weight: 6, arbitrary: upkeep },
] as const;
const calmStep = fc.oneof(...calm);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 50, arbitrary: calmStep },
  { weight: 1, arbitrary: crash },
  { weight: 1, arbitrary: failing },
  { weight: 2, arbitrary: fc.constant({ do: "shared", mode: "works" } as const) },
);
const most = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 50, max: 200 }));
const tokens = fc.oneof(
  fc.tuple(most, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 10, max: 1000 })).map((it) => bucket(...it)),
  fc
    .tuple(most, fc.integer({ min: 20, max: 400 }), fc.integer({ min: 1, max: 5 }))
    .map(([limit, subMs, count]) => window(limit, subMs * count, count)),
);
const anyLimit = fc.oneof(tokens, fc.integer({ min: 1, max: 20 }).map(slots));
/** A bucket with very many charges may take back a little less than it gave. */
const exact = anyLimit.filter(({ kind }) => kind !== "token-bucket");
const anySettings: fc.Arbitrary<Required<Pick<LeaseSettings, "share" | "ttlMs" | "idleMs">>> = fc.record({
  share: fc.constantFrom(0.01, 0.05, 0.1),
  ttlMs: fc.oneof(fc.integer({ min: 50, max: 1000 }), fc.constant(5000)),
  idleMs: fc.oneof(fc.integer({ min: 20, max: 1000 }), fc.constant(5000)),
});

function ceiling(limit: Limit): number {
  if (limit.kind === "concurrency") return limit.slots;
  return limit.kind === "sliding-window" ? limit.limit : limit.capacity;
}

interface Known {
  readonly id: string;
  readonly on: LeasedLimits;
  readonly at: number;
  readonly amount: number;
  expiresAt: number;
  counted: number;
  open: boolean;
  unsure: boolean;
}

/** Three processes over one shared store: plays the steps, and gives what was granted to `check` after each. */
async function play(
  limit: Limit,
  settings: Required<Pick<LeaseSettings, "share" | "ttlMs" | "idleMs">>,
  steps: readonly Step[],
  check: (known: readonly Known[], now: number) => void,
): Promise<{ clock: VirtualClock; shared: Shared; replicas: LeasedLimits[]; known: Known[] }> {
  const clock = new VirtualClock();
  const shared = new Shared(clock);
  const replicas = Array.from({ length: REPLICAS }, () => new LeasedLimits(shared, clock, settings));
  const known: Known[] = [];
  const slice = Math.max(1, Math.floor(ceiling(limit) * settings.share));
  let made = 0;
  for (const it of steps) {
    const now = clock.monotonic();
    if (it.do === "advance") clock.advance(it.ms);
    else if (it.do === "upkeep") await replicas[it.on]!.upkeep();
    else if (it.do === "crash") replicas[it.on] = new LeasedLimits(shared, clock, settings);
    else if (it.do === "shared") shared.mode = it.mode;
    else if (it.do === "reserve") {
      const amount = Math.min(ceiling(limit), Math.round(it.size * slice));
      const store = replicas[it.on]!;
      const one = async (): Promise<void> => {
        const id = String(++made);
        const result = await ask(store, [item(limit, amount)], id, it.ttlMs).catch(() => undefined);
        if (result?.granted !== true) return;
        known.push({ id, on: store, at: now, amount, expiresAt: now + it.ttlMs, counted: amount, open: true, unsure: false });
      };
      if (it.together) await Promise.all(Array.from({ length: it.count }, one));
      for (let at = it.together ? it.count : 0; at < it.count; at += 1) await one().then(turn);
    } else {
      const count = it.do === "settle" ? it.count : 1;
      const from = it.which % Math.max(1, known.length);
      for (const found of known.slice(from, from + count)) {
        if (!replicas.includes(found.on)) continue;
        if (it.do === "renew") {
          const renewed = await found.on.renew(found.id, it.ttlMs).catch(() => false);
          if (renewed) found.expiresAt = Math.max(found.expiresAt, now + it.ttlMs);
          continue;
        }
        const used = Math.round(it.share * found.amount);
        const settled = await found.on.settle(found.id, [used]).catch(() => undefined);
        if (settled === true) expect((found.open || found.unsure) && now < found.expiresAt).toBe(true);
        if (settled === false) continue;
        if (settled === true || found.open) found.counted = Math.min(found.amount, used);
        // An answer that was lost may have been a settlement, or none.
        found.unsure = settled === undefined;
        found.open = false;
      }
    }
    await turn();
    check(known, clock.monotonic());
  }
  return { clock, shared, replicas, known };
}

describe("under any sequence of calls, crashes and failures of the shared store", () => {
  test("never more than the limit's own bound and one slice a process, in any stretch of time", async () => {
    await fc.assert(
      fc.asyncProperty(
        tokens,
        anySettings,
        fc.array(anyStep, { minLength: 10, maxLength: 60 }),
        async (limit, settings, steps) => {
          const slices = REPLICAS * Math.max(1, Math.floor(ceiling(limit) * settings.share));
          const { known } = await play(limit, settings, steps, () => {});
          for (const [first, { at: from }] of known.entries()) {
            let taken = 0;
            for (const { at: to, counted } of known.slice(first)) {
              taken += counted;
              if (limit.kind === "sliding-window" && to - from > limit.windowMs) break;
              const refilled = limit.kind === "token-bucket" ? ((to - from) * limit.refill) / limit.everyMs : 0;
              const own = ceiling(limit) + refilled;
              if (taken > own + slices) throw new Error(`${taken} instead of ${own} + ${slices} from ${from} to ${to} ms`);
            }
          }
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  test("never more slots than there are, as long as processes keep up their slices", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        anySettings,
        fc.array(calmStep, { minLength: 1, maxLength: 120 }),
        async (most, settings, steps) => {
          const kept = steps.flatMap((it): Step[] => {
            if (it.do !== "advance") return [it];
            // In small steps, with upkeep in between.
            const all = Array.from({ length: REPLICAS }, (_, at): Step => ({ do: "upkeep", on: at }));
            return Array.from({ length: 4 }, () => [
              { do: "advance", ms: Math.floor(Math.min(it.ms, settings.ttlMs) / 4) } as const,
              ...all,
            ]).flat();
          });
          await play(slots(most), settings, kept, (known, now) => {
            const held = known.filter(({ open, expiresAt }) => open && now < expiresAt);
            expect(held.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(most);
          });
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("nothing leaks: when all has ended, everything is there again", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLimit,
        anySettings,
        fc.array(anyStep, { minLength: 1, maxLength: 60 }),
        async (limit, settings, steps) => {
          const { clock, shared, replicas } = await play(limit, settings, steps, () => {});
          shared.mode = "works";
          for (const store of replicas) await store.close();
          await turn();
          expect(replicas.map(({ size }) => size)).toEqual(replicas.map(() => 0));
          clock.advance(10_000_000);
          for (let at = 0; at < 200; at += 1) await shared.store.renew("nobody", 1);
          expect(shared.store.size).toBe(0);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("what is given back is there at once, and in full", async () => {
    await fc.assert(
      fc.asyncProperty(
        exact,
        anySettings,
        fc.array(fc.oneof(reserve, upkeep), { minLength: 1, maxLength: 40 }),
        async (limit, settings, steps) => {
          const { shared, replicas, known } = await play(
            limit,
            { ...settings, ttlMs: 1000 },
            steps.map((it) => ({ ...it, ttlMs: 1000 })),
            () => {},
          );
          for (const { id, on: store } of known) expect(await store.release(id)).toBe(true);
          for (const store of replicas) await store.close();
          await turn();
          expect(await left(shared.store, limit)).toBe(ceiling(limit));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
