import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { verifyAudit } from "../../plugins/audit/verify";
import { readLines } from "../../plugins/audit/verify/read-lines";
import { reportText } from "../../plugins/audit/verify/show-report";
import { entry, KEY, TestLog, until } from "./support";

/** Files of a log and of its anchors, by name. */
interface Copy {
  readonly log: ReadonlyMap<string, Buffer>;
  readonly anchors: ReadonlyMap<string, Buffer>;
}

const root = mkdtempSync(join(tmpdir(), "graft-audit-verify-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let places = 0;

function read(directory: string): Map<string, Buffer> {
  const names = readdirSync(directory).filter((name) => !name.endsWith(".half"));
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

function copyOf({ directory, anchor }: TestLog): Copy {
  return { log: read(directory), anchors: read(anchor) };
}

async function verify({ log, anchors }: Copy, demands: Parameters<typeof verifyAudit>[1] = {}) {
  places += 1;
  const [directory, anchor] = ["log", "anchors"].map((part) => join(root, String(places), part)) as [string, string];
  for (const [into, files] of [
    [directory, log],
    [anchor, anchors],
  ] as const) {
    mkdirSync(into, { recursive: true });
    for (const [name, bytes] of files) writeFileSync(join(into, name), bytes);
  }
  const report = await verifyAudit({ kind: "file", directories: [directory], anchor, key: KEY }, demands);
  rmSync(join(root, String(places)), { recursive: true });
  return report;
}

function withLog(copy: Copy, name: string, bytes: Buffer | undefined): Copy {
  const log = new Map(copy.log);
  if (bytes === undefined) log.delete(name);
  else log.set(name, bytes);
  return { ...copy, log };
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf("\n", from) + 1 || bytes.length;
    lines.push(bytes.subarray(from, end));
    from = end;
  }
  return lines;
}

/** Three writers that have ended, with several files each, and what the log was halfway. */
let whole: Copy;
let earlier: Copy;
let names: readonly string[];
beforeAll(async () => {
  const log = new TestLog();
  await log.written(12, { rotate_bytes: 1024 });
  await log.written(5);
  earlier = copyOf(log);
  await log.written(9, { rotate_bytes: 1024 });
  whole = copyOf(log);
  names = [...whole.log.keys()].sort();
});

test("a log as it was written is never in doubt", async () => {
  expect(names.length).toBeGreaterThan(6);
  for (const copy of [whole, earlier]) expect(await verify(copy)).toMatchObject({ ok: true, problems: [], notes: [] });
  // Its files may stand in several directories.
  const [one, two] = [join(root, "one"), join(root, "two")];
  const anchor = join(root, "all-anchors");
  for (const path of [one, two, anchor]) mkdirSync(path);
  for (const [index, [name, bytes]] of [...whole.log].entries()) writeFileSync(join(index % 2 === 0 ? one : two, name), bytes);
  for (const [name, bytes] of whole.anchors) writeFileSync(join(anchor, name), bytes);
  const place = { kind: "file", directories: [one, two], anchor, key: KEY } as const;
  expect(await verifyAudit(place)).toMatchObject({ ok: true, notes: [] });
  expect(await verifyAudit({ ...place, key: `${KEY}!` })).toMatchObject({ ok: false, records: 0 });
  expect(await verifyAudit({ ...place, directories: [one] })).toMatchObject({ ok: false });
});

describe("any change is found", () => {
  const file = () => fc.nat().map((at) => names[at % names.length] ?? "");
  const bytesOf = (name: string) => whole.log.get(name) ?? Buffer.alloc(0);
  const inLines = (change: (lines: Buffer[], a: number, b: number) => Buffer[]) =>
    fc.tuple(file(), fc.nat(), fc.nat()).map(([name, a, b]) => {
      const lines = linesOf(bytesOf(name));
      return withLog(whole, name, Buffer.concat(change(lines, a % lines.length, b % lines.length)));
    });
  const lineOf = (at: number) => {
    const all = [...whole.log.values()].flatMap(linesOf);
    return all[at % all.length] ?? Buffer.alloc(0);
  };

  const changes: Record<string, () => fc.Arbitrary<Copy>> = {
    "a bit": () =>
      fc.tuple(file(), fc.nat(), fc.nat(7)).map(([name, at, bit]) => {
        const bytes = Buffer.from(bytesOf(name));
        bytes[at % bytes.length]! ^= 1 << bit;
        return withLog(whole, name, bytes);
      }),
    "a byte gone": () =>
      fc.tuple(file(), fc.nat()).map(([name, at]) => {
        const bytes = bytesOf(name);
        const cut = at % bytes.length;
        return withLog(whole, name, Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + 1)]));
      }),
    "bytes put in": () =>
      fc.tuple(file(), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 })).map(([name, at, more]) => {
        const bytes = bytesOf(name);
        const cut = at % (bytes.length + 1);
        return withLog(whole, name, Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)]));
      }),
    "a line end put in": () =>
      fc.tuple(file(), fc.nat()).map(([name, at]) => {
        const bytes = bytesOf(name);
        const cut = at % (bytes.length + 1);
        return withLog(whole, name, Buffer.concat([bytes.subarray(0, cut), Buffer.from("\n"), bytes.subarray(cut)]));
      }),
    "a line gone": () => inLines((lines, at) => lines.toSpliced(at, 1)),
    "several lines gone": () => inLines((lines, at, count) => lines.toSpliced(at, count + 1)),
    "a line twice": () => inLines((lines, from, to) => lines.toSpliced(to, 0, lines[from]!)),
    "a line at the end again": () => inLines((lines, from) => [...lines, lines[from]!]),
    "lines swapped": () =>
      inLines((lines, a, b) => {
        const other = a === b ? (b + 1) % lines.length : b;
        if (lines.length < 2) return [];
        return lines.with(a, lines[other]!).with(other, lines[a]!);
      }),
    "a line of anywhere put in": () =>
      fc.tuple(file(), fc.nat(), fc.nat()).map(([name, at, from]) => {
        const lines = linesOf(bytesOf(name));
        return withLog(whole, name, Buffer.concat(lines.toSpliced(at % (lines.length + 1), 0, lineOf(from))));
      }),
    "cut off anywhere": () =>
      fc.tuple(file(), fc.nat()).map(([name, at]) => {
        const bytes = bytesOf(name);
        return withLog(whole, name, bytes.subarray(0, at % bytes.length));
      }),
    "a file gone": () => file().map((name) => withLog(whole, name, undefined)),
    "a file in the place of another": () =>
      fc.tuple(file(), fc.nat()).map(([name, at]) => {
        const others = names.filter((it) => it !== name);
        return withLog(whole, name, bytesOf(others[at % others.length] ?? ""));
      }),
    "a file once more": () =>
      fc
        .tuple(file(), fc.integer({ min: 50, max: 60 }))
        .map(([name, number]) => withLog(whole, name.replace(/\d+\.jsonl$/, `${number}.jsonl`), bytesOf(name))),
    "a file by another number": () =>
      file().map((name) => withLog(withLog(whole, name, undefined), name.replace(/\d+\.jsonl$/, "77.jsonl"), bytesOf(name))),
    "a writer gone": () =>
      file().map((name) => {
        const writer = name.replace(/-\d+\.jsonl$/, "-");
        return { ...whole, log: new Map([...whole.log].filter(([it]) => !it.startsWith(writer))) };
      }),
    "a writer by another name": () =>
      fc.integer({ min: 1, max: 9 }).map((digit) => {
        const from = names[0]?.replace(/-\d+\.jsonl$/, "") ?? "";
        const to = from.replace(/.$/, (last) => (last === String(digit) ? "0" : String(digit)));
        return { ...whole, log: new Map([...whole.log].map(([name, bytes]) => [name.replace(from, to), bytes])) };
      }),
    "an earlier state of the log": () => fc.constant({ ...whole, log: earlier.log }),
    "all of it gone": () => fc.constant({ ...whole, log: new Map() }),
    "an anchor changed": () =>
      fc.tuple(fc.nat(), fc.nat(), fc.nat(7)).map(([which, at, bit]) => {
        const [name, was] = [...whole.anchors][which % whole.anchors.size]!;
        const bytes = Buffer.from(was);
        bytes[at % bytes.length]! ^= 1 << bit;
        return { ...whole, anchors: new Map(whole.anchors).set(name, bytes) };
      }),
    "an anchor gone": () =>
      fc.nat().map((which) => {
        const anchors = new Map(whole.anchors);
        anchors.delete([...anchors.keys()][which % anchors.size] ?? "");
        return { ...whole, anchors };
      }),
    "an anchor in the place of another": () =>
      fc.constant(undefined).map(() => {
        const [first = "", second = ""] = whole.anchors.keys();
        return { ...whole, anchors: new Map(whole.anchors).set(first, whole.anchors.get(second)!) };
      }),
    // Who can change the anchors too cannot help that later chains name earlier ones.
    "an early writer gone with its anchor": () =>
      fc.constant(undefined).map(() => {
        const writer = /audit-(.*)-\d+\.jsonl/.exec([...earlier.log.keys()][0] ?? "")?.[1] ?? "";
        const without = (files: ReadonlyMap<string, Buffer>) => new Map([...files].filter(([name]) => !name.includes(writer)));
        return { log: without(whole.log), anchors: without(whole.anchors) };
      }),
  };

  test.each(Object.keys(changes))(
    "%s",
    async (name) => {
      await fc.assert(
        fc.asyncProperty(changes[name]!(), async (copy) => {
          const same = (a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>) =>
            a.size === b.size && [...a].every(([it, bytes]) => b.get(it)?.equals(bytes) === true);
          // Seed and path find it again; its bytes are no use to anybody.
          Object.assign(copy, { [fc.toStringMethod]: () => "a changed log" });
          fc.pre(!same(copy.log, whole.log) || !same(copy.anchors, whole.anchors));
          const report = await verify(copy);
          expect(report.ok).toBe(false);
          expect(report.problemCount).toBeGreaterThan(0);
        }),
        { numRuns: 40, seed: 6 },
      );
    },
    60_000,
  );

  test("every single byte of a small log", async () => {
    const log = new TestLog();
    await log.written(1);
    const path = join(log.directory, readdirSync(log.directory)[0] ?? "");
    const was = readFileSync(path);
    for (let at = 0; at < was.length; at += 1) {
      const bytes = Buffer.from(was);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(path, bytes);
      expect((await log.verify()).ok).toBe(false);
    }
    writeFileSync(path, was);
    expect((await log.verify()).ok).toBe(true);
  }, 60_000);
});

