import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gate } from "../e2e/support/gate";
import { until } from "../e2e/support/until";
import { everyCut } from "../support/pieces";
import { cutAt, cutEvery, cutRandomly } from "./cut";
import { pack } from "./lua/pack";
import { Unpacker } from "./lua/unpack";
import { isArray, type Lua, LuaError } from "./lua/values";
import { RpcClient, type RpcOptions } from "./rpc-client";
import { RpcError } from "./rpc-connection";

type Answer = (request: readonly Lua[], socket: Socket) => void;

const directory = mkdtempSync(join(tmpdir(), "rpc-client-"));
const path = join(directory, "server.sock");
const echo: Answer = ([, id, method, args], socket) => void socket.write(pack([1, id, null, { method, args }]));

let server: Server;
let answer: Answer = echo;
/** As they arrived: one read each. */
let reads: number[] = [];
let client: RpcClient;

beforeAll(async () => {
  server = createServer((socket) => {
    const unpacker = new Unpacker();
    socket.on("data", (piece: Buffer) => {
      reads.push(piece.length);
      unpacker.push(piece);
      const next = unpacker.next();
      if (next !== undefined) answer(isArray(next.value) ? next.value : [], socket);
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

afterEach(() => {
  client.close();
  answer = echo;
  reads = [];
});

function open(options: RpcOptions = {}): RpcClient {
  client = new RpcClient(path, { deadlineMs: 5000, ...options });
  return client;
}

test("a call and its answer", async () => {
  open();
  const expected = (args: readonly Lua[]) => ({ method: "plugin.Step", args });
  expect(await client.call("plugin.Step", { EventId: 1 })).toEqual(expected([{ EventId: 1 }]));
  expect(await client.call("plugin.Step")).toEqual(expected([]));
});

test("one connection carries one call after another", async () => {
  open();
  for (let call = 0; call < 5; call += 1) await client.call("m");
  expect({ connections: client.connections, calls: client.calls }).toEqual({ connections: 1, calls: 5 });
});

test("calls at a time have a connection each; the pool keeps thirty", async () => {
  open();
  const open_ = gate();
  answer = (request, socket) => void open_.opened.then(() => echo(request, socket));
  const calls = Array.from({ length: 40 }, () => client.call("m"));
  await until("forty requests", () => (reads.length === 40 ? true : undefined));
  expect(client.connections).toBe(40);
  open_.open();
  await Promise.all(calls);
  await until("the pool's size", () => (client.connections === 30 ? true : undefined));
});

const frame = pack([0, 1, "plugin.Step", [{ EventId: 300, Data: "x".repeat(40) }]]);

test.each([
  ["one byte a piece", cutEvery(1), frame.length],
  ["seven bytes a piece", cutEvery(7), Math.ceil(frame.length / 7)],
  ...Array.from({ length: frame.length - 1 }, (_, at) => [`at ${at + 1}`, cutAt(at + 1), 2] as const),
] as const)("a request cut %s arrives in that many pieces", async (_, cut, pieces) => {
  open({ cut });
  const args = [{ EventId: 300, Data: "x".repeat(40) }];
  // Once the server has accepted the connection, each write is a read.
  await client.call("m");
  reads = [];
  expect(await client.call("plugin.Step", ...args)).toEqual({ method: "plugin.Step", args });
  expect(reads).toHaveLength(pieces);
});

test("requests cut at random", async () => {
  open({ cut: cutRandomly() });
  for (let call = 0; call < 5; call += 1) await client.call("plugin.Step", { Data: "x".repeat(100) });
  expect(reads.length).toBeGreaterThan(10);
});

const answerFrame = pack([1, 1, null, { Data: { Method: "kong.request.get_header", Args: ["x", 1] }, EventId: 70_000 }]);

test.each(everyCut(answerFrame))("an answer that comes $name", async ({ pieces }) => {
  open();
  answer = async (_, socket) => {
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise(setImmediate);
    }
  };
  expect(await client.call("m")).toEqual({ Data: { Method: "kong.request.get_header", Args: ["x", 1] }, EventId: 70_000 });
});

test("an answer of a megabyte", async () => {
  open();
  const big = "x".repeat(1 << 20);
  answer = ([, id], socket) => void socket.write(pack([1, id, null, big]));
  expect(await client.call("m")).toBe(big);
});

test("notifications before the answer are passed over", async () => {
  open();
  answer = ([, id], socket) => void socket.write(Buffer.concat([pack([2, "serverPid", [7]]), pack([1, id, null, "ok"])]));
  expect(await client.call("m")).toBe("ok");
  expect(client.connections).toBe(1);
});

test("a connection with something left to read is not used again", async () => {
  open();
  answer = ([, id], socket) => void socket.write(Buffer.concat([pack([1, id, null, "ok"]), pack("more")]));
  await client.call("m");
  await until("the end of the connection", () => (client.connections === 0 ? true : undefined));
  answer = echo;
  expect(await client.call("m")).toMatchObject({ method: "m" });
});

const refused: [string, Answer, new (message: string) => Error, string][] = [
  [
    "an error",
    ([, id], socket) => void socket.write(pack([1, id, "no plugin instance #4", null])),
    RpcError,
    "no plugin instance #4",
  ],
  ["an end before the answer", (_, socket) => void socket.end(), RpcError, "no data"],
  ["an end in the middle of it", (_, socket) => void socket.end(answerFrame.subarray(0, 9)), LuaError, "missing bytes"],
  ["somebody else's answer", (_, socket) => void socket.write(pack([1, 99, null, "ok"])), LuaError, "unexpected RPC response ID"],
  ["a request for an answer", (_, socket) => void socket.write(pack([0, 1, "m", []])), LuaError, "RPC response expected"],
  ["no MessagePack", (_, socket) => void socket.write(Buffer.from([0xc1])), LuaError, "unimplemented"],
];

test.each(refused)("%s", async (_, behaviour, kind, message) => {
  open();
  answer = behaviour;
  const error: unknown = await client.call("m").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(kind);
  expect(error).toHaveProperty("message", expect.stringContaining(message));
});

test("a server that says nothing", async () => {
  open({ deadlineMs: 50 });
  answer = () => {};
  await expect(client.call("m")).rejects.toThrow(new RpcError("no data"));
});

test("no server", async () => {
  const nobody = new RpcClient(join(directory, "nobody.sock"));
  await expect(nobody.call("m")).rejects.toThrow(new RpcError("no such file or directory"));
});

test("a pooled connection that the server closed is not used", async () => {
  open();
  let sockets = 0;
  answer = ([, id], socket) => {
    sockets += 1;
    socket.end(pack([1, id, null, "ok"]));
  };
  for (let call = 0; call < 3; call += 1) {
    expect(await client.call("m")).toBe("ok");
    await until("the end of the connection", () => (client.connections === 0 ? true : undefined));
  }
  expect(sockets).toBe(3);
});

test("a closed client stays closed", async () => {
  open();
  await client.call("m");
  client.close();
  await expect(client.call("m")).rejects.toThrow(new RpcError("closed"));
  await until("no connection", () => (client.connections === 0 ? true : undefined));
});
