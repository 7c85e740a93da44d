import { EntryStore } from "../../../plugins/cache/entries/entry-store";
import type { Kv } from "../../../plugins/stores/kv";
import { MemoryKv } from "../../../plugins/stores/memory/kv";
import { VirtualClock } from "../../support/virtual-clock";
import { entryOf, spoken } from "./support";

const ENTRY = entryOf(spoken("hello"));
const HOUR = 3_600_000;

function setUp() {
  const clock = new VirtualClock();
  const memory = new MemoryKv(clock, { maxEntries: 1000, maxBytes: 1e7 });
  const state = { away: false, calls: [] as string[] };
  const answer = <T>(what: string, run: () => Promise<T>): Promise<T> => {
    state.calls.push(what);
    return state.away ? Promise.reject(new Error("away")) : run();
  };
  const kv: Kv = {
    get: (key) => answer(`get ${key}`, () => memory.get(key)),
    set: (key, value, ttlMs) => answer(`set ${key}`, () => memory.set(key, value, ttlMs)),
    delete: (key) => answer(`delete ${key}`, () => memory.delete(key)),
    increment: (key, by, ttlMs) => answer(`increment ${key}`, () => memory.increment(key, by, ttlMs)),
  };
  const troubles: unknown[] = [];
  const open = (namespace = "p", maxBytes = 100_000): EntryStore =>
    new EntryStore({ kv, namespace, maxBytes, onTrouble: (error) => troubles.push(error) });
  /** As an exchange does it: looks, asks a provider, keeps. */
  const fill = async (store: EntryStore, key = "k"): Promise<boolean> =>
    store.set(key, ENTRY, HOUR, (await store.get(key)).epoch);
  return { clock, memory, kv, state, troubles, open, fill };
}

it("keeps an entry for its time, for all that share the store", async () => {
  const { clock, open, fill } = setUp();
  expect((await open().get("k")).entry).toBeUndefined();
  expect(await fill(open())).toBe(true);
  expect((await open().get("k")).entry).toEqual(ENTRY);
  expect((await open().get("l")).entry).toBeUndefined();
  clock.advance(HOUR - 1);
  expect((await open().get("k")).entry).toEqual(ENTRY);
  clock.advance(1);
  expect((await open().get("k")).entry).toBeUndefined();
});

it("asks for entry and epoch at the same time", async () => {
  const { open, fill, state } = setUp();
  const store = open();
  await fill(store);
  state.calls.length = 0;
  const found = store.get("k");
  expect(state.calls).toEqual(["get cache:entry:p:k", "get cache:epoch:p"]);
  expect((await found).entry).toEqual(ENTRY);
  expect(state.calls).toHaveLength(2);
});

it("forgets one, and not the others", async () => {
  const { open, fill } = setUp();
  const store = open();
  await fill(store, "k");
  await fill(store, "l");
  expect(await store.forget("k")).toBe(true);
  expect(await store.forget("k")).toBe(false);
  expect((await store.get("k")).entry).toBeUndefined();
  expect((await store.get("l")).entry).toEqual(ENTRY);
});

describe("purge", () => {
  it("forgets what is kept, in its namespace only, and what comes after is kept again", async () => {
    const { open, fill } = setUp();
    const [mine, other] = [open("p"), open("q")];
    await fill(mine);
    await fill(other);
    expect(await mine.purge()).toBe(true);
    expect((await mine.get("k")).entry).toBeUndefined();
    expect((await other.get("k")).entry).toEqual(ENTRY);
    await fill(mine);
    expect((await mine.get("k")).entry).toEqual(ENTRY);
  });

  it("also what was under way, the first time as well", async () => {
    for (const known of [false, true]) {
      const { open, fill } = setUp();
      const store = open();
      if (known) await fill(store, "another");
      const { epoch } = await store.get("k");
      await open().purge();
      expect(await store.set("k", ENTRY, HOUR, epoch)).toBe(true);
      expect((await store.get("k")).entry).toBeUndefined();
    }
  });

  it("of a namespace nobody has used", async () => {
    const { open, fill } = setUp();
    expect(await open().purge()).toBe(true);
    await fill(open());
    expect((await open().get("k")).entry).toEqual(ENTRY);
  });

  it("many at once forget all the same", async () => {
    const { open, fill } = setUp();
    await fill(open());
    await Promise.all(Array.from({ length: 50 }, () => open().purge()));
    expect((await open().get("k")).entry).toBeUndefined();
    await fill(open());
    expect((await open().get("k")).entry).toEqual(ENTRY);
  });

  it("nothing comes back when the store has forgotten the epoch, however often", async () => {
    const { open, fill, memory } = setUp();
    const store = open();
    const kept: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      kept.push(`k${round}`);
      await fill(store, `k${round}`);
      if (round % 2 === 0) await store.purge();
      await memory.delete("cache:epoch:p");
      for (const key of kept) expect({ round, key, ...(await store.get(key)) }).toMatchObject({ round, key, entry: undefined });
    }
  });
});

