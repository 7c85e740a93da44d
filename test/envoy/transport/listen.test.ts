import { existsSync, linkSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport, type Transport } from "../../../envoy/transport";
import { parseListenAddress } from "../../../envoy/transport/listen-address";
import { connectGrpc } from "./support/grpc-client";
import { echoing } from "./support/server";

const SERVING = 1;

let folder: string;
const transports: Transport[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-listen-"));
});

afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.drain(0);
  rmSync(folder, { recursive: true, force: true });
});

function create(): Transport {
  const transport = createTransport({ open: echoing });
  transport.setServing(true);
  transports.push(transport);
  return transport;
}

async function expectServes(target: string): Promise<void> {
  const client = connectGrpc(target);
  expect(await client.check()).toBe(SERVING);
  client.close();
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("addresses", () => {
  test.each([
    ["unix:///run/graft/a.sock", { kind: "unix", path: "/run/graft/a.sock" }],
    ["unix:/run/a.sock", { kind: "unix", path: "/run/a.sock" }],
    [":9000", { kind: "tcp", host: "127.0.0.1", port: 9000 }],
    ["0.0.0.0:9000", { kind: "tcp", host: "0.0.0.0", port: 9000 }],
    ["graft.internal:0", { kind: "tcp", host: "graft.internal", port: 0 }],
    ["[::1]:9000", { kind: "tcp", host: "::1", port: 9000 }],
  ])("%s", (address, expected) => {
    expect(parseListenAddress(address)).toEqual(expected);
  });

  test.each(["", "9000", "host", "host:70000", "host:port", "::1:9000", "unix:relative.sock", "unix://", "http://x:1"])(
    "not %s",
    (address) => {
      expect(() => parseListenAddress(address)).toThrow("cannot listen on");
    },
  );
});

describe("TCP", () => {
  test("listens on loopback unless told otherwise, and names the port it got", async () => {
    const address = await create().listen(":0");
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    await expectServes(address);
  });

  test("a taken port is an error", async () => {
    const address = await create().listen(":0");
    await expect(create().listen(address)).rejects.toThrow("EADDRINUSE");
  });
});

describe("unix sockets", () => {
  test("are the owner's only, or as open as they are told to be", async () => {
    const transport = create();
    const [closed, open] = [join(folder, "closed.sock"), join(folder, "open.sock")];
    expect(await transport.listen(`unix://${closed}`)).toBe(`unix://${closed}`);
    await transport.listen(`unix://${open}`, { socketMode: 0o666 });
    expect([mode(closed), mode(open)]).toEqual(["600", "666"]);
    await expectServes(`unix:${closed}`);
    await expectServes(`unix:${open}`);
  });

  test("are gone after the drain, with everything that helped to make them", async () => {
    const transport = create();
    await transport.listen(`unix://${join(folder, "a.sock")}`);
    await transport.drain(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a stale socket file is replaced", async () => {
    const path = join(folder, "a.sock");
    const dead = createServer().listen(path);
    await new Promise((resolve) => dead.once("listening", resolve));
    // What a killed process leaves: the runtime would remove the file when the server closes.
    const kept = join(folder, "kept.sock");
    linkSync(path, kept);
    await new Promise((resolve) => dead.close(resolve));
    expect(existsSync(kept)).toBe(true);
    await create().listen(`unix://${kept}`);
    await expectServes(`unix:${kept}`);
  });

  test("a socket somebody listens on is left alone", async () => {
    const path = join(folder, "a.sock");
    await create().listen(`unix://${path}`);
    await expect(create().listen(`unix://${path}`)).rejects.toThrow("another process does");
    await expectServes(`unix:${path}`);
    expect(readdirSync(folder)).toEqual(["a.sock"]);
  });

  test("a file that is no socket is left alone", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(path, "mine");
    await expect(create().listen(`unix://${path}`)).rejects.toThrow("not a socket");
    expect(statSync(path).size).toBe(4);
  });

  test("a successor's socket under the same name is not removed", async () => {
    const path = join(folder, "a.sock");
    const old = create();
    await old.listen(`unix://${path}`);
    rmSync(path);
    await create().listen(`unix://${path}`);
    await old.drain(0);
    await expectServes(`unix:${path}`);
  });

  test("a path that is too long, or without a folder, is an error that says so", async () => {
    await expect(create().listen(`unix:///tmp/${"long/".repeat(30)}a.sock`)).rejects.toThrow("at most 107 bytes");
    await expect(create().listen(`unix://${folder}/missing/a.sock`)).rejects.toThrow();
  });
});

test("a connection that says nothing does not keep others waiting", async () => {
  const path = join(folder, "a.sock");
  await create().listen(`unix://${path}`);
  const silent = connect(path);
  await new Promise((resolve) => silent.once("connect", resolve));
  await expectServes(`unix:${path}`);
  silent.destroy();
});
