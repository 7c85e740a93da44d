import { BufferedUsageWriter, type WriterTrouble } from "../../../plugins/stores/usage/buffered-writer";
import type { UsageRecord } from "../../../plugins/stores/usage/record";
import { usageRecord } from "./support/records";

/** Takes batches when told to. */
class FakeStore {
  readonly batches: (readonly UsageRecord[])[] = [];
  attempts = 0;
  down = false;
  /** Neither takes nor refuses. */
  hangs = false;

  async add(records: readonly UsageRecord[]): Promise<void> {
    this.attempts += 1;
    if (this.hangs) await new Promise(() => undefined);
    if (this.down) throw new Error("down");
    this.batches.push(records);
  }

  get exchanges(): string[] {
    return this.batches.flat().map(({ exchange }) => exchange);
  }
}

let store: FakeStore;
let writer: BufferedUsageWriter;
let troubles: WriterTrouble[];
const records = (count: number): UsageRecord[] => Array.from({ length: count }, () => usageRecord());
const addAll = (added: readonly UsageRecord[]): void => {
  for (const record of added) writer.add(record);
};
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
  store = new FakeStore();
  troubles = [];
  writer = new BufferedUsageWriter({ store, onTrouble: (trouble) => troubles.push(trouble), maxQueued: 1200 });
});
afterEach(() => jest.useRealTimers());

test("a few records wait 250 ms for others", async () => {
  const added = records(3);
  addAll(added);
  await pass(249);
  expect([store.attempts, writer.queued]).toEqual([0, 3]);
  await pass(1);
  expect(store.batches).toEqual([added]);
  expect([writer.queued, writer.dropped, troubles]).toEqual([0, 0, []]);
  await pass(10_000);
  expect(store.attempts).toBe(1);
});

test("500 records wait for nothing, and a batch is never larger", async () => {
  const added = records(1100);
  addAll(added);
  await pass(0);
  expect(store.batches.map(({ length }) => length)).toEqual([500, 500]);
  await pass(250);
  expect(store.exchanges).toEqual(added.map(({ exchange }) => exchange));
});

test("while the store is down nothing is lost, and it is asked less and less often", async () => {
  store.down = true;
  const added = records(700);
  addAll(added);
  await pass(60_000);
  const early = store.attempts;
  expect(early).toBeGreaterThan(5);
  await pass(10 * 60_000);
  // Pauses are 30 s by now, or 15 when scattered that way.
  expect(store.attempts - early).toBeLessThanOrEqual(41);
  expect([writer.queued, writer.dropped]).toEqual([700, 0]);
  store.down = false;
  await pass(31_000);
  expect(store.exchanges).toEqual(added.map(({ exchange }) => exchange));
  expect(writer.queued).toBe(0);
});

test("beyond the bound the newest are dropped, counted, and told once a minute", async () => {
  store.down = true;
  const added = records(1300);
  addAll(added);
  expect([writer.queued, writer.dropped]).toEqual([1200, 100]);
  await pass(0);
  expect(troubles).toMatchObject([{ dropped: 1, queued: 1200 }]);
  await pass(59_999);
  expect(troubles).toHaveLength(1);
  await pass(1);
  expect(troubles).toHaveLength(2);
  expect(troubles[1]).toMatchObject({ dropped: 99, queued: 1200, error: new Error("down") });
  store.down = false;
  await pass(31_000);
  expect(store.exchanges).toEqual(added.slice(0, 1200).map(({ exchange }) => exchange));
  await pass(10 * 60_000);
  // What had failed in the last minute of trouble was told at its end, and nothing since.
  expect(troubles.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(100);
  expect(troubles.length).toBeLessThanOrEqual(3);
});

test("a store that throws at once is one that is down", async () => {
  const throwing = new BufferedUsageWriter({
    store: {
      add: () => {
        throw new Error("at once");
      },
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
  throwing.add(usageRecord());
  await pass(5000);
  expect([throwing.queued, troubles[0]?.error?.message]).toEqual([1, "at once"]);
});

test("flush writes everything added before it, now", async () => {
  const added = records(1100);
  addAll(added);
  expect(await writer.flush(1000)).toBe(true);
  expect(store.exchanges).toEqual(added.map(({ exchange }) => exchange));
  expect(await writer.flush(1000)).toBe(true);
});

test("flush does not wait for the pause of a store that was down", async () => {
  store.down = true;
  addAll(records(3));
  await pass(60_000);
  const flushed = writer.flush(1000);
  await pass(500);
  store.down = false;
  await pass(101);
  expect(await flushed).toBe(true);
});

test("flush gives up at its deadline, and the records are kept", async () => {
  store.hangs = true;
  addAll(records(3));
  const flushed = writer.flush(1000);
  await pass(1000);
  expect([await flushed, writer.queued]).toEqual([false, 3]);
});

test("close drops what the store does not take in time, and takes no more", async () => {
  store.down = true;
  addAll(records(3));
  const closed = writer.close(1000);
  await pass(1101);
  expect([await closed, writer.dropped, writer.queued]).toEqual([false, 3, 0]);
  expect(troubles.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(3);
  writer.add(usageRecord());
  expect(writer.dropped).toBe(4);
  store.down = false;
  await pass(60_000);
  expect(store.batches).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

test("close writes what waits", async () => {
  addAll(records(3));
  expect(await writer.close(1000)).toBe(true);
  expect(store.exchanges).toHaveLength(3);
  expect([writer.dropped, troubles, jest.getTimerCount()]).toEqual([0, [], 0]);
});