it("two processes that begin at once lose at most what they have kept by then", async () => {
  const { open, fill } = setUp();
  await Promise.all([fill(open(), "a"), fill(open(), "b")]);
  await fill(open(), "c");
  expect((await open().get("c")).entry).toEqual(ENTRY);
});

it("what is not an entry is not there, and gives way to one", async () => {
  const { open, fill, memory, troubles } = setUp();
  const store = open();
  await fill(store);
  const good = await memory.get("cache:entry:p:k");
  if (good === undefined) throw new Error("not kept");
  const another = Buffer.from(good);
  another.writeUInt8(99, 8);
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(3),
    Buffer.alloc(8),
    good.subarray(0, 30),
    another,
    Buffer.from("{}".repeat(20)),
  ]) {
    await memory.set("cache:entry:p:k", bytes, HOUR);
    expect((await store.get("k")).entry).toBeUndefined();
  }
  expect(troubles).toEqual([]);
  expect(await fill(store)).toBe(true);
  expect((await store.get("k")).entry).toEqual(ENTRY);
});

it.each(["no number", "-5", "0", "9007199254740991", "1e300", ""])("an epoch of %j gives way to a good one", async (text) => {
  const { open, fill, memory, troubles } = setUp();
  await memory.set("cache:epoch:p", Buffer.from(text), HOUR);
  expect(await fill(open())).toBe(true);
  expect((await open().get("k")).entry).toEqual(ENTRY);
  expect(await open().purge()).toBe(true);
  expect((await open().get("k")).entry).toBeUndefined();
  expect(troubles).toEqual([]);
});

it("what is too large is not kept", async () => {
  const { open, fill, state } = setUp();
  const size = Buffer.byteLength(JSON.stringify(ENTRY));
  expect(await fill(open("p", size - 1))).toBe(false);
  expect(state.calls.some((call) => call.startsWith("set"))).toBe(false);
  expect(await fill(open("p", size))).toBe(true);
  expect((await open("p", size - 1).get("k")).entry).toBeUndefined();
});

it("with the store away nothing is there and nothing is kept; it says so, and never rejects", async () => {
  const { open, fill, state, troubles } = setUp();
  const store = open();
  const { epoch } = await store.get("k");
  state.away = true;
  expect(await store.get("k")).toEqual({ entry: undefined, epoch: undefined });
  expect(await store.set("k", ENTRY, HOUR, epoch)).toBe(false);
  expect(await store.forget("k")).toBe(false);
  expect(await store.purge()).toBe(false);
  expect(troubles).toHaveLength(4);
  // Nobody knows whether a purge came in between.
  expect(await store.set("k", ENTRY, HOUR, undefined)).toBe(false);
  state.away = false;
  expect(await fill(store)).toBe(true);
  expect((await store.get("k")).entry).toEqual(ENTRY);
});

it("takes any time to live", async () => {
  const { open } = setUp();
  const store = open();
  const { epoch } = await store.get("k");
  for (const ttl of [0.2, 1.5, -3]) expect(await store.set("k", ENTRY, ttl, epoch)).toBe(true);
});
