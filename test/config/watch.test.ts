import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type LoadResult, loadConfig } from "../../plugins/config/load";
import { type ConfigWatch, watchConfig } from "../../plugins/config/watch";
import { MINIMAL, makeDirectory, NO_DNS, removeDirectories, WORDS } from "./support";

const open: ConfigWatch[] = [];

afterEach(() => {
  for (const watch of open.splice(0)) watch.close();
});
afterAll(removeDirectories);

interface Seen {
  /** The first alias of each delivered configuration, or `invalid: …`. */
  readonly events: string[];
  /** Once there are this many events. */
  reached(count: number): Promise<void>;
  /** Nothing more comes, looked at for many times the settling time. */
  quiet(): Promise<void>;
}

const SETTLE_MS = 15;

/** @param pollMs an hour = file events alone must do it */
async function observe(path: string, pollMs = 3_600_000): Promise<Seen> {
  const events: string[] = [];
  const load = (): Promise<LoadResult> => loadConfig(path, { vocabulary: WORDS, env: {}, resolve: NO_DNS });
  const first = await load();
  open.push(
    watchConfig(first, {
      load,
      pollMs,
      settleMs: SETTLE_MS,
      onChange: ({ config }) => {
        const key = config.providers["main"]?.api_keys.join("+");
        events.push(`${config.policies["default"]?.models[0]?.name} ${key}`);
      },
      onInvalid: (issues) => events.push(`invalid: ${issues[0]?.message}`),
    }),
  );
  const reached = async (count: number): Promise<void> => {
    while (events.length < count) await sleep(5);
  };
  const quiet = async (): Promise<void> => {
    const before = events.length;
    await sleep(SETTLE_MS * 20);
    expect(events.slice(before)).toEqual([]);
  };
  return { events, reached, quiet };
}

function named(name: string, key = "sk-1"): string {
  return MINIMAL.replace("fast", name).replace("sk-1", key);
}

test("writing in place", async () => {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path);
  writeFileSync(path, named("two"));
  await seen.reached(1);
  await seen.quiet();
  writeFileSync(path, named("three"));
  await seen.reached(2);
  expect(seen.events).toEqual(["two sk-1", "three sk-1"]);
});

test("an editor's rename over the file", async () => {
  const directory = makeDirectory();
  const path = join(directory, "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path);
  for (const name of ["two", "three"]) {
    writeFileSync(join(directory, ".swap"), named(name));
    renameSync(join(directory, ".swap"), path);
    await seen.reached(name === "two" ? 1 : 2);
  }
  await seen.quiet();
  expect(seen.events).toEqual(["two sk-1", "three sk-1"]);
});

/** What a kubelet does: a new directory, and the `..data` link swapped to it in one rename. */
function publish(mount: string, generation: number, files: Record<string, string>): void {
  const target = `..gen-${generation}`;
  mkdirSync(join(mount, target));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(mount, target, name), text);
  symlinkSync(target, join(mount, "..data_tmp"));
  renameSync(join(mount, "..data_tmp"), join(mount, "..data"));
  if (generation > 1) rmSync(join(mount, `..gen-${generation - 1}`), { recursive: true });
}

test("a ConfigMap's symbolic link is swapped", async () => {
  const mount = makeDirectory();
  const path = join(mount, "graft.yaml");
  publish(mount, 1, { "graft.yaml": named("one") });
  symlinkSync("..data/graft.yaml", path);
  const seen = await observe(path);
  for (const [index, name] of ["two", "three", "four"].entries()) {
    publish(mount, index + 2, { "graft.yaml": named(name) });
    await seen.reached(index + 1);
  }
  publish(mount, 5, { "graft.yaml": named("four") });
  await seen.quiet();
  expect(seen.events).toEqual(["two sk-1", "three sk-1", "four sk-1"]);
});

