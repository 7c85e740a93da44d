import fc from "fast-check";
import type { GraftError } from "../../../plugins/core/errors";
import { Deadlines } from "../../../plugins/relay/upstream/deadlines";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type Step = number | "begun" | "moved" | "hold" | "release" | "stop";

const LIMITS = { firstByteMs: 100, idleMs: 40, totalMs: 300 };

/** Numbers wait. @returns when it expired and why, if it did */
function run(steps: readonly Step[], limits = LIMITS): [number, string] | undefined {
  let expired: [number, string] | undefined;
  const start = performance.now();
  const deadlines = new Deadlines(limits, (error: GraftError) => {
    expect(expired).toBeUndefined();
    expect(error.kind).toBe("timeout");
    expired = [Math.round(performance.now() - start), String((error.cause as Error).message)];
  });
  for (const step of steps) {
    if (typeof step === "number") jest.advanceTimersByTime(step);
    else deadlines[step]();
  }
  deadlines.stop();
  expect(jest.getTimerCount()).toBe(0);
  return expired;
}

const FIRST = "first-byte limit of 100 ms exceeded";
const IDLE = "idle limit of 40 ms exceeded";
const TOTAL = "total limit of 300 ms exceeded";

test.each<[string, readonly Step[], [number, string] | undefined]>([
  ["nothing comes", [1000], [101, FIRST]],
  ["pieces come, but no real event", [60, "moved", 30, "moved", 1000], [101, FIRST]],
  ["it is held back before it began: that is not the provider's silence, but no excuse either", ["hold", 1000], [101, FIRST]],
  ["nothing after the beginning", [10, "begun", 1000], [51, IDLE]],
  ["the beginning at the last moment", [99, "begun", 39, "moved", 1000], [179, IDLE]],
  ["`begun` again does not count as a piece", [10, "begun", 30, "begun", 1000], [51, IDLE]],
  ["the idle limit counts from the last piece", [10, "begun", 30, "moved", 30, "moved", 1000], [111, IDLE]],
  ["held back: only the total limit counts", [10, "begun", "hold", 1000], [301, TOTAL]],
  ["held back, then let go: the idle limit counts anew", [10, "begun", 30, "hold", 100, "release", 1000], [181, IDLE]],
  ["held back and let go at once counts anew as well", [10, "begun", 30, "hold", "release", 1000], [81, IDLE]],
  ["let go without being held back counts for nothing", [10, "begun", 30, "release", 1000], [51, IDLE]],
  ["held back before it began", ["hold", 10, "begun", 200, "release", 1000], [251, IDLE]],
  ["pieces to the total limit", [10, "begun", ...Array.from({ length: 40 }, (): Step[] => [20, "moved"]).flat()], [301, TOTAL]],
  ["stopped", [10, "begun", 30, "stop", 1000], undefined],
  ["stopped, then something late", [10, "stop", "begun", "hold", "release", "moved", 1000], undefined],
])("%s", (_name, steps, expected) => {
  expect(run(steps)).toEqual(expected);
});

test("the total limit, where it is the shortest", () => {
  expect(run([1000], { firstByteMs: 100, idleMs: 40, totalMs: 70 })).toEqual([71, "total limit of 70 ms exceeded"]);
  expect(run([10, "begun", 1000], { firstByteMs: 100, idleMs: 200, totalMs: 70 })).toEqual([71, "total limit of 70 ms exceeded"]);
});

test("an idle limit longer than the first-byte limit", () => {
  expect(run([50, "begun", 1000], { firstByteMs: 100, idleMs: 150, totalMs: 1000 })).toEqual([
    201,
    "idle limit of 150 ms exceeded",
  ]);
});

test("a piece that waited for us to look, while we were busy, is no silence", () => {
  expect(run([10, "begun", 40, "moved", 1000])).toEqual([91, IDLE]);
  expect(run([100, "begun", 1000])).toEqual([141, IDLE]);
});

test("whatever happens, it expires exactly when its limits say", () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom<Step>("begun", "moved", "hold", "release"));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      expect(run([...steps, 1000])).toEqual(expected(steps));
    }),
    { seed: 7, numRuns: 500 },
  );
});

/** The same by a clock that looks every millisecond, and believes what it sees the second time. */
function expected(steps: readonly Step[]): [number, string] {
  let now = 0;
  let begun = false;
  let held = false;
  let moved = 0;
  let suspected = false;
  const reached = (): string | undefined => {
    if (now >= LIMITS.totalMs) return TOTAL;
    if (!begun) return now >= LIMITS.firstByteMs ? FIRST : undefined;
    return !held && now >= moved + LIMITS.idleMs ? IDLE : undefined;
  };
  for (const step of [...steps, 1000]) {
    if (typeof step === "number") {
      for (let left = step; left > 0; left -= 1) {
        now += 1;
        const found = reached();
        if (found !== undefined && suspected) return [now, found];
        suspected = found !== undefined;
      }
    } else if (step === "begun") {
      if (!begun) moved = now;
      begun = true;
    } else if (step === "moved") moved = now;
    else if (step === "hold") held = true;
    else {
      if (held) moved = now;
      held = false;
    }
  }
  throw new Error("nothing expired");
}
