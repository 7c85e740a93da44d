import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { auditKeys } from "../../plugins/audit/chain/keys";
import { nextLine, readLine } from "../../plugins/audit/chain/line";
import { Anchors } from "../../plugins/audit/log/anchors";
import { AuditLog } from "../../plugins/audit/log/audit-log";
import { entry, KEY, TestLog, until } from "./support";

function lines(log: TestLog): Record<string, unknown>[] {
  return readdirSync(log.directory)
    .sort()
    .flatMap((name) => readFileSync(join(log.directory, name), "utf8").split("\n").slice(0, -1))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("lines", () => {
  test("one record, one line of JSON, whatever is in it", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const caller = 'a"\n{"v":1}\r\u0000\u001b[2J\u007f\u009b31m\u2028\u202e\u2066\ud800';
    await sink.write({ kind: "outcome", caller });
    await close();
    const [file] = readdirSync(log.directory);
    const text = readFileSync(join(log.directory, file ?? ""), "utf8");
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(lines(log).map(({ kind }) => kind)).toEqual(["begin", "outcome", "end"]);
    expect(lines(log)[1]).toMatchObject({ v: 1, seq: 2, at: "2026-01-01T00:00:00.000Z", caller });
  });

  test("a signature is of one key, one text and one place only", () => {
    const { line: key } = auditKeys(KEY);
    const head = { writer: "w", seq: 4, mac: "m", at: "" };
    const { text } = nextLine(key, head, { at: "2026-01-01T00:00:00.000Z", json: '{"kind":"outcome"}' });
    const bytes = Buffer.from(text.slice(0, -1));
    expect(readLine(key, bytes)).toMatchObject({ writer: "w", seq: 5, prev: "m", value: { kind: "outcome" } });
    expect(readLine(auditKeys(`${KEY}!`).line, bytes)).toBeUndefined();
    expect(readLine(auditKeys(KEY).anchor, bytes)).toBeUndefined();
    for (const broken of ["", "{}", text, `${text.slice(0, -1)} `]) expect(readLine(key, Buffer.from(broken))).toBeUndefined();
  });

  test("a key that could be guessed is refused", async () => {
    await expect(new TestLog().open({ key: "short" })).rejects.toThrow("at least 32 characters");
  });
});

describe("files", () => {
  test("are private, and end where the next begins", async () => {
    const log = new TestLog();
    await log.written(50, { rotate_bytes: 1024 });
    const names = readdirSync(log.directory);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(statSync(join(log.directory, name)).mode & 0o777).toBe(0o600);
    for (const path of [log.directory, log.anchor]) expect(statSync(path).mode & 0o777).toBe(0o700);
    const files = lines(log).flatMap(({ kind, file }) => (kind === "begin" ? [file] : []));
    expect(files.sort()).toEqual(names.map((_, index) => index + 1).sort());
    expect(await log.verify()).toMatchObject({ ok: true, records: 50 + names.length + 1, notes: [], problemCount: 0 });
  });

  test("several writers share a directory", async () => {
    const log = new TestLog();
    const opened = await Promise.all(Array.from({ length: 8 }, () => log.open()));
    await Promise.all(opened.flatMap(({ sink }) => Array.from({ length: 100 }, (_, index) => sink.write(entry(index)))));
    await Promise.all(opened.map(({ close }) => close()));
    const report = await log.verify();
    expect(report).toMatchObject({ ok: true, records: 8 * 102, notes: [] });
    expect(report.chains.map(({ ended }) => ended)).toEqual(Array(8).fill(true));
  });

  test("a file that is there already is left alone, be it a link", async () => {
    const log = new TestLog();
    const elsewhere = `${log.directory}-elsewhere`;
    const open = log.disk.open;
    log.disk.open = async (path, flags, ...more) => {
      if (flags === "ax" && String(path).endsWith("-1.jsonl")) {
        writeFileSync(elsewhere, "precious");
        symlinkSync(elsewhere, String(path));
      }
      return await open(path, flags, ...more);
    };
    await expect(log.open()).rejects.toThrow("EEXIST");
    expect(readFileSync(elsewhere, "utf8")).toBe("precious");
  });
});

