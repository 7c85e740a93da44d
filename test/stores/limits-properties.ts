import fc from "fast-check";
import type { Limit, LimitItem, Limits } from "../../plugins/stores/limits";
import { bucket, item, slots, window } from "./limit-items";
import { ModelLimits } from "./limits-model";
import { type Open, type Opened, using } from "./opened";

const anyBucket = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }));
const anyWindow = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }));
const anyLimit: fc.Arbitrary<Limit> = fc.oneof(
  anyBucket.map((args) => bucket(...args)),
  anyWindow.map(([limit, subMs, count]) => window(limit, subMs * count, count)),
  fc.integer({ min: 1, max: 5 }).map(slots),
);
const anyItems = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b"), anyLimit), {
  selector: ([key, limit]) => JSON.stringify([key, limit]),
  minLength: 1,
  maxLength: 5,
});

type Step =
  /** `mask` picks the items; `share` of each limit's ceiling is the amount (over 1 = impossible). */
  | { readonly do: "reserve"; readonly mask: number; readonly shares: readonly number[]; readonly ttlMs: number }
  /** `which` picks among all reservations ever made, so also those that are over; `share` of what was reserved was used. */
  | { readonly do: "settle"; readonly which: number; readonly share: number }
  | { readonly do: "release"; readonly which: number }
  | { readonly do: "renew"; readonly which: number; readonly ttlMs: number }
  | { readonly do: "advance"; readonly ms: number };

/** Not `fc.double`: it is spread over exponents, so nearly all it makes is next to nothing. */
const percent = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max }).map((it) => it / 100);
const share = fc.oneof(
  { weight: 12, arbitrary: percent(40) },
  { weight: 4, arbitrary: percent(100) },
  { weight: 1, arbitrary: fc.constant(1.1) },
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record<Extract<Step, { do: "reserve" }>>({
      do: fc.constant("reserve"),
      mask: fc.integer({ min: 1, max: 31 }),
      shares: fc.array(share, { minLength: 5, maxLength: 5 }),
      ttlMs: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record<Extract<Step, { do: "settle" }>>({
      do: fc.constant("settle"),
      which: fc.nat(60),
      share: fc.oneof(fc.constantFrom(0, 1), percent(100), percent(150)),
    }),
  },
  { weight: 1, arbitrary: fc.record<Extract<Step, { do: "release" }>>({ do: fc.constant("release"), which: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.record<Extract<Step, { do: "renew" }>>({
      do: fc.constant("renew"),
      which: fc.nat(60),
      ttlMs: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record<Extract<Step, { do: "advance" }>>({
      do: fc.constant("advance"),
      ms: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 120 })),
    }),
  },
);

interface Tried {
  readonly id: string;
  readonly items: readonly LimitItem[];
}

function itemsOf(step: Extract<Step, { do: "reserve" }>, limits: readonly (readonly [string, Limit])[]): LimitItem[] {
  return limits.flatMap(([key, limit], at) => {
    const picked = at === 0 || (step.mask & (1 << at)) !== 0;
    return picked ? [item(limit, Math.round(step.shares[at]! * ceiling(limit)), key)] : [];
  });
}

function ceiling(limit: Limit): number {
  if (limit.kind === "concurrency") return limit.slots;
  return limit.kind === "sliding-window" ? limit.limit : limit.capacity;
}

/** Many limits at once: what one refuses, none takes. One alone: its own arithmetic gets all the attention, refunds above all. */
const alone = fc.oneof(
  anyLimit,
  fc
    .tuple(fc.integer({ min: 50, max: 200 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .map((args) => bucket(...args)),
);
const scenario = fc.oneof(
  fc.tuple(anyItems, fc.array(anyStep, { minLength: 1, maxLength: 40 })),
  fc.tuple(
    alone.map((limit) => [["a", limit] as const]),
    fc.array(anyStep, { minLength: 20, maxLength: 60 }),
  ),
);

/** What holds for every implementation of `Limits`, whatever is called in whatever order. @param numRuns per property. */
export function limitsProperties(open: Open<Limits>, numRuns: number): void {
  test("answers exactly as a replay of the whole log does", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, ([limits, steps]) =>
        using(open, async ({ store, advance }) => {
          const model = new ModelLimits();
          const tried: Tried[] = [];
          for (const step of steps) {
            if (step.do === "advance") {
              await advance(step.ms);
              model.now += step.ms;
            } else if (step.do === "reserve") {
              const request = { id: `r${tried.length}`, ttlMs: step.ttlMs, items: itemsOf(step, limits) };
              tried.push(request);
              const result = await store.reserve(request);
              const { retryAfterMs, refused, ...expected } = model.reserve(request);
              expect(result).toEqual({
                ...(expected.granted ? { granted: true } : { ...expected, refused }),
                ...(expected.granted || expected.impossible ? {} : { retryAfterMs }),
                items: model.states(request.items),
              });
            } else {
              const { id, items } = tried[step.which % Math.max(1, tried.length)] ?? { id: "nobody", items: [] };
              if (step.do === "renew") expect(await store.renew(id, step.ttlMs)).toBe(model.renew(id, step.ttlMs));
              else {
                const used = items.map(({ amount }) => Math.round(amount * (step.do === "settle" ? step.share : 0)));
                const done = step.do === "settle" ? await store.settle(id, used) : await store.release(id);
                expect(done).toBe(model.settle(id, used));
              }
            }
          }
        }),
      ),
      { seed: 1, numRuns },
    );
  });

  limitsPromises(open, numRuns);
}

/** What holds also where keys share a counter for want of room. */
export function limitsPromises(open: Open<Limits>, numRuns: number): void {
  test("retry-after is true: refused just before, admitted at it", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, ([limits, steps]) =>
        using(open, async ({ store, advance }) => {
          const tried: Tried[] = [];
          for (const step of steps) {
            if (step.do === "advance") await advance(step.ms);
            if (step.do === "settle") {
              const { id, items } = tried[step.which % Math.max(1, tried.length)] ?? { id: "nobody", items: [] };
              await store.settle(
                id,
                items.map(({ amount }) => Math.round(amount * step.share)),
              );
            }
            if (step.do !== "reserve") continue;
            const request = { id: `r${tried.length}`, ttlMs: step.ttlMs, items: itemsOf(step, limits) };
            tried.push(request);
            const result = await store.reserve(request);
            if (result.granted || result.impossible) continue;
            await advance(result.retryAfterMs - 1);
            expect(await store.reserve(request)).toMatchObject({ granted: false, retryAfterMs: 1 });
            await advance(1);
            expect(await store.reserve(request)).toMatchObject({ granted: true });
          }
        }),
      ),
      { seed: 1, numRuns },
    );
  });

  test("never admits more than the bound in any stretch of time", async () => {
    await fc.assert(
      fc.asyncProperty(scenario.map(widen), ([limits, steps]) => using(open, (opened) => checkBounds(opened, limits, steps))),
      { seed: 1, numRuns: Math.ceil(numRuns / 3) },
    );
  });
}

