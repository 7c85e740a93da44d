import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { BufferedUsageWriter } from "../../../plugins/stores/usage/buffered-writer";
import { openPostgresUsage, type PostgresUsageOptions } from "../../../plugins/stores/usage/postgres";
import { readNames } from "../../../plugins/stores/usage/postgres/names";
import type { UsageRecord } from "../../../plugins/stores/usage/record";
import type { UsageStore } from "../../../plugins/stores/usage/usage-store";
import { usageStoreContract } from "./contract";
import { describeWithPostgres, type PostgresServer, startPostgres } from "./support/postgres-server";
import { DAY_START, HOUR, usageRecord } from "./support/records";
import { expectKept, versionOne } from "./support/version-one";
import { startWriter } from "./support/writers";

const EVER = { from: 0, to: DAY_START + 100 * HOUR };

describeWithPostgres("usage in Postgres", (bin) => {
  let server: PostgresServer;
  let url: string;
  let made = 0;
  const stores: UsageStore[] = [];

  beforeAll(async () => {
    server = await startPostgres(bin);
    url = await server.createDatabase();
  }, 60_000);
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  afterAll(() => server.remove());

  const newSchema = (): string => `s${++made}`;
  async function open(options: Partial<PostgresUsageOptions>): Promise<UsageStore> {
    const store = await openPostgresUsage({ url, ...options });
    stores.push(store);
    return store;
  }
  const requests = async (store: UsageStore): Promise<number> => (await store.query({ ...EVER, groupBy: [] })).total.requests;

  describe("contract", () => {
    usageStoreContract((retention) => openPostgresUsage({ url, schema: newSchema(), ...retention }), 60);
  });

  test("tables are where the options say", async () => {
    const other = await server.createDatabase();
    const store = await open({ url: other, prefix: "ai_", schema: "books" });
    await store.add([usageRecord()]);
    const tables = await server.run(
      other,
      "select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('books', 'public') order by 1",
    );
    expect(tables).toEqual([
      { name: "books.ai_usage_hours" },
      { name: "books.ai_usage_records" },
      { name: "books.ai_usage_state" },
    ]);
    const again = await open({ url: other, prefix: "ai_", schema: "books" });
    expect(await requests(again)).toBe(1);
    // By default where the connection looks.
    await open({ url: other });
    expect(await server.run(other, "select to_regclass('public.graft_usage_state') is not null as there")).toEqual([
      { there: true },
    ]);
  });

  test.each([
    { schema: "x; drop schema public" },
    { schema: "" },
    { prefix: 'a"b' },
    { prefix: "1a" },
    { prefix: "Abc" },
    { schema: "a".repeat(41) },
  ])("names that need quoting are refused: %p", async (names) => {
    await expect(openPostgresUsage({ url, ...names })).rejects.toThrow(RangeError);
  });

  test("what is no URL is refused, and not repeated", async () => {
    for (const url of ["user:secret@host", "mysql://user:secret@host/db", "postgresql://user:secret@h ost:port/db"]) {
      const error = await openPostgresUsage({ url }).catch(inspect);
      expect(error).toMatch(/url: must be like postgresql:|Invalid URL/);
      expect(error).not.toContain("secret");
    }
  });

  test("many that start at once create the tables once", async () => {
    const schema = newSchema();
    const opened = await Promise.all(Array.from({ length: 8 }, () => open({ schema })));
    await Promise.all(opened.map((store) => store.add([usageRecord()])));
    expect(await requests(opened[0]!)).toBe(8);
  });

  test("batches that share records and hours, in any order, from everywhere at once: no deadlock, every record once", async () => {
    const schema = newSchema();
    const opened = await Promise.all(Array.from({ length: 4 }, () => open({ schema, connections: 4 })));
    const all: UsageRecord[] = [];
    for (let round = 0; round < 10; round += 1) {
      const records = Array.from({ length: 200 }, (_, index) =>
        usageRecord({ caller: `c${index % 50}`, at: DAY_START + (index % 8) * HOUR, costNanos: 1 }),
      );
      all.push(...records);
      const rotated = (by: number) => [...records.slice(by), ...records.slice(0, by)];
      await Promise.all(
        opened.flatMap((store, index) => [
          store.add(rotated(index * 37)),
          store.add(rotated(index * 41).toReversed()),
          store.add(rotated(index * 13).filter((_, at) => at % 3 === 0)),
        ]),
      );
    }
    const { total, rows } = await opened[0]!.query({ ...EVER, groupBy: ["caller", "hour"] });
    expect(total).toMatchObject({ requests: 2000, costNanos: 2000n });
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(2000);
  });

  test("several processes on one database, some of them killed: records and sums agree", async () => {
    const database = await server.createDatabase();
    const writers = ["a", "b"].map((name) => startWriter("postgres", database, name, 500));
    const killed = startWriter("postgres", database, "killed", -1);
    await killed.said(4);
    killed.kill();
    await Promise.all([...writers, killed].map((writer) => writer.ended()));
    const store = await open({ url: database });
    const { total } = await store.query({ ...EVER, groupBy: [] });
    const [raw] = await server.run(
      database,
      "select count(*)::int as records, sum(cost_nanos)::text as cost from graft_usage_records",
    );
    expect(raw).toEqual({ records: total.requests, cost: String(total.costNanos) });
    expect(total.requests).toBeGreaterThanOrEqual(1000);
  }, 60_000);

  test("a report shows one state, however others write meanwhile", async () => {
    const database = await server.createDatabase();
    const store = await open({ url: database });
    const writer = startWriter("postgres", database, "a", -1);
    await writer.said(2);
    for (let round = 0; round < 50; round += 1) {
      const { total, rows } = await store.query({
        from: DAY_START + 1,
        to: DAY_START + 5 * HOUR + 1,
        groupBy: ["caller", "hour"],
      });
      expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(total.requests);
    }
    writer.kill();
    await writer.ended();
  }, 60_000);

  test("an open store does not keep its process alive", async () => {
    await startWriter("postgres", await server.createDatabase(), "idle", 0).ended();
  }, 20_000);

  test("tables of the first version are made ours, by many at once, and keep what they have", async () => {
    const schema = newSchema();
    const { tables } = readNames({ schema });
    const version = `insert into ${tables.state} (name, value) values ('version', 1)`;
    await server.run(
      url,
      [`create schema ${schema}`, `set search_path to ${schema}`, ...versionOne(tables), version].join(";\n"),
    );
    const [store] = await Promise.all(Array.from({ length: 4 }, () => open({ schema })));
    await expectKept(store!);
  });

  test("tables of a newer version are left alone", async () => {
    const schema = newSchema();
    await open({ schema });
    await server.run(url, `update ${schema}.graft_usage_state set value = 1000 where name = 'version'`);
    await expect(openPostgresUsage({ url, schema })).rejects.toThrow(
      "was made by a newer Graft (its version is 1000, this one knows 2)",
    );
  });

  test("a database that cannot hold every character is refused", async () => {
    const latin = await server.createDatabase("encoding 'LATIN1' template template0");
    await expect(openPostgresUsage({ url: latin })).rejects.toThrow("the database's encoding must be UTF8, not LATIN1");
  });

  test("a role that may read and write is enough where the tables are; without rights the error says so", async () => {
    const schema = newSchema();
    await open({ schema });
    await server.run(
      url,
      `create role clerk login; create role nobody login; grant usage on schema ${schema} to clerk;
      grant select, insert, update, delete on all tables in schema ${schema} to clerk`,
    );
    const asClerk = server.url("d1", "clerk");
    const store = await open({ url: asClerk, schema, recordDays: 1 });
    await store.add([usageRecord()]);
    await store.prune(DAY_START + 30 * HOUR);
    expect(await requests(store)).toBe(1);
    await expect(openPostgresUsage({ url: server.url("d1", "nobody"), schema: "none" })).rejects.toThrow(
      "permission denied for database d1",
    );
    await expect(openPostgresUsage({ url: server.url("missing") })).rejects.toThrow('database "missing" does not exist');
  });

  describe("trouble", () => {
    let own: PostgresServer;
    beforeAll(async () => {
      own = await startPostgres(bin);
    }, 60_000);
    afterAll(() => own.remove());

    test("a store opens while the database is down, and works when it is up", async () => {
      await own.kill();
      const store = await open({ url: own.url("postgres"), schema: "late" });
      await expect(store.add([usageRecord()])).rejects.toThrow("usage database: cannot connect");
      await own.restart();
      await store.add([usageRecord()]);
      expect(await requests(store)).toBe(1);
    }, 30_000);

    test("a database that crashes and comes back while records are written has every one of them, once", async () => {
      const store = await open({ url: own.url("postgres"), schema: "crash" });
      let failures = 0;
      const counting = {
        add: async (records: readonly UsageRecord[]) => {
          try {
            await store.add(records);
          } catch (error) {
            failures += 1;
            throw error;
          }
        },
      };
      const writer = new BufferedUsageWriter({ store: counting, onTrouble: () => undefined });
      let added = 0;
      const busy = setInterval(() => {
        for (let index = 0; index < 40; index += 1) writer.add(usageRecord({ costNanos: 1, caller: `c${index}` }));
        added += 40;
      }, 5);
      for (let round = 0; round < 3; round += 1) {
        await sleep(300);
        await own.kill();
        await sleep(100);
        await own.restart();
      }
      clearInterval(busy);
      expect(await writer.close(30_000)).toBe(true);
      const { total } = await store.query({ ...EVER, groupBy: [] });
      expect(total.requests + writer.dropped).toBe(added);
      expect(total.costNanos).toBe(BigInt(total.requests));
      expect(failures).toBeGreaterThan(0);
    }, 60_000);

    test("a statement that a lock holds up is given up, and succeeds later", async () => {
      const store = await open({ url: own.url("postgres"), schema: "locked", timeoutMs: 100 });
      await store.add([usageRecord()]);
      const held = own.run(own.url("postgres"), "begin; lock table locked.graft_usage_records; select pg_sleep(1); commit");
      await sleep(300);
      await expect(store.add([usageRecord()])).rejects.toThrow(/usage database: failed: .* timeout \((57014|55P03)\)/);
      await held;
      await store.add([usageRecord()]);
      expect(await requests(store)).toBe(2);
    }, 30_000);

    test("a server process that hangs is given up, and another one asked", async () => {
      const store = await open({ url: own.url("postgres"), schema: "hung", timeoutMs: 100, connections: 1 });
      const record = usageRecord();
      await store.add([record]);
      const found = await own.run(
        own.url("postgres"),
        "select pid from pg_stat_activity where application_name = 'graft' order by pid",
      );
      const pids = found.map((row) => Number(Object(row).pid));
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      await expect(store.add([usageRecord()])).rejects.toThrow("timeout");
      await store.add([record, usageRecord()]);
      for (const pid of pids) process.kill(pid, "SIGCONT");
      expect(await requests(store)).toBe(2);
    }, 30_000);
  });
});
