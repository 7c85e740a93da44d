import { KeyRing } from "../../plugins/core/key-ring";
import { VirtualClock } from "../support/virtual-clock";

describe("KeyRing", () => {
  const open = (...keys: string[]) => {
    const clock = new VirtualClock();
    return { clock, ring: new KeyRing(keys, clock) };
  };
  const take = (ring: KeyRing, times: number) => Array.from({ length: times }, () => ring.pick()?.key);

  test("keys are used in turn", () => {
    expect(take(open("a", "b", "c").ring, 5)).toEqual(["a", "b", "c", "a", "b"]);
  });

  test("a provider without keys has none to pick", () => {
    expect(open().ring.pick()).toBeUndefined();
  });

  test.each([401, 402, 403, 429])("a key answered with %i rests, the others go on", (status) => {
    const { ring } = open("a", "b");
    expect(ring.rest(0, status)).toBeGreaterThan(0);
    expect(take(ring, 3)).toEqual(["b", "b", "b"]);
  });

  test.each([200, 400, 404, 500, 503])("status %i says nothing about the key", (status) => {
    const { ring } = open("a", "b");
    expect(ring.rest(0, status)).toBeUndefined();
    expect(take(ring, 2)).toEqual(["a", "b"]);
  });

  test("a limited key comes back when the provider said so, and not before", () => {
    const { ring, clock } = open("a", "b");
    ring.rest(0, 429, 10_000);
    clock.advance(9_999);
    expect(take(ring, 2)).toEqual(["b", "b"]);
    clock.advance(1);
    expect(take(ring, 2)).toContain("a");
  });

  test("a wall clock set back does not keep a key at rest, nor set forward end its rest", () => {
    const { ring, clock } = open("a", "b");
    expect(ring.rest(0, 429, 10_000)).toBe(clock.now() + 10_000);
    clock.setWall(clock.now() + 1e9);
    expect(take(ring, 2)).toEqual(["b", "b"]);
    clock.setWall(0);
    clock.advance(10_000);
    expect(take(ring, 2)).toContain("a");
  });

  test("a later, shorter rest does not cut an earlier one", () => {
    const { ring, clock } = open("a", "b");
    ring.rest(0, 401);
    ring.rest(0, 429, 1);
    clock.advance(10);
    expect(take(ring, 2)).toEqual(["b", "b"]);
  });

  test("a provider cannot rest a key for more than an hour", () => {
    const { ring, clock } = open("a", "b");
    ring.rest(0, 429, 1e12);
    clock.advance(60 * 60_000);
    expect(take(ring, 2)).toContain("a");
  });

  test("when all rest, the one ready soonest is used", () => {
    const { ring } = open("a", "b");
    ring.rest(0, 429, 5_000);
    ring.rest(1, 429, 1_000);
    expect(take(ring, 2)).toEqual(["b", "b"]);
  });
});