test("a Secret in a file is rotated, in another directory than the configuration", async () => {
  const directory = makeDirectory();
  const mount = join(directory, "secret");
  mkdirSync(mount);
  publish(mount, 1, { key: "sk-old\n" });
  symlinkSync("..data/key", join(mount, "key"));
  const path = join(directory, "graft.yaml");
  writeFileSync(path, named("one", "'${file:secret/key}'"));
  const seen = await observe(path);
  publish(mount, 2, { key: "sk-new\n" });
  await seen.reached(1);
  expect(seen.events).toEqual(["one sk-new"]);
});

test("TLS files count", async () => {
  const directory = makeDirectory();
  const path = join(directory, "graft.yaml");
  mkdirSync(join(directory, "tls"));
  writeFileSync(join(directory, "tls", "ca.pem"), "old");
  writeFileSync(path, named("one").replace("kind: openai", "kind: openai, tls: { ca_file: tls/ca.pem }"));
  const seen = await observe(path);
  writeFileSync(join(directory, "tls", "ca.pem"), "new");
  await seen.reached(1);
  await seen.quiet();
});

test("a bad file is reported once and changes nothing; the next good one is taken", async () => {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path);
  writeFileSync(path, "version: 1\nproviders: [\n");
  await seen.reached(1);
  await seen.quiet();
  writeFileSync(path, named("two"));
  await seen.reached(2);
  expect(seen.events[0]).toContain("invalid: not valid YAML");
  expect(seen.events[1]).toBe("two sk-1");
});

test("a file that goes away and comes back", async () => {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path);
  rmSync(path);
  await seen.reached(1);
  writeFileSync(path, named("two"));
  await seen.reached(2);
  expect(seen.events[0]).toContain("does not exist");
  expect(seen.events[1]).toBe("two sk-1");
});

test("a directory made anew is found by polling", async () => {
  const directory = join(makeDirectory(), "mount");
  mkdirSync(directory);
  const path = join(directory, "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path, 20);
  rmSync(directory, { recursive: true });
  await seen.reached(1);
  mkdirSync(directory);
  writeFileSync(path, named("two"));
  await seen.reached(2);
  expect(seen.events[1]).toBe("two sk-1");
});

test("touching, rewriting the same and unrelated files deliver nothing", async () => {
  const directory = makeDirectory();
  const path = join(directory, "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path, 20);
  writeFileSync(path, named("one"));
  writeFileSync(join(directory, "other"), "x");
  await seen.quiet();
});

test("a file written piece by piece is delivered whole", async () => {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path);
  const text = `${named("two")}# ${"x".repeat(60)}\n`;
  // Every piece of this file that ends after the model is valid by itself.
  for (let end = 0; end <= text.length; end += 12) {
    writeFileSync(path, text.slice(0, end));
    await sleep(SETTLE_MS / 5);
  }
  writeFileSync(path, text.replace("two", "whole"));
  await seen.reached(1);
  await seen.quiet();
  // A pause of the machine may let a piece through; the last word is the whole file, delivered once.
  expect(seen.events.filter((event) => event === "whole sk-1")).toHaveLength(1);
  expect(seen.events.at(-1)).toBe("whole sk-1");
});

test("nothing is delivered after close", async () => {
  const directory = mkdtempSync(join(tmpdir(), "graft-config-"));
  const path = join(directory, "graft.yaml");
  writeFileSync(path, named("one"));
  const seen = await observe(path, 10);
  for (const watch of open.splice(0)) watch.close();
  writeFileSync(path, named("two"));
  await seen.quiet();
  rmSync(directory, { recursive: true });
});

test("a load that throws is reported, not lost", async () => {
  const path = join(makeDirectory(), "graft.yaml");
  writeFileSync(path, named("one"));
  const invalid = new Promise<string>((resolve) => {
    open.push(
      watchConfig(
        { ok: false, issues: [], files: new Map([[path, "other"]]) },
        {
          load: () => Promise.reject(new Error("broken")),
          onChange: () => resolve("changed"),
          onInvalid: (issues) => resolve(`${issues[0]?.file}: ${issues[0]?.message}`),
          pollMs: 10,
          settleMs: 1,
        },
      ),
    );
  });
  await expect(invalid).resolves.toBe(`${path}: could not be loaded: broken`);
});
