import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type KeptSocket, keepSocket } from "../../../kong/rpc/kept-socket";
import { cleanUp, temporaryFolder } from "./support";

const held: Socket[] = [];
let kept: KeptSocket | undefined;
let path = "";

const make = (): Server => createServer((socket) => void socket.on("error", () => {}).write("hello"));

beforeEach(async () => {
  path = join(temporaryFolder(), "kong.sock");
  kept = await keepSocket(path, { mode: 0o660 }, make);
});

afterEach(async () => {
  for (const socket of held.splice(0)) socket.destroy();
  await kept?.stopAccepting();
  await cleanUp();
});

function greeted(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    held.push(socket);
    socket.once("data", () => resolve(socket));
    socket.once("error", reject);
  });
}

test("nothing is done while the socket is there", async () => {
  const before = statSync(path).ino;
  expect(await kept?.restore()).toBe(false);
  expect(statSync(path).ino).toBe(before);
});

test("a removed socket comes back with its permissions; connections that were there stay", async () => {
  const old = await greeted();
  rmSync(path);
  expect(await kept?.restore()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o660);
  await greeted();
  expect(old.destroyed).toBe(false);
  expect(await kept?.restore()).toBe(false);
  kept?.remove();
  expect(existsSync(path)).toBe(false);
});

test("what somebody else has put there stays", async () => {
  rmSync(path);
  writeFileSync(path, "mine");
  expect(await kept?.restore()).toBe(false);
  kept?.remove();
  expect(existsSync(path)).toBe(true);
});

test("after the end nothing comes back, not even when it was on its way", async () => {
  rmSync(path);
  const onItsWay = kept?.restore();
  const stopped = kept?.stopAccepting();
  expect(await onItsWay).toBe(false);
  await stopped;
  expect(existsSync(path)).toBe(false);
  expect(await kept?.restore()).toBe(false);
});
