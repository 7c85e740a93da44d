import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { ReserveResult } from "../../plugins/stores/limits";
import { RedisLimits } from "../../plugins/stores/redis/limits";
import { RedisLink } from "../../plugins/stores/redis/link";
import { item, slots, window } from "./limit-items";
import { describeWithRedis, type RedisServer, startRedis } from "./support/redis-server";

const UNAVAILABLE = { kind: "unavailable", retryable: true };
const LIMIT = window(50, 3_600_000, 1);

jest.setTimeout(60_000);

let ids = 0;
const ask = (store: RedisLimits, limit = LIMIT): Promise<ReserveResult> =>
  store.reserve({ id: `r${++ids}`, ttlMs: 60_000, items: [item(limit, 1)] });

/** Whether a call fails in this very turn of the event loop, without waiting for anything. */
async function failsAtOnce(call: Promise<unknown>): Promise<boolean> {
  const failed = call.then(
    () => false,
    () => true,
  );
  return await Promise.race([failed, nextTurn(false)]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 2000; round += 1) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error("it does not come about");
}

async function flush(server: RedisServer): Promise<void> {
  const admin = new Redis(server.url);
  await admin.flushall("SYNC");
  await admin.quit();
}

const answers = (store: RedisLimits): Promise<boolean> =>
  store.release("nobody").then(
    () => true,
    () => false,
  );

