import fc from "fast-check";
import { Breaker, type Pass } from "../../plugins/stores/redis/breaker";
import { pause } from "../../plugins/stores/redis/pause";
import { VirtualClock } from "../support/virtual-clock";

const LONGEST_MS = 3000;

function tripped(): { breaker: Breaker; clock: VirtualClock } {
  const clock = new VirtualClock();
  const breaker = new Breaker(clock);
  for (let at = 0; at < 5; at += 1) breaker.failed(breaker.enter()!);
  return { breaker, clock };
}

test("lets everything through until five calls in a row have failed", () => {
  const breaker = new Breaker(new VirtualClock());
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < 4; at += 1) breaker.failed(breaker.enter()!);
    expect(breaker.enter()).toEqual({ probe: false });
    breaker.answered();
  }
  for (let at = 0; at < 5; at += 1) breaker.failed(breaker.enter()!);
  expect(breaker.enter()).toBeUndefined();
});

test("after the pause one call, and only one, finds out for all", () => {
  const { breaker, clock } = tripped();
  clock.advance(49);
  expect(breaker.enter()).toBeUndefined();
  clock.advance(101);
  expect(breaker.enter()).toEqual({ probe: true });
  for (let at = 0; at < 100; at += 1) expect(breaker.enter()).toBeUndefined();
  clock.advance(1e6);
  expect(breaker.enter()).toBeUndefined();
  breaker.answered();
  for (let at = 0; at < 100; at += 1) expect(breaker.enter()).toEqual({ probe: false });
});

test("each probe that fails makes the pause longer, up to some seconds, and an answer forgets that", () => {
  const { breaker, clock } = tripped();
  const waited: number[] = [];
  for (let at = 0; at < 10; at += 1) {
    let ms = 0;
    let pass: Pass | undefined;
    while (pass === undefined) {
      clock.advance(1);
      ms += 1;
      pass = breaker.enter();
    }
    waited.push(ms);
    breaker.failed(pass);
  }
  expect(waited[0]).toBeLessThanOrEqual(150);
  expect(Math.max(...waited)).toBeLessThanOrEqual(LONGEST_MS);
  expect(Math.min(...waited.slice(5))).toBeGreaterThanOrEqual(1000);
  clock.advance(LONGEST_MS);
  breaker.enter();
  breaker.answered();
  for (let at = 0; at < 5; at += 1) breaker.failed(breaker.enter()!);
  clock.advance(150);
  expect(breaker.enter()).toEqual({ probe: true });
});

test("calls from before the pause neither lengthen it nor end the probe; one that was answered in time ends it", () => {
  const clock = new VirtualClock();
  const breaker = new Breaker(clock);
  const passes = Array.from({ length: 50 }, () => breaker.enter()!);
  for (const pass of passes) breaker.failed(pass);
  clock.advance(150);
  expect(breaker.enter()).toEqual({ probe: true });
  breaker.failed(passes[0]!);
  expect(breaker.enter()).toBeUndefined();
  breaker.answered();
  expect(breaker.enter()).toEqual({ probe: false });
});

test("whatever happens, at most one probe is under way, and some seconds after the last failure a call is let through", () => {
  const step = fc.oneof(fc.constantFrom("enter", "enter", "answered", "failed", "failed"), fc.nat(500));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const clock = new VirtualClock();
      const breaker = new Breaker(clock);
      const underWay: Pass[] = [];
      for (const it of steps) {
        if (typeof it === "number") clock.advance(it);
        else if (it === "enter") {
          const pass = breaker.enter();
          if (pass !== undefined) underWay.push(pass);
          expect(underWay.filter(({ probe }) => probe).length).toBeLessThanOrEqual(1);
        } else {
          const pass = underWay.pop();
          if (pass === undefined) continue;
          if (it === "failed") breaker.failed(pass);
          else {
            breaker.answered();
            // What else was under way is of the time before.
            underWay.length = 0;
          }
        }
      }
      for (const pass of underWay) breaker.failed(pass);
      clock.advance(LONGEST_MS);
      expect(breaker.enter()).toBeDefined();
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test("pauses between attempts double, are scattered, and end at some seconds", () => {
  for (const [attempt, middle] of [
    [1, 100],
    [2, 200],
    [5, 1600],
    [50, 2000],
    [5000, 2000],
  ] as const) {
    const pauses = Array.from({ length: 1000 }, () => pause(attempt));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(middle / 2);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(middle * 1.5);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(middle / 2);
  }
});
