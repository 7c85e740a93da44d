import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditPlace, verifyAudit } from "../../plugins/audit/verify";
import { describeWithPostgres, type PostgresServer, startPostgres } from "../stores/usage/support/postgres-server";
import { entry, KEY, TestLog } from "./support";

describeWithPostgres("an audit log in Postgres", (bin) => {
  let server: PostgresServer;
  let url = "";
  beforeAll(async () => {
    server = await startPostgres(bin);
    url = await server.createDatabase();
  }, 60_000);
  afterAll(() => server.remove());

  let schemas = 0;
  const newLog = () => {
    const log = new TestLog();
    schemas += 1;
    const schema = `s${schemas}`;
    const config = { kind: "postgres", url, schema } as const;
    const place: AuditPlace = { kind: "postgres", url, schema, anchor: log.anchor, key: KEY };
    return { log, config, verify: () => verifyAudit(place), table: `${schema}.graft_audit`, schema };
  };

  test("the same chain as in files, of several writers", async () => {
    const { log, config, verify } = newLog();
    const opened = await Promise.all([1, 2, 3].map(() => log.open(config)));
    const odd = { kind: "outcome", caller: "\u0000 \ud800 'x' \\ \n é🎉" } as const;
    await Promise.all(
      opened.flatMap(({ sink }) => Array.from({ length: 700 }, (_, at) => sink.write(at === 5 ? odd : entry(at)))),
    );
    await Promise.all(opened.map(({ close }) => close()));
    const report = await verify();
    expect(report).toMatchObject({ ok: true, records: 3 * 702, problems: [], notes: [] });
    expect(report.chains.map(({ records, ended }) => [records, ended])).toEqual(Array(3).fill([702, true]));
  }, 30_000);

  test.each([
    ["changed", (t: string) => `update ${t} set line = replace(line, 'ex_2', 'ex_3') where seq = 4`],
    ["removed", (t: string) => `delete from ${t} where seq = 4`],
    ["cut off", (t: string) => `delete from ${t} where seq > 4`],
    ["emptied", (t: string) => `delete from ${t}`],
    ["moved", (t: string) => `update ${t} set seq = case seq when 3 then 1004 else 3 end where seq in (3, 4)`],
    ["repeated", (t: string) => `insert into ${t} select writer, 1000, line from ${t} where seq = 3`],
    ["renumbered", (t: string) => `update ${t} set seq = seq + 100`],
    ["of another name", (t: string) => `update ${t} set writer = writer || '0'`],
  ])("rows %s are found", async (_, sql) => {
    const { log, config, verify, table } = newLog();
    await log.written(6, config);
    expect(await verify()).toMatchObject({ ok: true });
    await server.run(url, sql(table));
    expect((await verify()).ok).toBe(false);
  });

  test("a role that may only insert and read is enough where the table is", async () => {
    const { log, config, verify, table, schema } = newLog();
    await log.written(1, config);
    await server.run(
      url,
      `create role recorder login; grant usage on schema ${schema} to recorder; grant select, insert on ${table} to recorder`,
    );
    const asRecorder = server.url("d1", "recorder");
    await log.written(2, { ...config, url: asRecorder });
    await expect(server.run(asRecorder, `delete from ${table}`)).rejects.toThrow("permission denied");
    await expect(server.run(asRecorder, `update ${table} set line = ''`)).rejects.toThrow("permission denied");
    expect(await verify()).toMatchObject({ ok: true, records: 7 });
  });

  test("a database that goes away: records are refused, and another chain begins when it is back", async () => {
    const own = await startPostgres(bin);
    try {
      const log = new TestLog();
      const place = { kind: "postgres", url: own.url("postgres"), schema: undefined } as const;
      const { sink, close } = await log.open(place);
      await sink.write(entry(1));
      await own.kill();
      await expect(sink.write(entry(2))).rejects.toThrow();
      log.clock.advance(1000);
      for (let round = 0; round < 5; round += 1) {
        await expect(sink.write(entry(3))).rejects.toThrow();
        log.clock.advance(1000);
      }
      // No trace of tries that never reached it; perhaps of the one that lost its connection.
      expect(readdirSync(log.anchor).length).toBeLessThanOrEqual(2);
      await own.restart();
      log.clock.advance(1000);
      await sink.write(entry(4));
      await close();
      const report = await verifyAudit({ ...place, anchor: log.anchor, key: KEY });
      expect(report).toMatchObject({ ok: true, records: 5 });
      expect(report.chains).toHaveLength(2);
    } finally {
      await own.remove();
    }
  }, 60_000);

  test("a database that comes late", async () => {
    const own = await startPostgres(bin);
    try {
      await own.kill();
      const log = new TestLog();
      const { sink, close } = await log.open({ kind: "postgres", url: own.url("postgres"), schema: undefined });
      expect(log.warnings).toEqual([expect.stringContaining("cannot be written for now")]);
      expect(log.warnings.join()).not.toContain(own.url("postgres"));
      await own.restart();
      log.clock.advance(1000);
      await sink.write(entry(1));
      await close();
    } finally {
      await own.remove();
    }
  }, 60_000);

  test("names and addresses that are none", async () => {
    const { log, config } = newLog();
    await expect(log.open({ ...config, schema: 'x"; drop' })).rejects.toThrow("schema: must have");
    await expect(log.open({ ...config, url: "mysql://x" })).rejects.toThrow("url: must be like");
  });

  test("anchors stand outside of the database", async () => {
    const { log, config } = newLog();
    await log.written(1, config);
    const [name = ""] = readdirSync(log.anchor);
    expect(JSON.parse(readFileSync(join(log.anchor, name), "utf8"))).toMatchObject({ seq: 3 });
  });
});
