/** The real thread, and threads that misbehave. */
import type { Worker } from "node:worker_threads";
import { CountWorker, type CountWorkerOptions } from "../../plugins/tokens/count-worker";
import type { Tables } from "../../plugins/tokens/load-tables";
import { VirtualClock } from "../support/virtual-clock";
import { startBadThread, startThread } from "./support/start-thread";
import { referenceCount, tablesOf } from "./support/tables";

jest.setTimeout(60_000);

const LONG_MS = 50_000;
const opened: CountWorker[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((worker) => worker.close()));
});

function open(options: Partial<CountWorkerOptions>, onTables: (tables: Tables) => void = () => undefined): CountWorker {
  const worker = new CountWorker(onTables, options);
  opened.push(worker);
  return worker;
}

/** Remembers the threads it started. */
function watched(start: CountWorkerOptions["start"]): {
  readonly threads: Worker[];
  readonly start: CountWorkerOptions["start"];
} {
  const threads: Worker[] = [];
  return {
    threads,
    start: (data) => {
      const thread = start(data);
      threads.push(thread);
      return thread;
    },
  };
}

test("loads an encoding once, hands it over, and counts in order", async () => {
  const loaded: Tables[] = [];
  const worker = open({ start: startThread }, (tables) => loaded.push(tables));
  const texts = ["Hello, world!", "", "中文".repeat(50), "<|endoftext|>"];
  const counts = texts.map((text) => referenceCount(text, "o200k_base"));
  const [first, second] = await Promise.all([
    worker.count("o200k_base", texts, LONG_MS),
    worker.count("o200k_base", ["x"], LONG_MS),
  ]);
  expect(first).toEqual(counts);
  expect(second).toEqual([1]);
  expect(loaded.map(({ encoding }) => encoding)).toEqual(["o200k_base"]);
  // By name: the tests' sandbox has a constructor of its own.
  expect(loaded[0]?.vocabulary.slots.buffer.constructor.name).toBe("SharedArrayBuffer");
});

test("a full queue refuses: by orders, and by their length", async () => {
  const worker = open({ start: startBadThread(""), maxQueued: 2, maxQueuedLength: 10 });
  const waiting = [worker.count("o200k_base", ["12345"], LONG_MS), worker.count("o200k_base", ["1234"], LONG_MS)];
  expect(await worker.count("o200k_base", [""], LONG_MS)).toBeUndefined();
  const other = open({ start: startBadThread(""), maxQueued: 5, maxQueuedLength: 10 });
  waiting.push(other.count("o200k_base", ["1234567890"], LONG_MS));
  expect(await other.count("o200k_base", ["1"], LONG_MS)).toBeUndefined();
  await Promise.all([worker.close(), other.close()]);
  expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined]);
});

test("an answer that is late is not waited for, and what waits behind it still comes", async () => {
  const tables = tablesOf("o200k_base");
  const worker = open({ start: () => startThread({ tables: [tables] }) });
  const late = worker.count("o200k_base", ["a".repeat(300_000)], 1);
  const next = worker.count("o200k_base", ["x"], LONG_MS);
  expect(await late).toBeUndefined();
  expect(await next).toEqual([1]);
});

test("an order that waited too long gives its place in the queue back", async () => {
  const worker = open({ start: startBadThread(""), maxQueued: 2 });
  void worker.count("o200k_base", ["runs"], LONG_MS);
  expect(await worker.count("o200k_base", ["waits"], 1)).toBeUndefined();
  const third = worker.count("o200k_base", ["waits as well"], 1);
  expect(await worker.count("o200k_base", ["one too many"], LONG_MS)).toBeUndefined();
  expect(await third).toBeUndefined();
});

test.each([
  ["throws", "throw new Error('broken')"],
  ["exits", "process.exit(3)"],
  ["runs out of memory", "const all = []; for (;;) all.push(new Array(1e6).fill(all.length + 0.5))"],
])("a thread that %s: all that wait get no count, and it rests before the next, longer each time", async (_, script) => {
  const clock = new VirtualClock();
  const limits = { resourceLimits: { maxOldGenerationSizeMb: 20 } };
  const bad = watched((data) => startBadThread(script, limits)(data));
  const worker = open({ start: bad.start, clock });
  const both = [worker.count("o200k_base", ["a"], LONG_MS), worker.count("o200k_base", ["b"], LONG_MS)];
  expect(await Promise.all(both)).toEqual([undefined, undefined]);
  clock.advance(999);
  expect(await worker.count("o200k_base", ["rests"], LONG_MS)).toBeUndefined();
  expect(bad.threads).toHaveLength(1);
  clock.advance(1);
  expect(await worker.count("o200k_base", ["again"], LONG_MS)).toBeUndefined();
  expect(bad.threads).toHaveLength(2);
  clock.advance(1999);
  expect(await worker.count("o200k_base", ["rests longer"], LONG_MS)).toBeUndefined();
  expect(bad.threads).toHaveLength(2);
});

test("a new thread begins with what the one before had loaded", async () => {
  const clock = new VirtualClock();
  const starts: number[] = [];
  const real = watched((data) => {
    starts.push(data.tables.length);
    return startThread(data);
  });
  const loaded: Tables[] = [];
  const worker = open({ start: real.start, clock }, (tables) => loaded.push(tables));
  expect(await worker.count("o200k_base", ["a"], LONG_MS)).toEqual([1]);
  await real.threads[0]?.terminate();
  expect(await worker.count("o200k_base", ["rests"], LONG_MS)).toBeUndefined();
  clock.advance(1000);
  expect(await worker.count("o200k_base", ["a b"], LONG_MS)).toEqual([2]);
  expect(starts).toEqual([0, 1]);
  expect(loaded).toHaveLength(1);
});

test("threads that cannot be started", async () => {
  const worker = open({
    start: () => {
      throw new Error("no more threads");
    },
  });
  expect(await worker.count("o200k_base", ["a"], LONG_MS)).toBeUndefined();
});

test("a thread whose file is not there", async () => {
  // Sources have no compiled files beside them: the default start fails here.
  expect(await open({}).count("o200k_base", ["a"], LONG_MS)).toBeUndefined();
});

test("closing: what waits gets no count, nothing is taken any more, and it may be said twice", async () => {
  const real = watched(startThread);
  const worker = open({ start: real.start });
  const waiting = worker.count("o200k_base", ["a"], LONG_MS);
  const exited = new Promise((resolve) => real.threads[0]?.once("exit", resolve));
  await worker.close();
  await exited;
  expect(await waiting).toBeUndefined();
  expect(await worker.count("o200k_base", ["a"], LONG_MS)).toBeUndefined();
  expect(real.threads).toHaveLength(1);
  await worker.close();
});
