import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ABSENT, ConfigFiles, digestOf } from "../../plugins/config/read-files";
import { makeDirectory, removeDirectories } from "./support";

afterAll(removeDirectories);

function room() {
  const top = makeDirectory();
  const root = join(top, "root");
  mkdirSync(join(root, "sub"), { recursive: true });
  writeFileSync(join(top, "outside"), "outside");
  writeFileSync(join(root, "key"), "value\r\n\n");
  writeFileSync(join(root, "sub", "deep"), "deep");
  writeFileSync(join(root, "..hidden"), "dots");
  symlinkSync(join(top, "outside"), join(root, "escape"));
  symlinkSync("sub/deep", join(root, "inner"));
  symlinkSync(top, join(root, "up"));
  symlinkSync("loop", join(root, "loop"));
  writeFileSync(join(root, "binary"), Buffer.from([0xff, 0xfe, 0]));
  writeFileSync(join(root, "large"), Buffer.alloc(300 * 1024, "x"));
  return { top, root };
}

test.each([
  ["key", "value"],
  ["./key", "value"],
  ["sub/../key", "value"],
  ["sub/deep", "deep"],
  ["inner", "deep"],
  ["..hidden", "dots"],
])("%s is read", async (path, expected) => {
  const { root } = room();
  await expect(new ConfigFiles().below(root, path)).resolves.toBe(expected);
  await expect(new ConfigFiles().below(root, join(root, path))).resolves.toBe(expected);
});

test("the root may itself be a symbolic link", async () => {
  const { top, root } = room();
  symlinkSync(root, join(top, "link"));
  await expect(new ConfigFiles().below(join(top, "link"), "key")).resolves.toBe("value");
});

test.each([
  ["../outside", "is not below"],
  ["escape", "is not below"],
  ["up/outside", "is not below"],
  ["up", "is not below"],
  ["/etc/hostname", "is not below"],
  [".", "is not below"],
  ["", "is not below"],
  ["missing", "does not exist or is not accessible"],
  ["loop", "does not exist or is not accessible"],
  ["nul\0byte", "does not exist or is not accessible"],
  ["sub", "is not a regular file"],
  ["binary", "is not UTF-8 text"],
  ["large", "is larger than"],
])("%j is refused", async (path, expected) => {
  const { root } = room();
  await expect(new ConfigFiles().below(root, path)).rejects.toThrow(expected);
});

test("a pipe is refused without waiting for it", async () => {
  const { root } = room();
  execFileSync("mkfifo", [join(root, "pipe")]);
  await expect(new ConfigFiles().below(root, "pipe")).rejects.toThrow("is not a regular file");
});

test("what is remembered agrees with what a watcher will see", async () => {
  const { root } = room();
  const files = new ConfigFiles();
  for (const path of ["key", "inner", "missing", "escape", "sub", "binary", "large"])
    await files.below(root, path).catch(() => "");
  await files.config(join(root, "key"));
  await files.note(join(root, "sub/deep"));
  expect(files.digests.size).toBe(8);
  for (const [path, digest] of files.digests) expect([path, digest]).toEqual([path, await digestOf(path)]);
  expect(files.digests.get(join(root, "missing"))).toBe(ABSENT);
});
