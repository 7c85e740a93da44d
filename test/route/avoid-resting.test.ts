import fc from "fast-check";
import { avoidResting } from "../../plugins/route/avoid-resting";
import { clock, target } from "../support/exchange";

const models = (list: readonly { readonly model: string }[]): string => list.map(({ model }) => model).join("");
const targets = (resting: string) =>
  [..."abcd"].map((model) => {
    const it = target("openai", model);
    if (resting.includes(model)) it.provider.health.rest(model, 60_000);
    return it;
  });

test.each([
  ["", "abcd"],
  ["a", "bcda"],
  ["bd", "acbd"],
  ["abc", "dabc"],
  ["abcd", "abcd"],
])("with %j at rest the order is %s: none is left out", (resting, order) => {
  expect(models(avoidResting(targets(resting)))).toBe(order);
});

test("what a rest was asked for comes back in its place", () => {
  const list = targets("a");
  clock.advance(60_000);
  expect(avoidResting(list)).toBe(list);
});

test("one alone is not even looked at", () => {
  const list = targets("a").slice(0, 1);
  expect(avoidResting(list)).toBe(list);
  expect(avoidResting([])).toEqual([]);
});

test("whatever rests, it is the same targets, each group in its order", () => {
  fc.assert(
    fc.property(fc.subarray([..."abcd"]), (resting) => {
      const order = models(avoidResting(targets(resting.join(""))));
      expect([...order].toSorted().join("")).toBe("abcd");
      expect(order).toBe([..."abcd"].filter((it) => !resting.includes(it)).join("") + resting.join(""));
    }),
    { seed: 1 },
  );
});
