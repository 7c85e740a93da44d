import fc from "fast-check";
import { EmbeddedIndex, type EmbeddedIndexParts } from "../../../../plugins/cache/semantic/index/embedded-index";
import type { EventLog } from "../../../../plugins/stores/event-log";
import { MemoryEventLog } from "../../../../plugins/stores/memory/event-log";
import { turn } from "../../../stores/support/shared-store";
import { VirtualClock } from "../../../support/virtual-clock";
import { naiveCosine, randomFrom, randomVector } from "./vectors";

const MIB = 1024 * 1024;

function opened(parts: Partial<EmbeddedIndexParts> = {}) {
  const clock = new VirtualClock();
  const troubles: unknown[] = [];
  const index = new EmbeddedIndex({ clock, onTrouble: (error) => troubles.push(error), ...parts });
  return { clock, troubles, index };
}

function memoryLog(clock: VirtualClock, maxLength = 1000): EventLog {
  return new MemoryEventLog(clock, { maxLength, maxStreams: 100, maxBytes: 64 * MIB });
}

const HOUR = 3_600_000;

test("the nearest first, as many as asked for, none below the least score", async () => {
  const { index, clock } = opened();
  const expiresAt = clock.now() + HOUR;
  const add = (id: string, ...vector: number[]) => index.add("p", { id, vector: Float32Array.from(vector), expiresAt });
  await add("east", 5, 0);
  await add("north-east", 2, 2);
  await add("north", 0, 0.1);
  await add("west", -3, 0);
  const query = Float32Array.of(10, 0);
  expect(await index.search("p", query, 9, -1)).toEqual([
    { id: "east", score: 1 },
    { id: "north-east", score: expect.closeTo(Math.SQRT1_2, 6) },
    { id: "north", score: expect.closeTo(0, 6) },
    { id: "west", score: -1 },
  ]);
  expect((await index.search("p", query, 2, -1)).map(({ id }) => id)).toEqual(["east", "north-east"]);
  expect((await index.search("p", query, 9, 0.7)).map(({ id }) => id)).toEqual(["east", "north-east"]);
  expect(await index.search("p", query, 0, -1)).toEqual([]);
});

test("partitions and lengths are strangers to each other", async () => {
  const { index, clock } = opened();
  const expiresAt = clock.now() + HOUR;
  await index.add("a", { id: "1", vector: Float32Array.of(1, 0), expiresAt });
  expect(await index.search("b", Float32Array.of(1, 0), 1, -1)).toEqual([]);
  expect(await index.search("a", Float32Array.of(1, 0, 0), 1, -1)).toEqual([]);
  expect(await index.search("2:a", Float32Array.of(1, 0), 1, -1)).toEqual([]);
});

test.each([
  ["zeros", Float32Array.of(0, 0)],
  ["nothing", new Float32Array()],
  ["an infinity", Float32Array.of(1, Number.POSITIVE_INFINITY)],
  ["no number", Float32Array.of(1, Number.NaN)],
])("%s: refused, and near nothing", async (_name, vector) => {
  const { index, clock } = opened();
  await index.add("p", { id: "1", vector: Float32Array.of(1, 0), expiresAt: clock.now() + HOUR });
  await expect(index.add("p", { id: "x", vector, expiresAt: clock.now() + HOUR })).rejects.toThrow(RangeError);
  expect(await index.search("p", vector, 9, -1)).toEqual([]);
});

test("found until it expires, and in its new place when added again", async () => {
  const { index, clock } = opened();
  const vector = Float32Array.of(1, 0);
  await index.add("p", { id: "short", vector, expiresAt: clock.now() + 10 });
  await index.add("p", { id: "long", vector, expiresAt: clock.now() + 100 });
  await index.add("p", { id: "over", vector, expiresAt: clock.now() });
  clock.advance(9);
  expect((await index.search("p", vector, 9, 0)).map(({ id }) => id)).toEqual(["short", "long"]);
  clock.advance(1);
  expect((await index.search("p", vector, 9, 0)).map(({ id }) => id)).toEqual(["long"]);
  await index.add("p", { id: "long", vector: Float32Array.of(0, 1), expiresAt: clock.now() + 100 });
  expect(await index.search("p", vector, 9, 0.5)).toEqual([]);
  expect(await index.search("p", Float32Array.of(0, 1), 9, 0.5)).toHaveLength(1);
});

test("a full partition forgets its oldest", async () => {
  const { index, clock } = opened({ maxPerPartition: 3 });
  const vector = Float32Array.of(1, 1);
  for (const id of ["a", "b", "c", "a", "d", "e"]) await index.add("p", { id, vector, expiresAt: clock.now() + HOUR });
  expect((await index.search("p", vector, 9, 0)).map(({ id }) => id).sort()).toEqual(["a", "d", "e"]);
});

