import fs, { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { parseSocketMode, placeUnixSocket } from "../plugins/unix-socket";
import { cleanUp, connectTo, temporaryFolder } from "./kong/rpc/support";

const servers: Server[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  for (const server of servers.splice(0)) server.close();
  await cleanUp();
});

function listen(path: string, mode = 0o600, takeOver = false): Promise<() => void> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  return placeUnixSocket(path, { mode, takeOver }, (temporary) => {
    return new Promise((resolve, reject) => server.once("error", reject).listen(temporary, resolve));
  });
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** A socket file whose process is gone. */
async function leaveStale(path: string): Promise<void> {
  const server = createServer();
  const elsewhere = `${path}.old`;
  await new Promise<void>((resolve) => server.listen(elsewhere, resolve));
  // The runtime removes the name it bound, and only that.
  fs.renameSync(elsewhere, path);
  await new Promise((resolve) => server.close(resolve));
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe("permissions", () => {
  test.each([0o600, 0o660, 0o666, 0o640, 0o777])("are %o under every umask, from the first moment", async (mode) => {
    for (const umask of [0o000, 0o022, 0o077, 0o777]) {
      const path = join(temporaryFolder(), "kong.sock");
      const before: number[] = [];
      const real = fs.chmodSync;
      const spy = jest.spyOn(fs, "chmodSync").mockImplementation((file, wanted) => {
        before.push(modeOf(String(file)), Number(existsSync(path)));
        real(file, wanted);
      });
      const previous = process.umask(umask);
      try {
        await listen(path, mode);
        expect(process.umask()).toBe(umask);
      } finally {
        process.umask(previous);
        spy.mockRestore();
      }
      expect(before).toEqual([mode, 0]);
      expect(modeOf(path)).toBe(mode);
    }
  });

  test("are 0600 for one that takes the place of a wider one", async () => {
    const path = join(temporaryFolder(), "kong.sock");
    await leaveStale(path);
    chmodSync(path, 0o777);
    await listen(path);
    expect(modeOf(path)).toBe(0o600);
  });

  test.each([
    ["0660", 0o660],
    ["660", 0o660],
    ["0600", 0o600],
    ["777", 0o777],
  ])("%s is a mode", (text, mode) => {
    expect(parseSocketMode(text)).toBe(mode);
  });

  test.each(["", "0", "66", "0668", "1660", "0o660", "rw", " 660", "-660", "00660"])("%j is none", (text) => {
    expect(() => parseSocketMode(text)).toThrow(`"${text}" is not a file mode: write it as in 0660`);
  });
});

describe("what is there already", () => {
  test("a stale socket is replaced", async () => {
    const path = join(temporaryFolder(), "kong.sock");
    await leaveStale(path);
    await listen(path);
    await connectTo(path);
  });

  test("one that answers is left alone", async () => {
    const path = join(temporaryFolder(), "kong.sock");
    await listen(path);
    const { ino } = statSync(path);
    await expect(listen(path)).rejects.toThrow(`cannot listen on "${path}": another process does`);
    expect(statSync(path).ino).toBe(ino);
    await connectTo(path);
  });

  test("unless it shall be taken over, without a moment in which nobody listens", async () => {
    const path = join(temporaryFolder(), "kong.sock");
    const remove = await listen(path);
    const { ino } = statSync(path);
    await listen(path, 0o600, true);
    expect(statSync(path).ino).not.toBe(ino);
    remove();
    await connectTo(path);
  });

  test.each([
    ["a file", (path: string) => writeFileSync(path, "mine")],
    ["a directory", (path: string) => mkdirSync(path)],
    ["a link to a socket's place", (path: string) => symlinkSync(`${path}.target`, path)],
  ])("%s stays, also when taking over", async (_name, make) => {
    const path = join(temporaryFolder(), "kong.sock");
    make(path);
    const { ino } = lstatSync(path);
    for (const takeOver of [false, true]) {
      await expect(listen(path, 0o600, takeOver)).rejects.toThrow(`cannot listen on "${path}": it exists and is not a socket`);
    }
    expect(lstatSync(path).ino).toBe(ino);
  });
});

describe("what cannot be listened on", () => {
  test("a folder that is not there, or is a file", async () => {
    const folder = temporaryFolder();
    const missing = join(folder, "nowhere", "kong.sock");
    await expect(listen(missing)).rejects.toThrow(
      `cannot listen on "${missing}": there is no directory "${join(folder, "nowhere")}"`,
    );
    writeFileSync(join(folder, "file"), "");
    await expect(listen(join(folder, "file", "kong.sock"))).rejects.toThrow("cannot listen on");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  test("a path longer than the system takes; the longest is fine", async () => {
    const folder = temporaryFolder();
    const limit = process.platform === "darwin" ? 103 : 107;
    const longest = join(folder, "s".repeat(limit - folder.length - 1));
    await listen(longest);
    await connectTo(longest);
    await expect(listen(`${longest}s`)).rejects.toThrow(`at most ${limit} bytes fit a socket's path`);
    const bytes = join(folder, "ä".repeat(limit - folder.length - 5));
    await expect(listen(bytes)).rejects.toThrow("fit a socket's path");
  });

  test.each(["", "\0abstract", "/tmp/a\0b"])("no path: %j", async (path) => {
    await expect(listen(path)).rejects.toThrow("it is not a path");
  });
});

describe("taking it away", () => {
  test("leaves nothing", async () => {
    const folder = temporaryFolder();
    const remove = await listen(join(folder, "kong.sock"));
    expect(readdirSync(folder)).toEqual(["kong.sock"]);
    remove();
    expect(readdirSync(folder)).toEqual([]);
    remove();
  });

  test("touches neither a successor's socket nor another file", async () => {
    const path = join(temporaryFolder(), "kong.sock");
    const remove = await listen(path);
    fs.rmSync(path);
    writeFileSync(path, "mine");
    remove();
    expect(existsSync(path)).toBe(true);
  });
});