test("what is wrong is said where it is", async () => {
  const log = new TestLog();
  await log.written(6);
  const copy = copyOf(log);
  const [[name, bytes] = ["", Buffer.alloc(0)]] = copy.log;
  const lines = linesOf(bytes);
  const problems = async (changed: readonly Buffer[]) =>
    (await verify(withLog(copy, name, Buffer.concat(changed)))).problems.map(
      ({ place, message }) => `${basename(place).replace(name, "file")}: ${message}`,
    );
  expect(await problems(lines.with(3, Buffer.from("{}\n")))).toEqual(["file:4: was changed, or is no record of this key"]);
  expect(await problems(lines.toSpliced(3, 0, Buffer.from("{}\n")))).toEqual([
    "file:4: was changed, or is no record of this key",
  ]);
  expect(await problems(lines.toSpliced(3, 1))).toEqual(["file:4: record 4 is missing in front of it"]);
  expect(await problems(lines.toSpliced(2, 3))).toEqual(["file:3: records 3 to 5 are missing in front of it"]);
  expect(await problems(lines.toSpliced(4, 0, lines[1]!))).toEqual(["file:5: is record 2, in the wrong place or once too often"]);
  expect(await problems(lines.slice(0, -2))).toEqual([
    "file: its records end with 6: its anchor knows of number 8, written 2026-01-01T00:00:00.000Z",
  ]);
  expect(await problems([])).toEqual([
    "file: all of its records are missing: its anchor knows of number 8, written 2026-01-01T00:00:00.000Z",
  ]);
});