test("never more bytes than it may have; the partition not asked for longest goes first", async () => {
  const size = 16 * 4 + 250;
  const { index, clock } = opened({ maxBytes: 3 * 1000 + 6 * size });
  const random = randomFrom(3);
  const add = (partition: string, id: string) =>
    index.add(partition, { id, vector: randomVector(random, 16), expiresAt: clock.now() + HOUR });
  const query = randomVector(random, 16);
  const size_ = async (partition: string) => (await index.search(partition, query, 99, -1)).length;
  for (const partition of ["a", "b", "c"]) for (const id of ["1", "2"]) await add(partition, id);
  expect(index.bytes).toBe(3 * 1000 + 6 * size);
  expect(await size_("a")).toBe(2);
  await add("c", "3");
  expect(await size_("b")).toBe(0);
  expect([await size_("a"), await size_("c")]).toEqual([2, 3]);
  for (let id = 0; id < 100; id += 1) await add("d", String(id));
  expect([await size_("a"), await size_("c")]).toEqual([0, 0]);
  expect(index.bytes).toBeLessThanOrEqual(3 * 1000 + 6 * size);
  expect(await size_("d")).toBe(Math.floor((3 * 1000 + 6 * size - 1000) / size));
});

test("a large partition is searched in several turns, and may lose everything meanwhile", async () => {
  const { index, clock } = opened({ maxBytes: 6 * MIB });
  const random = randomFrom(5);
  const vectors = Array.from({ length: 1100 }, () => randomVector(random, 1024));
  for (const [at, vector] of vectors.entries()) {
    await index.add("p", { id: String(at), vector, expiresAt: clock.now() + HOUR });
  }
  const query = vectors[1099] ?? new Float32Array();
  expect(await index.search("p", query, 1, 0.9)).toEqual([{ id: "1099", score: expect.closeTo(1, 5) }]);
  const searching = index.search("p", query, 1, 0.9);
  for (const [at, vector] of vectors.entries()) {
    await index.add("q", { id: String(at), vector, expiresAt: clock.now() + HOUR });
  }
  expect(await searching).toEqual([]);
  expect(await index.search("p", query, 1, 0.9)).toEqual([]);
  expect(await index.search("q", query, 1, 0.9)).toHaveLength(1);
});

/** What it must be like, over any sequence of calls. */
test("as a list that is searched naively", async () => {
  type Kept = { id: string; vector: Float32Array; expiresAt: number };
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant("add" as const), fc.nat(12), fc.nat(2), fc.integer({ min: 1, max: 50 })) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("search" as const), fc.nat(6), fc.nat(2), fc.integer({ min: -100, max: 100 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("wait" as const), fc.nat(40), fc.nat(2), fc.nat()) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.nat(), async (steps, seed) => {
      const { index, clock } = opened({ maxPerPartition: 8 });
      const random = randomFrom(seed);
      const model = new Map<number, Kept[]>();
      for (const [what, one, partition, number] of steps) {
        const list = model.get(partition) ?? [];
        const vector = randomVector(random, 20);
        if (what === "wait") {
          clock.advance(one);
        } else if (what === "add") {
          const expiresAt = clock.now() + number;
          await index.add(String(partition), { id: String(one), vector, expiresAt });
          let left = list.filter(({ id }) => id !== String(one));
          // The oldest go while they are over, and when there are too many.
          while (list[0] === left[0] && left[0] !== undefined && left[0].expiresAt <= clock.now()) left = left.slice(1);
          model.set(partition, [...left, { id: String(one), vector, expiresAt }].slice(-8));
        } else {
          const least = number / 100;
          const found = await index.search(String(partition), vector, one, least);
          const wanted = list
            .filter(({ expiresAt }) => expiresAt > clock.now())
            .map((it) => ({ id: it.id, score: naiveCosine(it.vector, vector) }))
            .filter(({ score }) => score >= least)
            .sort((a, b) => b.score - a.score)
            .slice(0, one);
          expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
          found.forEach(({ score }, at) => void expect(score).toBeCloseTo(wanted[at]?.score ?? Number.NaN, 5));
        }
      }
    }),
    { numRuns: 150, seed: 11 },
  );
});

