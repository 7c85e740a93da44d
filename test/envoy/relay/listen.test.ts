import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type ListenOptions, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listenForEnvoy } from "../../../envoy/relay/listen";

let folder: string;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-relay-listen-"));
  // Everybody may enter: the permissions of the socket are all that counts.
  chmodSync(folder, 0o755);
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Listens as the relay does; notes who could connect as soon as the socket was there. */
function relay() {
  const server = createServer();
  servers.push(server);
  const modes: string[] = [];
  return {
    modes,
    get port() {
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    },
    listen: (address: ListenOptions) =>
      new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(address, resolve);
        if (address.path !== undefined) modes.push(mode(address.path));
      }),
  };
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test("a unix socket is its owner's alone from its first moment, and goes when it is left", async () => {
  const path = join(folder, "relay.sock");
  const it = relay();
  const listening = await listenForEnvoy(it, `unix://${path}`);
  expect([...it.modes, mode(path)]).toEqual(["600", "600"]);
  expect(listening.address).toBe(`unix://${path}`);
  expect(readdirSync(folder)).toEqual(["relay.sock"]);
  listening.leave();
  expect(readdirSync(folder)).toEqual([]);
});

test("a stale socket is replaced, a served one is not, and a successor's stays when its predecessor leaves", async () => {
  const address = `unix://${join(folder, "relay.sock")}`;
  const first = relay();
  const old = await listenForEnvoy(first, address);
  await expect(listenForEnvoy(relay(), address)).rejects.toThrow("another process does");
  await new Promise((resolve) => servers[0]?.close(resolve));
  expect(readdirSync(folder)).toEqual(["relay.sock"]);
  await listenForEnvoy(relay(), address);
  old.leave();
  expect(readdirSync(folder)).toEqual(["relay.sock"]);
});

test("a file that is no socket stays", async () => {
  const path = join(folder, "relay.sock");
  writeFileSync(path, "mine");
  await expect(listenForEnvoy(relay(), `unix://${path}`)).rejects.toThrow("not a socket");
});

test.each([
  ["127.0.0.1:0", /^127\.0\.0\.1:[1-9]\d*$/],
  [":0", /^127\.0\.0\.1:[1-9]\d*$/],
])("%s", async (wanted, address) => {
  const listening = await listenForEnvoy(relay(), wanted);
  expect(listening.address).toMatch(address);
  listening.leave();
});