describe("a crash", () => {
  /** As if killed: one anchor, at the first line, and records behind it. */
  async function crashed(): Promise<{ copy: Copy; name: string; bytes: Buffer }> {
    const log = new TestLog();
    const { sink, close } = await log.open();
    await until(() => [...read(log.anchor)].some(([, bytes]) => bytes.includes('"seq":1,')));
    const anchors = read(log.anchor);
    for (let index = 0; index < 2; index += 1) await sink.write(entry(index));
    const copy = { log: read(log.directory), anchors };
    await close();
    const [[name, bytes] = ["", Buffer.alloc(0)]] = copy.log;
    return { copy, name, bytes };
  }

  test("at any byte of a write is no tampering, and is told", async () => {
    const { copy, name, bytes } = await crashed();
    const [first] = linesOf(bytes);
    for (let at = first?.length ?? 0; at <= bytes.length; at += 1) {
      const report = await verify(withLog(copy, name, bytes.subarray(0, at)));
      const torn = at > 0 && bytes[at - 1] !== 0x0a;
      expect(report).toMatchObject({ ok: true, problems: [] });
      expect(report.notes.map(({ message }) => message)).toEqual(torn ? [expect.stringContaining("is torn")] : []);
      expect(report.chains).toMatchObject([{ ended: false }]);
    }
  }, 30_000);

  test("the next writer names what it follows, and all of it holds", async () => {
    const { copy, name, bytes } = await crashed();
    for (const cut of [1, 30, 200]) {
      const after = new TestLog();
      for (const [directory, files] of [
        [after.directory, withLog(copy, name, bytes.subarray(0, -cut)).log],
        [after.anchor, copy.anchors],
      ] as const) {
        mkdirSync(directory, { recursive: true });
        for (const [it, content] of files) writeFileSync(join(directory, it), content);
      }
      await after.written(2);
      const report = await after.verify();
      expect(report).toMatchObject({ ok: true, notes: [{ message: expect.stringContaining("is torn") }] });
      // What was named cannot go any more.
      rmSync(join(after.directory, name));
      expect((await after.verify()).problems.map(({ message }) => message)).toEqual([
        expect.stringMatching(/all of its records are missing: (its anchor|the chain of .*) knows of number \d/),
      ]);
    }
  });
});