describe("with a log", () => {
  test("what one process adds others find, and so does one that starts later", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock);
    const [one, other] = [opened({ clock, log }).index, opened({ clock, log }).index];
    const vector = Float32Array.of(1, 2, 3);
    expect(await other.search("p", vector, 1, 0)).toEqual([]);
    await one.add("p", { id: "a", vector, expiresAt: clock.now() + HOUR });
    expect(await other.search("p", vector, 9, 0)).toEqual([{ id: "a", score: expect.closeTo(1, 6) }]);
    await other.add("p", { id: "b", vector, expiresAt: clock.now() + HOUR });
    await one.add("p", { id: "a", vector: Float32Array.of(-1, -2, -3), expiresAt: clock.now() + 2 * HOUR });
    for (const index of [one, other, opened({ clock, log }).index]) {
      expect((await index.search("p", vector, 9, 0)).map(({ id }) => id)).toEqual(["b"]);
      expect((await index.search("p", vector, 9, -1)).map(({ id }) => id)).toEqual(["b", "a"]);
    }
  });

  test("a long stream is read piece by piece, and nobody waits for all of it", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock);
    const random = randomFrom(9);
    const vectors = Array.from({ length: 200 }, () => randomVector(random, 4096));
    const writer = opened({ clock, log }).index;
    for (const [at, vector] of vectors.entries()) {
      await writer.add("p", { id: String(at), vector, expiresAt: clock.now() + HOUR });
    }
    const reader = opened({ clock, log }).index;
    const last = vectors[199] ?? new Float32Array();
    expect(await reader.search("p", vectors[0] ?? last, 1, 0.9)).toHaveLength(1);
    expect(await reader.search("p", last, 1, 0.9)).toHaveLength(0);
    for (let round = 0; round < 10; round += 1) await turn();
    expect(await reader.search("p", last, 1, 0.9)).toHaveLength(1);
  });

  test("one read at a time, however many ask", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock);
    let reads = 0;
    const counted: EventLog = {
      append: (...it) => log.append(...it),
      read: (...it) => {
        reads += 1;
        return log.read(...it);
      },
    };
    const { index } = opened({ clock, log: counted });
    await Promise.all(Array.from({ length: 50 }, () => index.search("p", Float32Array.of(1, 0), 1, 0)));
    expect(reads).toBe(1);
    await index.search("p", Float32Array.of(1, 0), 1, 0);
    expect(reads).toBe(2);
  });

  test("what was trimmed away or forgotten meanwhile is missed, and nothing else", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock, 3);
    const [writer, reader] = [opened({ clock, log }).index, opened({ clock, log }).index];
    const random = randomFrom(2);
    const vectors = Array.from({ length: 8 }, () => randomVector(random, 32));
    const found = async () => {
      const results = await Promise.all(vectors.map((vector) => reader.search("p", vector, 1, 0.99)));
      return results.flat().map(({ id }) => id);
    };
    const add = (at: number, ttl: number) =>
      writer.add("p", { id: String(at), vector: vectors[at] ?? new Float32Array(), expiresAt: clock.now() + ttl });
    await add(0, HOUR);
    expect(await found()).toEqual(["0"]);
    for (let at = 1; at < 7; at += 1) await add(at, 10);
    expect(await found()).toEqual(["0", "4", "5", "6"]);
    clock.advance(10);
    await add(7, HOUR);
    expect(await found()).toEqual(["0", "7"]);
  });

  test("without the log what is here is searched, and it is told", async () => {
    const clock = new VirtualClock();
    const away: EventLog = { append: () => Promise.reject(new Error("away")), read: () => Promise.reject(new Error("away")) };
    const { index, troubles } = opened({ clock, log: away });
    const vector = Float32Array.of(1, 0);
    await index.add("p", { id: "a", vector, expiresAt: clock.now() + HOUR });
    expect(await index.search("p", vector, 1, 0)).toHaveLength(1);
    expect(troubles).toHaveLength(2);
  });

  test("what others have put into the stream is passed over", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock);
    const vector = Float32Array.of(1, 0);
    const writer = opened({ clock, log }).index;
    await log.append("vectors:2:p", Buffer.from("no vector at all"), HOUR);
    await log.append("vectors:2:p", new Uint8Array(), HOUR);
    await writer.add("p", { id: "a", vector, expiresAt: clock.now() + HOUR });
    const { index, troubles } = opened({ clock, log });
    expect(await index.search("p", vector, 9, 0)).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  test("a partition that is pushed out while its stream is read leaves nothing behind", async () => {
    const clock = new VirtualClock();
    const log = memoryLog(clock);
    const writer = opened({ clock, log }).index;
    const vector = Float32Array.of(1, 0);
    for (let at = 0; at < 5; at += 1) await writer.add("p", { id: String(at), vector, expiresAt: clock.now() + HOUR });
    const { index } = opened({ clock, log, maxBytes: 2500 });
    const searching = index.search("p", vector, 9, 0);
    await index.add("q", { id: "x", vector, expiresAt: clock.now() + HOUR });
    await index.add("r", { id: "x", vector, expiresAt: clock.now() + HOUR });
    expect(await searching).toEqual([]);
    expect(index.bytes).toBeLessThanOrEqual(2500);
    expect(await index.search("p", vector, 9, 0)).not.toEqual([]);
  });
});