// A rejection that nobody handles fails the test that runs.
describeWithRedis("redis at fault", () => {
  let server: RedisServer;
  let link: RedisLink;
  let store: RedisLimits;

  async function open(deadlineMs: number, maxWaiting = 10_000): Promise<void> {
    link = new RedisLink({ url: server.url, deadlineMs, maxWaiting });
    store = new RedisLimits(link, "n");
    expect(await link.connected(10_000)).toBe(true);
  }

  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await link.close();
    await server.remove();
  });

  test("stopped: calls end at their deadline, then at once, and all is well when it goes on", async () => {
    await open(50);
    for (let at = 0; at < 10; at += 1) await ask(store);
    server.signal("SIGSTOP");
    const late = await Promise.allSettled(Array.from({ length: 20 }, () => ask(store)));
    expect(late).toEqual(late.map(() => ({ status: "rejected", reason: expect.objectContaining(UNAVAILABLE) })));
    await until(() => failsAtOnce(ask(store)));
    server.signal("SIGCONT");
    await until(() => answers(store));
    // The server found what had been sent before, and has charged it: 20 at most, and nothing since.
    const { items } = await ask(store);
    expect(items[0]?.remaining).toBeGreaterThanOrEqual(50 - 10 - 20 - 1);
    expect(items[0]?.remaining).toBeLessThanOrEqual(50 - 10 - 1);
  });

  test("stopped for a moment: what came too late is charged once, and may be asked for again", async () => {
    await open(50);
    const admin = new Redis(server.url);
    await admin.call("CLIENT", "PAUSE", "300", "ALL");
    const request = { id: "late", ttlMs: 60_000, items: [item(LIMIT, 1)] };
    await expect(store.reserve(request)).rejects.toMatchObject(UNAVAILABLE);
    await until(() => answers(store));
    expect(await store.reserve(request)).toMatchObject({ granted: true, items: [{ remaining: 49 }] });
    expect(await store.settle("late", [0])).toBe(true);
    await admin.quit();
  });

  test("killed: calls fail at once, not at their deadline; a new one is found", async () => {
    await open(600_000);
    server.signal("SIGSTOP");
    const underWay = Promise.allSettled(Array.from({ length: 20 }, () => ask(store)));
    await server.kill();
    expect(await underWay).toEqual(Array(20).fill({ status: "rejected", reason: expect.objectContaining(UNAVAILABLE) }));
    expect(await failsAtOnce(ask(store))).toBe(true);
    await server.restart();
    await until(() => answers(store));
    expect(await ask(store)).toMatchObject({ granted: true, items: [{ remaining: 49 }] });
  });

  test("flushed: what was reserved is forgotten, settled by nobody, and starts afresh", async () => {
    await open(5000);
    await store.reserve({ id: "a", ttlMs: 60_000, items: [item(LIMIT, 50), item(slots(1), 1)] });
    await flush(server);
    expect([await store.settle("a", [0, 1]), await store.renew("a", 1), await store.release("a")]).toEqual([false, false, false]);
    expect(await ask(store)).toMatchObject({ granted: true, items: [{ remaining: 49 }] });
  });

  test("under load, killed, stopped and flushed: each loss of state costs the limit once more, nothing else costs anything", async () => {
    await open(50);
    let over = false;
    const outcomes = { granted: 0, refused: 0, failed: 0 };
    const client = async (): Promise<void> => {
      while (!over) {
        const result = await ask(store).catch(() => undefined);
        if (result === undefined) outcomes.failed += 1;
        else outcomes[result.granted ? "granted" : "refused"] += 1;
        await sleep(1);
      }
    };
    const clients = Array.from({ length: 30 }, client);
    const refusedAgain = async (): Promise<void> => {
      const before = outcomes.refused;
      await until(async () => outcomes.refused > before + 30);
    };
    await refusedAgain();
    let losses = 0;
    for (const fault of ["stop", "restart", "flush", "stop", "restart"]) {
      if (fault === "stop") {
        server.signal("SIGSTOP");
        await sleep(300);
        server.signal("SIGCONT");
      } else {
        losses += 1;
        if (fault === "restart") await server.restart();
        else await flush(server);
      }
      await refusedAgain();
      expect(outcomes.granted).toBeLessThanOrEqual(50 * (1 + losses));
    }
    over = true;
    await Promise.all(clients);
    expect(outcomes.granted).toBeGreaterThan(50);
    expect(outcomes.failed).toBeGreaterThan(0);
  });

  test("under load, scripts forgotten again and again: no call notices", async () => {
    await open(10_000);
    const admin = new Redis(server.url);
    let over = false;
    const results: ReserveResult[] = [];
    const client = async (): Promise<void> => {
      while (!over) results.push(await ask(store));
    };
    const clients = Array.from({ length: 20 }, client);
    for (let at = 0; at < 50; at += 1) {
      await admin.script("FLUSH");
      await sleep(2);
    }
    over = true;
    await Promise.all(clients);
    await admin.quit();
    expect(results.filter(({ granted }) => granted)).toHaveLength(50);
    expect(results.length).toBeGreaterThan(100);
  });

  test("too slow for the deadline, though it answers: after a few calls none is sent but a probe now and then", async () => {
    await open(20);
    for (let at = 0; at < 5; at += 1) await ask(store);
    const admin = new Redis(server.url);
    await admin.call("CLIENT", "PAUSE", "700", "WRITE");
    const late = await Promise.allSettled(Array.from({ length: 10 }, () => ask(store)));
    expect(late.filter(({ status }) => status === "fulfilled")).toEqual([]);
    let refusedAtOnce = 0;
    let sent = 0;
    for (let at = 0; at < 60; at += 1) {
      if (await failsAtOnce(ask(store))) refusedAtOnce += 1;
      else sent += 1;
      await sleep(5);
    }
    expect(refusedAtOnce).toBeGreaterThan(50);
    expect(sent).toBeLessThan(6);
    await until(() =>
      ask(store).then(
        () => true,
        () => false,
      ),
    );
    await admin.quit();
  });

  test("no more calls wait for an answer than may", async () => {
    await open(600_000, 100);
    // In one turn: no answer can be read before all have been asked.
    const waiting = Array.from({ length: 100 }, () => store.release("nobody"));
    const refused = failsAtOnce(store.release("nobody"));
    expect(await refused).toBe(true);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
    expect(await store.release("nobody")).toBe(false);
  });

  test("a stall of this process is not held against Redis", async () => {
    await open(50);
    const calls = Array.from({ length: 20 }, () => ask(store));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    expect((await Promise.all(calls)).map(({ granted }) => granted)).toEqual(Array(20).fill(true));
  });

  test("closing answers what was asked before, and everything after fails", async () => {
    await open(5000);
    const last = ask(store);
    await link.close();
    expect(await last).toMatchObject({ granted: true });
    expect(await failsAtOnce(ask(store))).toBe(true);
    await link.close();
  });
});

test("whom nobody answers tries again one at a time", async () => {
  const path = join(tmpdir(), `graft-silent-${process.pid}.sock`);
  let [now, most, total] = [0, 0, 0];
  const silent = createServer((socket) => {
    now += 1;
    total += 1;
    most = Math.max(most, now);
    socket.on("error", () => {});
    socket.on("close", () => {
      now -= 1;
    });
    socket.resume();
  }).listen(path);
  await once(silent, "listening");
  const link = new RedisLink({ url: path, deadlineMs: 50 });
  const store = new RedisLimits(link, "n");
  while (total < 3) {
    expect(await failsAtOnce(ask(store))).toBe(true);
    await sleep(5);
  }
  await link.close();
  silent.close();
  rmSync(path, { force: true });
  expect(most).toBe(1);
});
