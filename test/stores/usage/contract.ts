/** What every usage store promises: run on each of them. */
import fc from "fast-check";
import type { UsageRecord } from "../../../plugins/stores/usage/record";
import {
  GROUPINGS,
  type Retention,
  type UsageQuery,
  type UsageReport,
  type UsageStore,
} from "../../../plugins/stores/usage/usage-store";
import { NaiveBooks } from "./support/naive";
import { DAY_START, HOUR, recordsWithin, usageRecord } from "./support/records";

/** An empty store. */
export type OpenEmpty = (retention?: Retention) => Promise<UsageStore>;

const HOURS = 6;
const EVER: Pick<UsageQuery, "from" | "to"> = { from: 0, to: DAY_START + 1000 * HOUR };
const one = { recordDays: 1, hourDays: 1 } satisfies Retention;

export function usageStoreContract(open: OpenEmpty, runs: number): void {
  let opened: UsageStore | undefined;
  const start = async (retention?: Retention): Promise<UsageStore> => {
    opened = await open(retention);
    return opened;
  };
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });

  test("an empty store answers with zeros", async () => {
    const store = await start();
    const report = await store.query({ ...EVER, groupBy: ["model"] });
    expect(report).toMatchObject({ ...EVER, rows: [], more: false, total: { requests: 0, costNanos: 0n, tokens: { input: 0 } } });
    expect(await store.spent({ since: 0 })).toBe(0);
  });

  test("every field of a record counts where it belongs", async () => {
    const store = await start();
    const tokens = {
      input: 100,
      output: 50,
      cacheRead: 40,
      cacheWrite: 30,
      cacheWriteHour: 20,
      reasoning: 10,
      audioInput: 9,
      audioOutput: 8,
      imageInput: 7,
      imageOutput: 6,
      webSearches: 5,
    };
    const record = usageRecord({
      at: DAY_START + 14 * HOUR + 5,
      policy: "chat",
      caller: "alice",
      team: "red",
      tags: ["t2", "t1", "t2"],
      feature: "search",
      project: "p1",
      session: "s1",
      alias: "fast",
      target: "openai/gpt-4o",
      model: "gpt-4o-2024-08-06",
      status: 503,
      error: "timeout",
      tokens,
      usageEstimated: true,
      cache: "semantic",
      savedNanos: 7,
      savedTokens: 150,
      costNanos: 2 ** 52,
      durationMs: 12.4,
      firstByteMs: 3.5,
    });
    await store.add([record]);
    const { rows, total } = await store.query({ ...EVER, groupBy: GROUPINGS });
    const figures = {
      requests: 1,
      errors: 1,
      unpricedRequests: 0,
      estimatedRequests: 1,
      durationMs: 12,
      tokens,
      costNanos: 4503599627370496n,
      cacheHits: 1,
      savedTokens: 150,
      savedNanos: 7n,
    };
    expect(total).toEqual(figures);
    const group = {
      model: "gpt-4o-2024-08-06",
      target: "openai/gpt-4o",
      alias: "fast",
      caller: "alice",
      team: "red",
      feature: "search",
      project: "p1",
      policy: "chat",
      provider: "openai",
      status: "503",
      cache: "semantic",
      day: "2026-11-20",
      hour: "2026-11-20T14:00Z",
    };
    expect(rows).toEqual([
      { group: { ...group, tag: "t1" }, ...figures },
      { group: { ...group, tag: "t2" }, ...figures },
    ]);
  });

  test("sums are exact beyond what a double holds", async () => {
    const store = await start();
    await store.add(Array.from({ length: 9 }, () => usageRecord({ costNanos: 2 ** 52 - 1 })));
    const { total, rows } = await store.query({ ...EVER, groupBy: ["caller"] });
    expect([total.costNanos, rows[0]?.costNanos]).toEqual([9n * (2n ** 52n - 1n), 9n * (2n ** 52n - 1n)]);
    expect(await store.spent({ since: 0 })).toBe(2 ** 52);
  });

  test("a record counts once, however often it is added", async () => {
    const store = await start();
    const record = usageRecord();
    await store.add([record, record, { ...record, costNanos: 7 }]);
    await store.add([record, usageRecord()]);
    expect((await store.query({ ...EVER, groupBy: [] })).total).toMatchObject({ requests: 2, costNanos: 2000n });
    await store.add([]);
  });

  test("what is no number, text or amount is made one: no record is in the way of the others", async () => {
    const store = await start();
    await store.add([
      usageRecord({ costNanos: Number.NaN, durationMs: Number.NaN, tokens: { input: -5, output: 1e300 } }),
      usageRecord({ costNanos: -1, at: Number.NaN, status: Number.POSITIVE_INFINITY }),
      usageRecord({ costNanos: 2 ** 60, attempts: -1, firstByteMs: Number.NaN, at: Number.POSITIVE_INFINITY }),
      usageRecord({ caller: "\0\ud800", tags: Array.from({ length: 1000 }, (_, index) => `\udfff${index}`.repeat(500)) }),
    ]);
    const { total } = await store.query({ from: 0, to: 8.64e15, groupBy: ["day"] });
    // The one at the end of all time is not before it.
    expect(total).toMatchObject({ requests: 3, unpricedRequests: 2, costNanos: 1000n, tokens: { input: 20, output: 1e9 + 10 } });
  });

  test("a cost that is known in part counts with that part, and is not known", async () => {
    const store = await start();
    await store.add([
      usageRecord({ priced: "unknown", costNanos: 5 }),
      usageRecord({ priced: "unknown", costNanos: undefined }),
      usageRecord({ priced: "none", costNanos: 0 }),
    ]);
    expect((await store.query({ ...EVER, groupBy: [] })).total).toMatchObject({
      requests: 3,
      unpricedRequests: 2,
      costNanos: 5n,
    });
  });

  test("what a cache had: apart by what it was, saved where it was an answer", async () => {
    const store = await start();
    await store.add([
      usageRecord({ cache: "hit", savedNanos: 3, savedTokens: 30, costNanos: 0, priced: "none", team: "red" }),
      usageRecord({ cache: "stale", savedTokens: 20, costNanos: 0, priced: "none" }),
      usageRecord({ cache: "miss", costNanos: 9, team: "red" }),
      usageRecord({ cache: "bypass", savedNanos: -1, savedTokens: Number.NaN, costNanos: 8 }),
      usageRecord({ costNanos: 7 }),
    ]);
    const { rows, total } = await store.query({ ...EVER, groupBy: ["cache"] });
    expect(
      rows.map(({ group, cacheHits, savedTokens, savedNanos }) => [group.cache, cacheHits, savedTokens, savedNanos]),
    ).toEqual([
      ["miss", 0, 0, 0n],
      ["bypass", 0, 0, 0n],
      ["", 0, 0, 0n],
      ["hit", 1, 30, 3n],
      ["stale", 1, 20, 0n],
    ]);
    expect(total).toMatchObject({ requests: 5, cacheHits: 2, savedTokens: 50, savedNanos: 3n });
    const red = await store.query({ ...EVER, groupBy: ["team"], where: { cache: ["hit", "miss"], team: ["red"] } });
    expect(red.total).toMatchObject({ requests: 2, cacheHits: 1 });
    // The same from the sums of whole hours.
    await store.prune(DAY_START + 400 * 24 * HOUR - HOUR);
    const later = await store.query({ ...EVER, groupBy: ["cache"] });
    expect([later.rows, later.total]).toEqual([rows, total]);
  });

  test("queries that are none are refused", async () => {
    const store = await start();
    const bad: object[] = [
      { from: -1 },
      { from: 0.5 },
      { to: Number.NaN },
      { to: Number.POSITIVE_INFINITY },
      { groupBy: ["constructor"] },
      { groupBy: ["model; drop table usage_records"] },
      { where: { hour: ["x"] } },
      { where: { __proto__x: ["x"] } },
      { limit: 0 },
      { limit: 1.5 },
      { limit: 10_001 },
    ];
    for (const part of bad) {
      await expect(store.query({ ...EVER, groupBy: ["model"], ...part })).rejects.toThrow(RangeError);
    }
  });

  test("rows are the dearest first, and no more than asked for", async () => {
    const store = await start();
    await store.add([5, 3, 9, 1].map((cost) => usageRecord({ model: `m${cost}`, costNanos: cost })));
    const report = await store.query({ ...EVER, groupBy: ["model"], limit: 2 });
    expect(report.rows.map(({ group, costNanos }) => [group.model, costNanos])).toEqual([
      ["m9", 9n],
      ["m5", 5n],
    ]);
    expect([report.more, report.total.costNanos]).toEqual([true, 18n]);
    expect((await store.query({ ...EVER, groupBy: ["model"], limit: 4 })).more).toBe(false);
  });

  test("spent: since a time, of a filter", async () => {
    const store = await start();
    await store.add([
      usageRecord({ at: DAY_START + 10, caller: "alice", costNanos: 1, session: "s1" }),
      usageRecord({ at: DAY_START + 20, caller: "alice", costNanos: 2, session: "s2" }),
      usageRecord({ at: DAY_START + 30, caller: "bob", costNanos: 4, tags: ["t1"] }),
      usageRecord({ at: DAY_START + 3 * HOUR, caller: "alice", costNanos: 8 }),
    ]);
    expect(await store.spent({ since: DAY_START })).toBe(15);
    expect(await store.spent({ since: DAY_START + 20 })).toBe(14);
    expect(await store.spent({ since: DAY_START, where: { caller: ["alice"] } })).toBe(11);
    expect(await store.spent({ since: DAY_START, where: { caller: ["alice", "bob"], tag: ["t1", "t2"] } })).toBe(4);
    expect(await store.spent({ since: DAY_START, where: { session: ["s2"] } })).toBe(2);
    expect(await store.spent({ since: DAY_START, where: { caller: [] } })).toBe(0);
    expect(await store.spent({ since: DAY_START, where: { team: [""], tag: [""] } })).toBe(11);
  });

  test("when single records are forgotten, their hours are answered whole, and the answer says so", async () => {
    const store = await start({ recordDays: 1, hourDays: 3 });
    const early = DAY_START + 2 * HOUR;
    await store.add([
      usageRecord({ at: early + 1, session: "s1" }),
      usageRecord({ at: early + 1000 }),
      usageRecord({ at: early + 9 * HOUR }),
    ]);
    const query: UsageQuery = { from: early + 500, to: early + 9 * HOUR + 1, groupBy: ["caller"] };
    expect(await store.query(query)).toMatchObject({ from: query.from, to: query.to, total: { requests: 2 } });

    await store.prune(early + 25.5 * HOUR);
    expect(await store.query(query)).toMatchObject({
      from: early,
      to: query.to,
      total: { requests: 3 },
      rows: [{ requests: 3 }],
    });
    expect(await store.query({ ...query, to: early + 600 })).toMatchObject({
      from: early,
      to: early + HOUR,
      total: { requests: 2 },
    });
    // A session is known from single records only.
    expect(await store.query({ ...query, where: { session: ["s1"] } })).toMatchObject({
      from: early + HOUR,
      total: { requests: 0 },
    });

    await store.prune(early + 3 * 24 * HOUR + 5 * HOUR);
    expect(await store.query(query)).toMatchObject({ from: early + 5 * HOUR, to: early + 10 * HOUR, total: { requests: 1 } });
    // What was forgotten is not asked for again by a clock that was set back, or by longer keeping.
    await store.prune(early);
    expect(await store.query({ ...query, to: early + 60 })).toMatchObject({
      from: early + 5 * HOUR,
      to: early + 5 * HOUR,
      rows: [],
    });
  });

  test("what is late, for an hour whose single records are gone, counts in that hour", async () => {
    const store = await start({ recordDays: 1, hourDays: 3 });
    await store.add([usageRecord({ at: DAY_START + 5 })]);
    await store.prune(DAY_START + 30 * HOUR);
    await store.add([usageRecord({ at: DAY_START + 7 })]);
    const query: UsageQuery = { from: DAY_START + 6, to: DAY_START + 8, groupBy: [] };
    expect(await store.query(query)).toMatchObject({ from: DAY_START, to: DAY_START + HOUR, total: { requests: 2 } });
    await store.prune(DAY_START + 30 * HOUR);
    expect((await store.query(query)).total.requests).toBe(2);
  });

  test("forgets more than fits one step", async () => {
    const store = await start(one);
    for (let round = 0; round < 10; round += 1) {
      await store.add(
        Array.from({ length: 500 }, (_, index) => usageRecord({ at: DAY_START + round, caller: `c${round}-${index}` })),
      );
    }
    await store.prune(DAY_START + 100 * HOUR);
    await store.add([usageRecord({ at: DAY_START + 100 * HOUR })]);
    expect((await store.query({ ...EVER, groupBy: [] })).total.requests).toBe(1);
  });

  test("totals and groups equal the sum of the records, for any range, grouping and filter, before and after forgetting", async () => {
    const time = fc.oneof(
      fc.integer({ min: -HOUR, max: (HOURS + 1) * HOUR }),
      fc.integer({ min: -1, max: HOURS + 1 }).map((hour) => hour * HOUR),
    );
    const names = fc.subarray(["alice", "bob", "a\0b", "x".repeat(300), "red", "t1", "t2", "openai", "", "200"], {
      minLength: 1,
    });
    const where = fc.record(
      { caller: names, team: names, tag: names, provider: names, status: names, session: fc.constant(["s1", ""]) },
      { requiredKeys: [] },
    );
    const query = fc
      .record({
        times: fc.tuple(time, time),
        groupBy: fc.subarray([...GROUPINGS], { maxLength: 3 }),
        where: fc.option(where, { nil: undefined, freq: 2 }),
      })
      .map(({ times: [a, b], ...rest }) => ({ from: DAY_START + Math.min(a, b), to: DAY_START + Math.max(a, b), ...rest }));
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: fc.array(recordsWithin(HOURS), { maxLength: 30 }) }) },
      { weight: 1, arbitrary: fc.record({ pruneAt: time }) },
      { weight: 6, arbitrary: fc.record({ query }) },
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const books = new NaiveBooks();
        const added = new Set<UsageRecord>();
        let forgotten = 0;
        const tested = await open({ recordDays: 1, hourDays: 400 });
        try {
          for (const it of steps) {
            if ("add" in it) {
              // Without its single record nobody can tell that one is there already.
              const fresh = it.add.filter((record) => record.at >= forgotten);
              await tested.add(fresh);
              books.add(fresh);
              for (const record of fresh) added.add(record);
            } else if ("pruneAt" in it) {
              const at = DAY_START + it.pruneAt;
              await tested.prune(at + 24 * HOUR);
              forgotten = Math.max(forgotten, at - (at % HOUR));
            } else {
              checkReport(await tested.query(it.query), it.query, books, forgotten);
              compared += 1;
            }
          }
        } finally {
          await tested.close();
        }
      }),
      { numRuns: runs, seed: 5 },
    );
    expect(compared).toBeGreaterThan(runs);
  }, 60_000);
}

function checkReport(report: UsageReport, query: UsageQuery, books: NaiveBooks, forgotten: number): void {
  const { from, to } = report;
  if (query.where?.session !== undefined) {
    expect(from).toBe(Math.max(query.from, forgotten));
    expect(to).toBe(Math.max(query.to, from));
  } else {
    const empty = query.from >= query.to;
    expect(from).toBe(query.from < forgotten && !empty ? query.from - (query.from % HOUR) : query.from);
    expect(to).toBe(query.to < forgotten && !empty ? Math.ceil(query.to / HOUR) * HOUR : query.to);
  }
  const covered = { ...query, from, to };
  expect(report.total).toEqual(books.total(covered));
  const rows = new Map(report.rows.map(({ group, ...figures }) => [keyOf(query, group), figures]));
  expect(rows.size).toBe(report.rows.length);
  expect(rows).toEqual(query.groupBy.length === 0 ? new Map() : books.groups(covered));
  const costs = report.rows.map(({ costNanos }) => costNanos);
  expect(costs).toEqual(costs.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
}

function keyOf({ groupBy }: UsageQuery, group: UsageReport["rows"][number]["group"]): string {
  return JSON.stringify([...new Set(groupBy)].map((grouping) => group[grouping]));
}
