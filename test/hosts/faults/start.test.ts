/** What `graft kong serve` refuses, and what it says: on standard error, with exit code 1, and nothing left behind. */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../../e2e/support/process";
import { ROOT } from "../../e2e/support/stack";
import { accepts } from "../../kong/stock-server";

jest.setTimeout(30_000);

const CLI = join(ROOT, "dist/cli/main.js");

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "graft-start-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Run {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

function serve(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, "kong", "serve", ...args], { timeout: 20_000 }, (_, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

/** @returns a name for a socket in a folder of its own, where nothing else must be in the end */
function socketIn(name: string): string {
  mkdirSync(join(directory, name));
  return join(directory, name, "graft.sock");
}

describe("words on the command line", () => {
  test.each<[string, readonly string[], string]>([
    ["no socket", [], "--socket"],
    ["a mode in words", ["--socket-mode", "rw"], '"rw" is not a file mode'],
    ["a port in words", ["--relay-port", "any"], "--relay-port takes 1 to 65535, not any"],
    ["a drain time that is none", ["--drain-timeout-ms", "-1"], "--drain-timeout-ms takes milliseconds"],
    ["an admin address that is none", ["--admin", "nowhere"], "nowhere"],
    ["a configuration that is not there", ["--config", "/nowhere/graft.yaml"], "/nowhere/graft.yaml"],
  ])("%s", async (name, args, says) => {
    const socket = socketIn(name.replaceAll(" ", "-"));
    const { code, err, out } = await serve(...(name === "no socket" ? [] : ["--socket", socket, "--admin", "off"]), ...args);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(says) });
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).not.toContain("serving Kong");
    expect(readdirSync(join(socket, ".."))).toEqual([]);
  });
});

describe("a socket that cannot be", () => {
  test.each<[string, () => string, string]>([
    ["a directory", () => directory, "it exists and is not a socket"],
    ["a file", () => file("regular", "keep me"), "it exists and is not a socket"],
    ["in no directory", () => join(directory, "missing", "graft.sock"), "there is no directory"],
  ])("%s", async (_, path, says) => {
    const socket = path();
    const before = existsSync(socket) ? lstatSync(socket).ino : undefined;
    const { code, err } = await serve("--socket", socket, "--admin", "off");
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(says) });
    expect(err).toContain(socket);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(socket) ? lstatSync(socket).ino : undefined).toBe(before);
  });

  const asRoot = process.getuid?.() === 0;
  (asRoot ? test.skip : test)("where we may not write", async () => {
    const socket = socketIn("sealed");
    chmodSync(join(directory, "sealed"), 0o500);
    expect(await serve("--socket", socket, "--admin", "off")).toMatchObject({ code: 1, err: expect.stringContaining(socket) });
  });
});

test("a configuration with faults: each with file, line and column, and no socket", async () => {
  const config = file(
    "graft.yaml",
    "version: 1\nproviders:\n  one: { kind: opnai }\npolicies:\n  default:\n    models: [{ name: a, target: [] }]\n",
  );
  const socket = socketIn("faulty");
  const { code, err, out } = await serve("--socket", socket, "--admin", "off", "--config", config);
  expect(code).toBe(1);
  expect(err).toContain(`${config}:3:`);
  expect(err).toMatch(/:3:\d+: error: .*did you mean "openai"/);
  expect(err).toMatch(/:6:\d+: error: .*target/);
  expect(out).toBe("");
  expect(readdirSync(join(socket, ".."))).toEqual([]);
});

test("a relay port that is taken: refused, without a socket", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const socket = socketIn("port");
  const { code, err } = await serve("--socket", socket, "--admin", "off", "--relay-port", String(port));
  other.close();
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("EADDRINUSE") });
  expect(readdirSync(join(socket, ".."))).toEqual([]);
});

test("started: the socket has its mode, the log says where, and a socket left by the dead is replaced", async () => {
  const socket = socketIn("fine");
  for (const mode of ["0660", "600"]) {
    const args = [CLI, "kong", "serve", "--socket", socket, "--admin", "off", "--socket-mode", mode];
    const program = new Program("graft kong serve", process.execPath, args);
    await program.until("plugin server", () => accepts(socket));
    const line = await program.until("start", () => program.lines.find((it) => it["msg"] === "serving Kong"));
    expect(line).toMatchObject({ socket, relay: expect.stringMatching(/^127\.0\.0\.1:\d+$/), admin: "" });
    expect(lstatSync(socket).mode & 0o777).toBe(Number.parseInt(mode, 8));
    await program.stop("SIGKILL");
    expect(readdirSync(join(socket, ".."))).toEqual(["graft.sock"]);
  }
});
