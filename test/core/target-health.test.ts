import fc from "fast-check";
import { type HealthSettings, TargetHealth } from "../../plugins/core/target-health";
import { VirtualClock } from "../support/virtual-clock";

const SETTINGS: HealthSettings = { windowMs: 30_000, minRequests: 4, errorRate: 0.5, cooldownMs: 15_000 };

let clock: VirtualClock;
let health: TargetHealth;

beforeEach(() => {
  clock = new VirtualClock();
  health = new TargetHealth(SETTINGS, clock);
});

const fail = (times: number, model = "m"): (number | undefined)[] => Array.from({ length: times }, () => health.failed(model));

/** A model at rest for a cooldown. */
function atRest(): void {
  fail(4);
  expect(health.admits("m")).toBe(false);
}

describe("when a model rests", () => {
  test("not before enough requests say something, then for a cooldown", () => {
    expect(fail(4)).toEqual([undefined, undefined, undefined, 15_000]);
    expect(health.admits("m")).toBe(false);
    clock.advance(14_999);
    expect(health.admits("m")).toBe(false);
    clock.advance(1);
    expect(health.admits("m")).toBe(true);
  });

  test("not while fewer than its share of requests fail, and at the share itself", () => {
    fail(1);
    for (let index = 0; index < 6; index += 1) health.succeeded("m");
    expect(fail(4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(fail(1)).toEqual([15_000]);
  });

  test("models of one provider fare apart, and names from clients are names like any other", () => {
    fail(4, "__proto__");
    expect(health.admits("__proto__")).toBe(false);
    for (const model of ["m", "constructor", ""]) expect(health.admits(model)).toBe(true);
  });

  test("what is older than the window is forgotten, what is younger than half of it never", () => {
    fail(3);
    clock.advance(14_000);
    expect(fail(1)).toEqual([15_000]);

    health = new TargetHealth(SETTINGS, clock);
    fail(3);
    clock.advance(30_000);
    expect(fail(3)).toEqual([undefined, undefined, undefined]);
    clock.advance(15_000);
    expect(fail(1)).toEqual([15_000]);
  });

  test("a wall clock that somebody sets back keeps no model at rest", () => {
    atRest();
    clock.setWall(0);
    clock.advance(15_000);
    expect(health.admits("m")).toBe(true);
  });
});

describe("how it comes back", () => {
  test("one probe in a cooldown, until one succeeds", () => {
    atRest();
    for (let probe = 0; probe < 3; probe += 1) {
      clock.advance(15_000);
      expect(health.admits("m")).toBe(true);
      health.sent("m");
      expect(health.admits("m")).toBe(false);
    }
    health.succeeded("m");
    expect(health.admits("m")).toBe(true);
    expect(fail(3)).toEqual([undefined, undefined, undefined]);
  });

  test("a probe that fails starts another rest, whatever the rate", () => {
    atRest();
    clock.advance(15_000);
    health.sent("m");
    expect(fail(1)).toEqual([15_000]);
    clock.advance(14_999);
    expect(health.admits("m")).toBe(false);
  });

  test("a request that was sent because all others rest as well ends the rest when it succeeds", () => {
    atRest();
    health.sent("m");
    health.succeeded("m");
    expect(health.admits("m")).toBe(true);
  });

  test("an answer to a request from before the rest does not", () => {
    health.sent("m");
    health.rest("m", 60_000);
    health.succeeded("m");
    expect(health.admits("m")).toBe(false);
    clock.advance(60_000);
    health.sent("m");
    expect(health.rest("m", 60_000)).toBe(60_000);
    health.succeeded("m");
    expect(health.admits("m")).toBe(false);
  });
});

describe("a rest the provider asks for", () => {
  test("is kept exactly, and never made shorter by a failure", () => {
    expect(health.rest("m", 20_000)).toBe(20_000);
    fail(1);
    clock.advance(19_999);
    expect(health.admits("m")).toBe(false);
    clock.advance(1);
    expect(health.admits("m")).toBe(true);
  });

  test("has an end within the hour", () => {
    expect(health.rest("m", 7 * 24 * 3_600_000)).toBe(3_600_000);
    clock.advance(3_600_000);
    expect(health.admits("m")).toBe(true);
  });
});

test("clients who invent names fill no memory: the oldest model is forgotten", () => {
  health.rest("first", 60_000);
  for (let index = 0; index < 999; index += 1) health.rest(`m${index}`, 60_000);
  expect(health.admits("first")).toBe(false);
  health.rest("one more", 60_000);
  expect(health.admits("first")).toBe(true);
  expect(health.admits("m0")).toBe(false);
});

test("no sequence of events forbids a model for ever, and without failures none ever rests", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom("sent" as const, "succeeded" as const, "failed" as const) }),
    fc.record({ do: fc.constant("rest" as const), ms: fc.integer({ min: 0, max: 10_000_000 }) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 100_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const time = new VirtualClock();
      const it = new TargetHealth(SETTINGS, time);
      for (const taken of steps) {
        if (taken.do === "wait") time.advance(taken.ms);
        else if (taken.do === "rest") it.rest("m", taken.ms);
        else it[taken.do]("m");
      }
      if (steps.every((taken) => taken.do !== "failed" && taken.do !== "rest")) expect(it.admits("m")).toBe(true);
      time.advance(3_600_000);
      expect(it.admits("m")).toBe(true);
      it.sent("m");
      it.succeeded("m");
      expect(it.admits("m")).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});
