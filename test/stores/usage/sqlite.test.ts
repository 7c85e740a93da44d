import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "libsql";
import { openSqliteUsage } from "../../../plugins/stores/usage/sqlite";
import { TABLES } from "../../../plugins/stores/usage/sqlite/open-file";
import { transaction } from "../../../plugins/stores/usage/sqlite/transaction";
import type { UsageStore } from "../../../plugins/stores/usage/usage-store";
import { usageStoreContract } from "./contract";
import { DAY_START, HOUR, usageRecord } from "./support/records";
import { openSqlite, startThread, temporaryFolder } from "./support/sqlite";
import { expectKept, versionOne } from "./support/version-one";
import { startWriter } from "./support/writers";

const folder = temporaryFolder();
const EVER = { from: 0, to: DAY_START + 100 * HOUR };
let made = 0;
const stores: UsageStore[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});
afterAll(() => folder.remove());

const newPath = (): string => join(folder.path, `${++made}.db`);

function run(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

async function open(path: string): Promise<UsageStore> {
  const store = await openSqlite({ path });
  stores.push(store);
  return store;
}

describe("contract", () => {
  usageStoreContract((retention) => openSqlite({ path: newPath(), ...retention }), 40);
});

test("what was added is there after a restart", async () => {
  const path = newPath();
  const first = await openSqlite({ path });
  await first.add([usageRecord({ costNanos: 5 })]);
  await first.close();
  await first.close();
  await expect(first.add([usageRecord()])).rejects.toThrow("the usage store is closed");
  expect(await (await open(path)).spent({ since: 0 })).toBe(5);
});

test("only the owner may read the file, its side files and its directory", async () => {
  const directory = join(folder.path, "new", "deep");
  const store = await open(join(directory, "usage.db"));
  await store.add([usageRecord()]);
  const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]);
  expect(modes).toEqual([
    ["usage.db", 0o600],
    ["usage.db-shm", 0o600],
    ["usage.db-wal", 0o600],
  ]);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

describe("what cannot be opened says why", () => {
  const cases: [string, string, (path: string) => void][] = [
    ["a directory", "is a directory", (path) => mkdirSync(path)],
    ["another file", "is not a SQLite database", (path) => writeFileSync(path, "x".repeat(5000))],
    ["another program's database", "is a database of another program", (path) => run(path, "create table songs (title text)")],
    [
      "a marked database of another program",
      "is a database of another program",
      (path) => run(path, "pragma application_id = 7"),
    ],
  ];
  test.each(cases)("%s", async (_, message, prepare) => {
    const path = newPath();
    prepare(path);
    await expect(openSqlite({ path })).rejects.toThrow(`usage database ${path}: ${message}`);
  });

  test("a path through a file", async () => {
    const file = newPath();
    writeFileSync(file, "");
    await expect(openSqlite({ path: join(file, "usage.db") })).rejects.toThrow("is below a file, not a directory");
  });

  test("a path that may not be written", async () => {
    // Where not even the superuser may.
    await expect(openSqlite({ path: "/sys/graft-usage.db" })).rejects.toThrow(
      "usage database /sys/graft-usage.db: cannot be written",
    );
  });

  test("a file of a newer version", async () => {
    const path = newPath();
    await (await openSqlite({ path })).close();
    run(path, "pragma user_version = 1000");
    await expect(openSqlite({ path })).rejects.toThrow("was made by a newer Graft (its version is 1000, this one knows 2)");
  });
});

test("a file of the first version is made ours, and keeps what it has", async () => {
  const path = newPath();
  // The mark of our files, `GRFT`.
  run(path, [...versionOne(TABLES), "pragma application_id = 1196574292", "pragma user_version = 1"].join(";\n"));
  await expectKept(await open(path));
});

test("several processes on one file, from its creation on: every record counts once", async () => {
  const path = newPath();
  const writers = ["a", "b", "c"].map((name) => startWriter("sqlite", path, name, 1000));
  await Promise.all(writers.map((writer) => writer.ended()));
  const store = await open(path);
  const { total, rows } = await store.query({ ...EVER, groupBy: ["caller", "hour"] });
  // 200 shared ones, 800 of each, and one of each that nobody waited for.
  expect(total).toMatchObject({ requests: 2603, costNanos: 2603n });
  expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(2603);
}, 60_000);

test("a report shows one state, however others write meanwhile", async () => {
  const path = newPath();
  const store = await open(path);
  const writer = startWriter("sqlite", path, "a", -1);
  await writer.said(2);
  for (let round = 0; round < 50; round += 1) {
    const { total, rows } = await store.query({ from: DAY_START + 1, to: DAY_START + 5 * HOUR + 1, groupBy: ["caller", "hour"] });
    expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBe(total.requests);
  }
  writer.kill();
  await writer.ended();
}, 60_000);

test("a process killed while it writes leaves records and sums that agree", async () => {
  const path = newPath();
  for (let round = 1; round <= 3; round += 1) {
    const writer = startWriter("sqlite", path, `killed-${round}`, -1);
    await writer.said(3 * round);
    writer.kill();
    await writer.ended();
  }
  const store = await open(path);
  const { total } = await store.query({ ...EVER, groupBy: [] });
  const database = new Database(path);
  expect(database.prepare("select count(*) as records, sum(cost_nanos) as cost from usage_records").get()).toMatchObject({
    records: total.requests,
    cost: Number(total.costNanos),
  });
  expect(database.prepare("pragma integrity_check").get()).toMatchObject({ integrity_check: "ok" });
  database.close();
  expect(total.requests).toBeGreaterThanOrEqual(100);
}, 60_000);

test("waits while another process writes", async () => {
  const path = newPath();
  const store = await open(path);
  const other = new Database(path);
  other.exec("begin immediate");
  const added = store.add([usageRecord()]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  other.exec("commit");
  other.close();
  await added;
  expect((await store.query({ ...EVER, groupBy: [] })).total.requests).toBe(1);
});

test("a full disk says so, and nothing of the batch stays", () => {
  const database = new Database(newPath());
  database.exec("create table t (a)");
  database.exec("pragma max_page_count = 5");
  const insert = database.prepare("insert into t values (?)");
  const fill = (): void => {
    for (let row = 0; row < 1000; row += 1) insert.run(["x".repeat(500)]);
  };
  expect(() => transaction(database, "immediate", fill)).toThrow("database or disk is full");
  transaction(database, "immediate", () => insert.run(["y"]));
  expect(database.prepare("select a from t").raw().all()).toEqual([["y"]]);
  database.close();
});

test("an open store does not keep its process alive", async () => {
  await startWriter("sqlite", newPath(), "idle", 0).ended();
}, 20_000);

test("a thread that dies is replaced at the next call", async () => {
  const threads: Worker[] = [];
  const path = newPath();
  const store = await openSqliteUsage({ path }, (data) => {
    const thread = startThread(data);
    threads.push(thread);
    return thread;
  });
  stores.push(store);
  await store.add([usageRecord()]);
  const lost = store.query({ ...EVER, groupBy: [] });
  await Promise.all([threads[0]?.terminate(), expect(lost).rejects.toThrow("the thread of the usage store is gone")]);
  await store.add([usageRecord()]);
  expect((await store.query({ ...EVER, groupBy: [] })).total.requests).toBe(2);
  expect(threads).toHaveLength(2);
});

test("a thread that cannot run says so", async () => {
  const start = (): Worker => new Worker("throw new Error('no driver for this machine')", { eval: true });
  await expect(openSqliteUsage({ path: newPath() }, start)).rejects.toThrow("no driver for this machine");
});

test("many calls at once are answered in their order", async () => {
  const store = await open(newPath());
  const answers = Array.from({ length: 20 }, async (_, index) => {
    await store.add([usageRecord({ model: `m${index}`, costNanos: 1 })]);
    return (await store.query({ ...EVER, groupBy: [], where: { model: [`m${index}`] } })).total.requests;
  });
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 1));
});