describe("stable storage", () => {
  test("writers at one time share a few syncs", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const before = log.disk.syncs.log;
    await Promise.all(Array.from({ length: 1000 }, (_, index) => sink.write(entry(index))));
    // Batches of 256.
    expect(log.disk.syncs.log - before).toBe(4);
    await close();
    expect(await log.verify()).toMatchObject({ ok: true, records: 1002 });
  });

  test("nothing is said to be written before it is synced", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const release = hold(log);
    let done = false;
    const written = sink.write(entry(1)).then(() => {
      done = true;
    });
    await sleep(30);
    expect(done).toBe(false);
    release();
    await written;
    await close();
  });

  test("what waits is bounded, and what is too much is refused at once", async () => {
    const log = new TestLog();
    const opened = await log.open({ queue: 10 });
    const release = hold(log);
    const first = opened.sink.write(entry(0));
    await sleep(10);
    const waiting = Array.from({ length: 10 }, (_, index) => opened.sink.write(entry(index)));
    await expect(opened.sink.write(entry(11))).rejects.toThrow("too many audit records wait");
    expect(opened.queued).toBe(10);
    release();
    await Promise.all([first, ...waiting]);
    await opened.sink.write(entry(12));
    await opened.close();
    expect(await log.verify()).toMatchObject({ ok: true, records: 14, notes: [] });
  });

  test("so are their bytes", async () => {
    const log = new TestLog();
    const opened = await log.open();
    const release = hold(log);
    const large = { kind: "intent", body: "x".repeat(30_000_000) } as const;
    const writes = [0, 1, 2, 3].map(() => opened.sink.write(large));
    const results = Promise.allSettled(writes);
    await sleep(50);
    release();
    const failed = (await results).filter(({ status }) => status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    await opened.close();
  });

  test("a closed log takes no more", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const last = sink.write(entry(1));
    await close();
    await last;
    await expect(sink.write(entry(2))).rejects.toThrow("closed");
    expect(await log.verify()).toMatchObject({ ok: true, records: 3, notes: [] });
  });
});