/** Many more calls, larger limits and smaller amounts: hundreds of reservations open at a time. */
function widen([limits, steps]: [(readonly [string, Limit])[], Step[]]): [(readonly [string, Limit])[], Step[]] {
  const wider = limits.map(([key, limit]): readonly [string, Limit] => {
    if (limit.kind === "token-bucket") return [key, { ...limit, capacity: limit.capacity * 50 }];
    return [key, limit.kind === "sliding-window" ? { ...limit, limit: limit.limit * 50 } : { ...limit, slots: limit.slots * 20 }];
  });
  const many = Array.from({ length: 6 }, (_, round) =>
    steps.map((step): Step => {
      if (step.do === "reserve") return { ...step, shares: step.shares.map((each) => each / 20) };
      if (step.do === "advance") return { ...step, ms: Math.ceil(step.ms / 8) };
      return "which" in step ? { ...step, which: step.which + round * 37 } : step;
    }),
  );
  return [wider, many.flat()];
}

interface Known {
  readonly at: number;
  readonly expiresAt: number;
  /** Reserved while open, used (at most what was reserved) after settlement. */
  readonly counted: number[];
  open: boolean;
  readonly items: readonly LimitItem[];
}

/** Knows nothing but what was granted and what was settled, and holds it against the promise in `limits.ts`. */
async function checkBounds(
  { store, advance }: Opened<Limits>,
  limits: readonly (readonly [string, Limit])[],
  steps: readonly Step[],
): Promise<void> {
  let now = 0;
  const known: Known[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.do === "advance") {
      await advance(step.ms);
      now += step.ms;
    } else if (step.do === "reserve") {
      const items = itemsOf(step, limits);
      const result = await store.reserve({ id: String(known.length), ttlMs: step.ttlMs, items });
      known.push({
        at: now,
        expiresAt: now + step.ttlMs,
        counted: items.map(({ amount }) => (result.granted ? amount : 0)),
        open: result.granted,
        items,
      });
    } else if (step.do !== "renew") {
      const which = step.which % Math.max(1, known.length);
      const found = known[which];
      const used = (found?.items ?? []).map(({ amount }) => Math.round(amount * (step.do === "settle" ? step.share : 0)));
      if (!(await store.settle(String(which), used)) || found === undefined) continue;
      expect(found.open && now < found.expiresAt).toBe(true);
      found.open = false;
      for (const [at, of] of found.items.entries()) {
        found.counted[at] = Math.min(of.amount, used[at]!);
      }
    }
    if (index % 16 === 15 || index === steps.length - 1) for (const [key, limit] of limits) checkCounter(key, limit);
  }

  function checkCounter(key: string, limit: Limit): void {
    const same = (of: LimitItem): boolean => of.key === key && of.limit === limit;
    const charges = known.flatMap(({ at, items, counted }) =>
      items.flatMap((of, index) => (same(of) ? [{ at, amount: counted[index]! }] : [])),
    );
    if (limit.kind === "concurrency") {
      const held = known.flatMap(({ open, expiresAt, items }) => (open && now < expiresAt ? items.filter(same) : []));
      expect(total(held)).toBeLessThanOrEqual(limit.slots);
      return;
    }
    // Every stretch that begins and ends with a charge: longer ones without another charge allow more.
    for (const [first, { at: from }] of charges.entries()) {
      let taken = 0;
      for (const { at: to, amount } of charges.slice(first)) {
        taken += amount;
        const within =
          limit.kind === "token-bucket" ? limit.capacity + ((to - from) * limit.refill) / limit.everyMs : limit.limit;
        const counts = limit.kind === "token-bucket" || to - from <= limit.windowMs;
        if (counts && taken > within)
          throw new Error(`${taken} instead of ${within} from ${from} to ${to} ms of ${JSON.stringify(limit)}`);
      }
    }
  }
}

function total(of: readonly { readonly amount: number }[]): number {
  return of.reduce((sum, { amount }) => sum + amount, 0);
}