test("a log that is being written is never in doubt either", async () => {
  const log = new TestLog();
  const first = await log.open({ rotate_bytes: 1024 });
  let busy = true;
  const writing = (async () => {
    for (let index = 0; busy; index += 1) {
      await Promise.all([0, 1, 2].map(() => first.sink.write(entry(index))));
      if (index % 10 === 0) await log.written(3, { rotate_bytes: 1024 });
    }
  })();
  for (let round = 0; round < 15; round += 1) expect(await log.verify()).toMatchObject({ ok: true, problems: [] });
  busy = false;
  await writing;
  await first.close();
  expect(await log.verify()).toMatchObject({ ok: true, notes: [] });
}, 30_000);

test("what was put away by age need not be missed", async () => {
  const log = new TestLog();
  await log.written(3);
  log.clock.advance(3_600_000);
  const running = await log.open({ rotate_bytes: 1024 });
  for (let index = 0; index < 10; index += 1) {
    await running.sink.write(entry(index));
    log.clock.advance(60_000);
  }
  await running.close();
  const copy = copyOf(log);
  const [old = "", first = "", ...rest] = [...copy.log.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  expect(rest.length).toBeGreaterThan(1);
  const left = withLog(withLog(copy, old, undefined), first, undefined);
  expect((await verify(left)).ok).toBe(false);
  expect(await verify(left, { since: "2026-01-01T01:09:00.000Z" })).toMatchObject({ ok: true });
  expect((await verify(left, { since: "2026-01-01T01:00:00.000Z" })).ok).toBe(false);
  // From behind, nothing may go.
  const last = rest.at(-1) ?? "";
  expect((await verify(withLog(copy, last, undefined), { since: "2026-01-01T01:09:00.000Z" })).ok).toBe(false);
});

test("what does not belong there is named, and no terminal is fooled by it", async () => {
  const log = new TestLog();
  await log.written(1);
  writeFileSync(join(log.directory, "a\u001b[2J.txt"), "");
  const report = await log.verify();
  expect(report).toMatchObject({ ok: true, notes: [{ message: "is no file of the log" }] });
  expect(reportText(report)).toMatch(/^[\x20-\x7e\n]*$/);
});

test("a line without end is not held in memory", async () => {
  const path = join(root, "long");
  writeFileSync(path, `${"x".repeat(1000)}\nshort\n${"y".repeat(3000)}`);
  const found = [];
  for await (const { number, bytes, whole: ended } of readLines(path, 500)) found.push([number, bytes?.toString(), ended]);
  expect(found).toEqual([
    [1, undefined, true],
    [2, "short", true],
    [3, undefined, false],
  ]);
});