describe("trouble", () => {
  test("a full disk: writes fail, half a line stays, and another chain begins when there is room", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    await sink.write(entry(1));
    log.disk.full = true;
    await expect(sink.write(entry(2))).rejects.toThrow("ENOSPC");
    log.disk.full = false;
    // Not tried again at once.
    await expect(sink.write(entry(3))).rejects.toThrow("ENOSPC");
    log.clock.advance(1000);
    await sink.write(entry(4));
    await close();
    const report = await log.verify();
    expect(report).toMatchObject({ ok: true, records: 5, notes: [{ message: expect.stringContaining("torn") }] });
    expect(report.chains.map(({ ended, records }) => ({ ended, records }))).toEqual(
      expect.arrayContaining([
        { ended: false, records: 2 },
        { ended: true, records: 3 },
      ]),
    );
    const broken = report.chains.find(({ ended }) => !ended);
    const next = lines(log).find((line) => line["writer"] !== broken?.writer && line["kind"] === "begin");
    expect(next).toMatchObject({ follows: [{ writer: broken?.writer, seq: 2 }] });
  });

  test("a disk that is full from the start leaves nothing behind, however often it is tried", async () => {
    const log = new TestLog();
    log.disk.full = true;
    for (let round = 0; round < 3; round += 1) await expect(log.open()).rejects.toThrow(`audit: ${log.directory}`);
    expect([...readdirSync(log.directory), ...readdirSync(log.anchor)]).toEqual([]);
    log.disk.full = false;
    await log.written(1);
    expect(await log.verify()).toMatchObject({ ok: true, notes: [] });
  });

  test("a long time without room leaves nothing behind either", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    log.disk.full = true;
    for (let round = 0; round < 20; round += 1) {
      await expect(sink.write(entry(round))).rejects.toThrow("ENOSPC");
      log.clock.advance(1000);
    }
    expect(readdirSync(log.directory)).toHaveLength(1);
    expect(readdirSync(log.anchor)).toHaveLength(1);
    log.disk.full = false;
    await sink.write(entry(1));
    await close();
    expect(await log.verify()).toMatchObject({ ok: true, records: 4 });
  });

  test("a directory that is deleted is noticed at once, made again, and what it held is missed", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    await sink.write(entry(1));
    rmSync(log.directory, { recursive: true });
    await expect(sink.write(entry(2))).rejects.toThrow("ENOENT");
    log.clock.advance(1000);
    await sink.write(entry(3));
    await close();
    const report = await log.verify();
    expect(report).toMatchObject({ ok: false, records: 3 });
    expect(report.problems).toEqual([
      { place: expect.any(String), message: expect.stringContaining("all of its records are missing") },
    ]);
  });

  test("a file in the place of the directory", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const aside = `${log.directory}-aside`;
    renameSync(log.directory, aside);
    writeFileSync(log.directory, "");
    for (let round = 0; round < 3; round += 1) {
      await expect(sink.write(entry(2))).rejects.toThrow(/ENOTDIR|EEXIST/);
      log.clock.advance(1000);
    }
    rmSync(log.directory);
    renameSync(aside, log.directory);
    await sink.write(entry(3));
    await close();
    // The line that nobody was told of is whole, and in its place.
    expect(await log.verify()).toMatchObject({ ok: true, records: 5, notes: [] });
  });

  test("a file that was replaced by a copy is not written on", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    const path = join(log.directory, readdirSync(log.directory)[0] ?? "");
    const copy = readFileSync(path);
    rmSync(path);
    writeFileSync(path, copy);
    await expect(sink.write(entry(1))).rejects.toThrow("the file was replaced");
    log.clock.advance(1000);
    await sink.write(entry(2));
    await close();
    expect(await log.verify()).toMatchObject({ ok: true, records: 4 });
  });

  test("anchors that cannot be written: said, and tried again", async () => {
    const log = new TestLog();
    const { sink, close } = await log.open();
    rmSync(log.anchor, { recursive: true });
    writeFileSync(log.anchor, "");
    await sink.write(entry(1));
    await until(() => log.warnings.length > 0);
    expect(log.warnings[0]).toContain("anchor of the audit log cannot be written");
    rmSync(log.anchor);
    mkdirSync(log.anchor);
    await close();
    expect(await log.verify()).toMatchObject({ ok: true, records: 3, notes: [] });
  });

  test("nothing is written through a link that lies in the way of an anchor", async () => {
    const log = new TestLog();
    const precious = `${log.directory}-precious`;
    const rename = log.disk.rename;
    mkdirSync(dirname(precious), { recursive: true });
    writeFileSync(precious, "precious");
    log.disk.rename = (async (from: string, to: string) => {
      await rename(from, to);
      symlinkSync(precious, from);
    }) as typeof rename;
    await log.written(3);
    expect(readFileSync(precious, "utf8")).toBe("precious");
    expect(await log.verify()).toMatchObject({ ok: true });
  });

  test("a disk that hangs does not hold up the end of the process", async () => {
    const log = new TestLog();
    const { clock } = log;
    const keys = auditKeys(KEY);
    const stuck = new AuditLog({
      open: () => ({
        begins: () => undefined,
        append: () => new Promise(() => undefined),
        close: () => Promise.resolve(),
        discard: () => Promise.resolve(true),
      }),
      anchors: new Anchors(log.anchor, keys.anchor, log.disk),
      keys,
      clock,
      queue: 10,
      onAnchorTrouble: () => undefined,
      tellHead: () => undefined,
    });
    stuck.write(entry(1)).catch(() => undefined);
    expect(await stuck.close(20)).toBe(false);
  });
});

test("heads are told: at first, with each file, each hour and at the end", async () => {
  const log = new TestLog();
  const { sink, close } = await log.open();
  expect(log.heads).toHaveLength(1);
  await sink.write(entry(1));
  expect(log.heads).toHaveLength(1);
  log.clock.advance(3_600_000);
  await sink.write(entry(2));
  expect(log.heads).toHaveLength(2);
  await close();
  expect(log.heads).toHaveLength(3);
  expect((await log.verify({ heads: log.heads })).problems).toEqual([]);
  expect((await log.verify({ heads: ["2:nothing"] })).problems).toEqual([
    { place: log.directory, message: "no chain has the head 2:nothing" },
  ]);
});

function hold(log: TestLog): () => void {
  let release = (): void => undefined;
  log.disk.held = new Promise((resolve) => {
    release = () => {
      log.disk.held = undefined;
      resolve();
    };
  });
  return release;
}
