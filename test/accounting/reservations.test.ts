import { type OnError, Reservations } from "../../plugins/accounting";
import { GraftError } from "../../plugins/core/errors";
import { type LimitItem, type Limits, MAX_AMOUNT } from "../../plugins/stores/limits";
import { MemoryLimits } from "../../plugins/stores/memory/limits";
import { VirtualClock } from "../support/virtual-clock";

const item = (amount: number, limit = 10): LimitItem => ({
  key: "k",
  amount,
  limit: { kind: "sliding-window", limit, windowMs: 3_600_000, subWindows: 60 },
});
const slot: LimitItem = { key: "s", amount: 1, limit: { kind: "concurrency", slots: 1 } };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setUp(onError: OnError = "closed") {
  const clock = new VirtualClock();
  const memory = new MemoryLimits(clock, 1000);
  const state = { away: false, troubles: 0, warnings: [] as string[] };
  const guarded = <T>(call: () => Promise<T>): Promise<T> =>
    state.away ? Promise.reject(new GraftError("unavailable", "gone", { cause: new Error("ECONNREFUSED") })) : call();
  const limits: Limits = {
    reserve: (request) => guarded(() => memory.reserve(request)),
    renew: (id, ttlMs) => guarded(() => memory.renew(id, ttlMs)),
    settle: (id, used) => guarded(() => memory.settle(id, used)),
    release: (id) => guarded(() => memory.release(id)),
  };
  const reservations = new Reservations({
    limits,
    local: new MemoryLimits(clock, 1000),
    onError,
    localShare: 50,
    clock,
    onTrouble: () => {
      state.troubles += 1;
    },
    warn: (fields, message) => state.warnings.push(`${message} ${JSON.stringify(fields)}`),
  });
  /** Both clocks: the timers' and the store's. */
  const pass = async (ms: number, step = 1000): Promise<void> => {
    for (let at = 0; at < ms; at += step) {
      clock.advance(step);
      await jest.advanceTimersByTimeAsync(step);
    }
  };
  return { reservations, state, pass };
}

test("a stream of an hour keeps its slot, and gives it back at its end", async () => {
  const { reservations, pass } = setUp();
  const first = await reservations.reserve("a", [slot]);
  await pass(3_600_000);
  expect((await reservations.reserve("b", [slot])).kind).toBe("refused");
  if (first.kind === "held") await first.held.settle([1]);
  expect((await reservations.reserve("c", [slot])).kind).toBe("held");
});

test("nothing is renewed, and no timer left, when all are settled", async () => {
  const { reservations } = setUp();
  for (const id of ["a", "b"]) {
    const held = await reservations.reserve(id, [item(1)]);
    if (held.kind === "held") await held.held.settle([1]);
  }
  expect(jest.getTimerCount()).toBe(0);
});

test("settling twice, or after it has expired, changes nothing", async () => {
  const { reservations } = setUp();
  const one = await reservations.reserve("a", [item(10)]);
  if (one.kind !== "held") throw new Error(one.kind);
  await one.held.settle([4]);
  await one.held.settle([0]);
  expect((await reservations.reserve("b", [item(7)])).kind).toBe("refused");
  expect((await reservations.reserve("b", [item(6)])).kind).toBe("held");
});

describe("the store is away", () => {
  test("it is told once when it goes, and once when it is back", async () => {
    const { reservations, state } = setUp("open");
    state.away = true;
    for (const id of ["a", "b", "c"]) expect(await reservations.reserve(id, [item(1)])).toEqual({ kind: "unlimited" });
    expect(state.warnings).toEqual([`the store of limits does not answer {"on_error":"open","cause":"ECONNREFUSED"}`]);
    state.away = false;
    await reservations.reserve("d", [item(1)]);
    await reservations.reserve("e", [item(1)]);
    expect(state.warnings.slice(1)).toEqual(["the store of limits answers again {}"]);
    expect(state.troubles).toBe(3);
  });

  test("closed: a refusal that says to come again, and nothing of the cause", async () => {
    const { reservations, state } = setUp();
    state.away = true;
    const error = await reservations.reserve("a", [item(1)]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "unavailable", options: { shouldRetry: true, retryAfterMs: 1000, ours: true } });
    expect(String(error)).not.toContain("ECONN");
  });

  test("local: a share of each limit; settled where it was reserved, whatever has come back since", async () => {
    const { reservations, state } = setUp("local");
    state.away = true;
    const held = await reservations.reserve("a", [item(5)]);
    expect((await reservations.reserve("b", [item(1)])).kind).toBe("refused");
    state.away = false;
    if (held.kind === "held") await held.held.settle([0]);
    expect((await reservations.reserve("c", [item(10)])).kind).toBe("held");
    state.away = true;
    expect((await reservations.reserve("d", [item(5)])).kind).toBe("held");
  });

  test("local: who asks is told that others are not in these counts; what is never reached has no share", async () => {
    const { reservations, state } = setUp("local");
    const ledger = { ...item(0, MAX_AMOUNT), key: "ledger", group: "g" };
    const here = await reservations.reserve("a", [item(1), ledger]);
    expect(here).toMatchObject({ kind: "held", held: { local: false, items: [{ remaining: 9 }, { remaining: MAX_AMOUNT }] } });
    expect(await reservations.reserve("b", [item(10)])).toMatchObject({ kind: "refused", local: false });
    state.away = true;
    const away = await reservations.reserve("c", [item(1), ledger]);
    expect(away).toMatchObject({ kind: "held", held: { local: true, items: [{ remaining: 4 }, { remaining: MAX_AMOUNT }] } });
    expect(await reservations.reserve("d", [item(5)])).toMatchObject({ kind: "refused", local: true });
  });

  test("what cannot be settled stays charged as reserved until it expires, and nobody fails for it", async () => {
    const { reservations, state, pass } = setUp();
    const held = await reservations.reserve("a", [item(10)]);
    state.away = true;
    if (held.kind === "held") await held.held.settle([0]);
    state.away = false;
    await pass(120_000);
    expect((await reservations.reserve("b", [item(1)])).kind).toBe("refused");
    expect(state.warnings).toHaveLength(2);
  });
});
