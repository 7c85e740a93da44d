import { openPlainMemory, openRowMemory, openSimdMemory } from "../../../../plugins/cache/semantic/index/row-memory";
import { MOST_AT_ONCE, Rows } from "../../../../plugins/cache/semantic/index/rows";
import { SIMD_MODULE } from "../../../../plugins/cache/semantic/index/simd-module";
import { naiveDot, randomFrom, randomVector } from "./vectors";

const simd = () => {
  const memory = openSimdMemory();
  if (memory === undefined) throw new Error("every Node this runs on has SIMD");
  return memory;
};

test("the module is small, and it is what is used", () => {
  expect(SIMD_MODULE.length).toBeLessThan(400);
  expect(openRowMemory().dots.toString()).toContain("native code");
});

describe.each([
  ["SIMD", simd],
  ["plain", openPlainMemory],
])("%s", (_name, open) => {
  test.each([1, 2, 15, 16, 17, 63, 64, 100, 384, 1536])("products of vectors of %d", (dimensions) => {
    const random = randomFrom(dimensions);
    const rows = new Rows(dimensions, open());
    const vectors = Array.from({ length: 50 }, () => randomVector(random, dimensions));
    const places = vectors.map((vector) => rows.take(vector));
    const query = randomVector(random, dimensions);
    const found = [...rows.dots(places, query)];
    found.forEach((product, at) => {
      expect(product).toBeCloseTo(naiveDot(vectors[at] ?? query, query), 3);
    });
    expect([...rows.dots([places[7] ?? 0, places[3] ?? 0], query)]).toEqual([found[7], found[3]]);
    expect([...rows.dots([], query)]).toEqual([]);
  });

  test("as many at once as there may be, in memory that grows, and nothing of what lay in a place before", () => {
    const random = randomFrom(1);
    const rows = new Rows(384, open());
    const vectors = Array.from({ length: 3000 }, () => randomVector(random, 384));
    const places = vectors.map((vector) => rows.take(vector));
    expect(rows.size).toBe(3000);
    const query = randomVector(random, 384);
    const last = places.slice(-MOST_AT_ONCE);
    const before = [...rows.dots(last, query)];
    for (const place of places.slice(0, 1500)) rows.giveBack(place);
    expect(rows.size).toBe(1500);
    const again = Array.from({ length: 1500 }, () => rows.take(new Float32Array(384)));
    expect(new Set(again)).toEqual(new Set(places.slice(0, 1500)));
    expect([...rows.dots(again.slice(0, 10), query)]).toEqual(new Array(10).fill(0));
    expect([...rows.dots(last, query)]).toEqual(before);
  });

  test("a query as long as can be, before any row", () => {
    const rows = new Rows(16_384, open());
    expect([...rows.dots([], new Float32Array(16_384))]).toEqual([]);
    const place = rows.take(new Float32Array(16_384).fill(0.5));
    expect([...rows.dots([place], new Float32Array(16_384).fill(1))]).toEqual([8192]);
  });
});
