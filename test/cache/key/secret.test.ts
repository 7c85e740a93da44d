import { Secret } from "../../../plugins/cache/key/secret";
import type { Kv } from "../../../plugins/stores/kv";
import { MemoryKv } from "../../../plugins/stores/memory/kv";
import { VirtualClock } from "../../support/virtual-clock";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function setUp() {
  const clock = new VirtualClock();
  const memory = new MemoryKv(clock, { maxEntries: 100, maxBytes: 1e6 });
  const state = { away: false, reads: 0, writes: 0 };
  const answer = <T>(what: "reads" | "writes", result: () => Promise<T>): Promise<T> => {
    state[what] += 1;
    return state.away ? Promise.reject(new Error("away")) : result();
  };
  const kv: Kv = {
    get: (key) => answer("reads", () => memory.get(key)),
    set: (key, value, ttlMs) => answer("writes", () => memory.set(key, value, ttlMs)),
    delete: (key) => memory.delete(key),
    increment: (key, by, ttlMs) => memory.increment(key, by, ttlMs),
  };
  const troubles: unknown[] = [];
  const open = (configured?: string): Secret => new Secret({ kv, clock, configured, onTrouble: (error) => troubles.push(error) });
  return { clock, memory, kv, state, troubles, open };
}

it("is 32 random bytes, the same for all who share the store", async () => {
  const { open } = setUp();
  const first = await open().get();
  expect(first).toHaveLength(32);
  expect(await open().get()).toEqual(first);
  expect(await setUp().open().get()).not.toEqual(first);
});

it("two processes that start at once agree", async () => {
  const { open, clock } = setUp();
  const [one, two] = [open(), open()];
  await Promise.all([one.get(), two.get()]);
  clock.advance(1000);
  await Promise.all([one.get(), two.get()]);
  await new Promise(setImmediate);
  expect(await one.get()).toEqual(await two.get());
});

it("agrees in whatever order the store serves them", async () => {
  // Each of two processes reads, writes, reads: all 20 ways to mix that.
  for (let mask = 0; mask < 64; mask += 1) {
    const turns = [...mask.toString(2).padStart(6, "0")].map(Number);
    if (turns.filter((turn) => turn === 1).length !== 3) continue;
    const { clock, memory } = setUp();
    const queues: (() => void)[][] = [[], []];
    const kvOf = (process: number): Kv => {
      const wait = <T>(run: () => Promise<T>): Promise<T> =>
        new Promise((resolve) => queues[process]?.push(() => resolve(run())));
      return {
        get: (key) => wait(() => memory.get(key)),
        set: (key, value, ttlMs) => wait(() => memory.set(key, value, ttlMs)),
        delete: () => Promise.reject(new Error("unused")),
        increment: () => Promise.reject(new Error("unused")),
      };
    };
    const secrets = [0, 1].map((process) => new Secret({ kv: kvOf(process), clock, onTrouble: () => undefined }));
    const got = secrets.map((secret) => secret.get());
    for (const turn of [...turns, 0, 0, 0, 1, 1, 1]) {
      queues[turn]?.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(got);
    clock.advance(MINUTE);
    for (const secret of secrets) void secret.get();
    for (const queue of queues) for (let step = queue.shift(); step !== undefined; step = queue.shift()) step();
    await new Promise(setImmediate);
    expect({ turns, same: await secrets[0]?.get() }).toEqual({ turns, same: await secrets[1]?.get() });
  }
});

it("asks the store once a minute at most, and nobody waits but at first", async () => {
  const { open, clock, state } = setUp();
  // One that is made up is read again: others may have made up theirs.
  await open().get();
  state.reads = 0;
  const secret = open();
  await Promise.all([secret.get(), secret.get(), secret.get()]);
  const { reads } = state;
  expect(reads).toBe(1);
  for (let ask = 0; ask < 10; ask += 1) expect(secret.get()).toBeInstanceOf(Buffer);
  clock.advance(MINUTE - 1);
  expect(secret.get()).toBeInstanceOf(Buffer);
  expect(state.reads).toBe(reads);
  clock.advance(1);
  expect(secret.get()).toBeInstanceOf(Buffer);
  expect(secret.get()).toBeInstanceOf(Buffer);
  expect(state.reads).toBe(reads + 1);
});

it("lives on as long as somebody uses it, and a month beyond", async () => {
  const { open, clock } = setUp();
  const secret = open();
  const first = await secret.get();
  for (let day = 0; day < 40; day += 1) {
    clock.advance(DAY);
    await secret.get();
    await new Promise(setImmediate);
  }
  expect(await open().get()).toEqual(first);
  clock.advance(29 * DAY);
  expect(await open().get()).toEqual(first);
  clock.advance(31 * DAY);
  expect(await open().get()).not.toEqual(first);
});

it("with the store away it is of this process alone, until the store is back", async () => {
  const { open, clock, state, troubles } = setUp();
  const shared = await open().get();
  state.away = true;
  const secret = open();
  const own = await secret.get();
  expect(own).toHaveLength(32);
  expect(own).not.toEqual(shared);
  expect(await secret.get()).toEqual(own);
  expect(troubles).toHaveLength(1);
  state.away = false;
  clock.advance(MINUTE);
  expect(await secret.get()).toEqual(own);
  await new Promise(setImmediate);
  expect(await secret.get()).toEqual(shared);
});

it("a store that has forgotten it gets it back", async () => {
  const { open, clock, memory } = setUp();
  const secret = open();
  const first = await secret.get();
  await memory.delete("cache:secret");
  clock.advance(MINUTE);
  await secret.get();
  await new Promise(setImmediate);
  expect(await secret.get()).toEqual(first);
  expect(await open().get()).toEqual(first);
});

it("what is no secret under its name is replaced", async () => {
  const { open, memory } = setUp();
  await memory.set("cache:secret", Buffer.alloc(5), DAY);
  expect(await open().get()).toHaveLength(32);
  expect(await memory.get("cache:secret")).toHaveLength(32);
});

it("a configured one wins, and is not told to the store", () => {
  const { open, state } = setUp();
  expect(open("a secret of the operator's").get()).toEqual(Buffer.from("a secret of the operator's"));
  expect(state).toMatchObject({ reads: 0, writes: 0 });
});
