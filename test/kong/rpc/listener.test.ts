/** Bytes in, answers out: every way a call may be cut, joined or wrong. */
import { connect } from "node:net";
import { Encoder } from "@msgpack/msgpack";
import fc from "fast-check";
import { everyCut } from "../../support/pieces";
import { type Answer, behaviour, cleanUp, encodeCall, type Running, serve, until } from "./support";

afterEach(cleanUp);

const encoder = new Encoder();
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

interface Call {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly answer: unknown;
}

function call(answer: object, id: number, name: string, ...args: unknown[]): Call {
  return { name, bytes: encodeCall(id, `plugin.${name}`, ...args), answer: { error: null, result: null, ...answer, id } };
}

/** One call of each kind; ids of every size MessagePack has. */
function everyCall(instance: number): readonly Call[] {
  const info = { Name: "tester", Version: "1.2.3", Phases: ["access"], Priority: 770, Schema: expect.any(Object) };
  const status = { Name: "tester", Id: instance, Config: { limit: 5 }, StartTime: expect.any(Number) };
  const started = { Name: "tester", Id: expect.any(Number), Config: { text: "äöü" }, StartTime: expect.any(Number) };
  const missing = expect.stringMatching(/^event id \d+ not found$/);
  const headers = { accept: ["a", "b"], big: ["x".repeat(300)], empty: [] };
  return [
    call({ result: info }, 1, "GetPluginInfo", "tester"),
    call({ result: { Pid: process.pid, Plugins: { tester: expect.any(Object) } } }, 200, "GetStatus"),
    call({ result: started }, 3, "StartInstance", { Name: "tester", Config: '{"text":"äöü"}' }),
    call({ result: status }, 70_000, "InstanceStatus", instance),
    call({ result: { Data: "ret", EventId: expect.any(Number) } }, 5e9, "HandleEvent", {
      InstanceId: instance,
      EventName: "access",
    }),
    call({ error: missing }, 6, "Step", { EventId: 3, Data: 1.5 }),
    call({ error: missing }, 7, "StepMultiMap", { EventId: 2 ** 48, Data: headers }),
    call({ error: "no plugin instance #1" }, 8, "CloseInstance", 1),
    call({ error: "method Nothing not implemented" }, 9, "Nothing", {}),
  ];
}

async function prepare(): Promise<{ running: Running; calls: readonly Call[] }> {
  const running = await serve();
  return { running, calls: everyCall(await running.startInstance({ limit: 5 })) };
}

/** Each piece is given a turn of the event loop in which to arrive alone. */
async function exchange(running: Running, pieces: readonly Uint8Array[], count: number): Promise<readonly Answer[]> {
  const client = await running.connect();
  for (const piece of pieces) {
    client.send(piece);
    await new Promise(setImmediate);
  }
  await until(() => client.answers.length >= count || client.closed);
  client.close();
  return client.answers;
}

describe("cut and joined", () => {
  test("every call is answered wherever it is cut in two", async () => {
    const { running, calls } = await prepare();
    for (const { bytes, answer } of calls) {
      for (let at = 1; at < bytes.length; at += 1) {
        expect(await exchange(running, [bytes.subarray(0, at), bytes.subarray(at)], 1)).toEqual([answer]);
      }
    }
  });

  test("every call is answered in small pieces", async () => {
    const { running, calls } = await prepare();
    for (const { bytes, answer } of calls) {
      for (const { pieces } of everyCut(bytes)) expect(await exchange(running, pieces, 1)).toEqual([answer]);
    }
  });

  test("two to five calls at once, cut anywhere, are each answered", async () => {
    const { running, calls } = await prepare();
    const some = fc.shuffledSubarray([...calls], { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(some, fc.array(fc.nat(), { maxLength: 4 }), async (joined, cuts) => {
        const bytes = Buffer.concat(joined.map((one) => one.bytes));
        const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, n) => bytes.subarray(places[n], end));
        const answers = await exchange(running, pieces, joined.length);
        expect(answers).toHaveLength(joined.length);
        expect(answers).toEqual(expect.arrayContaining(joined.map((one) => one.answer)));
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test("hundreds of calls sent ahead are answered, no more than a few of them at one time", async () => {
    const running = await serve();
    let atOnce = 0;
    let most = 0;
    behaviour.access = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise(setImmediate);
      atOnce -= 1;
    };
    const instance = await running.startInstance();
    const bytes = Array.from({ length: 500 }, (_, id) =>
      encodeCall(id, "plugin.HandleEvent", { InstanceId: instance, EventName: "access" }),
    );
    const answers = await exchange(running, [Buffer.concat(bytes)], 500);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(500);
    expect(answers.every(({ error }) => error === null)).toBe(true);
    expect(most).toBeLessThanOrEqual(16);
    expect(running.listener.running).toBe(0);
  });
});

describe("what is no call", () => {
  /** The connection is closed; the server goes on serving others. */
  async function expectClosed(running: Running, bytes: Uint8Array): Promise<void> {
    const client = await running.connect();
    client.send(bytes);
    await client.ended;
    expect(client.answers).toEqual([]);
    expect((await (await running.connect()).ask("plugin.GetStatus")).error).toBeNull();
  }

  test.each([
    ["the byte that is no type", Buffer.from([0xc1])],
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["a number", Buffer.from([0x07])],
    ["a map", encoder.encode({ type: 0, id: 1, method: "plugin.GetStatus" })],
    ["nil", Buffer.from([0xc0])],
    ["an empty array", Buffer.from([0x90])],
    ["a response", encoder.encode([1, 1, null, "x"])],
    ["a type there is not", encoder.encode([3, 1, "plugin.GetStatus", []])],
    ["a call without id", encoder.encode([0])],
    ["an id that is a text", encoder.encode([0, "1", "plugin.GetStatus", []])],
    ["an id that is a fraction", encoder.encode([0, 1.5, "plugin.GetStatus", []])],
    ["a key that would be a prototype", hex("94 00 01 a178 91 81 a95f5f70726f746f5f5f 01")],
    ["a map with a map for a key", hex("94 00 01 81 80 c0 90")],
    ["a time of impossible length", hex("94 00 01 c7 02 ff ffff 90")],
  ])("%s", async (_name, bytes) => {
    const running = await serve();
    await expectClosed(running, bytes);
    expect(running.lines.filter((line) => line.startsWith("warn closing a connection of Kong: "))).toHaveLength(1);
  });

  test("random bytes never end the process", async () => {
    const running = await serve();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const client = await running.connect();
        client.send(bytes);
        await new Promise(setImmediate);
        client.close();
      }),
      { seed: 11, numRuns: 300 },
    );
    expect((await (await running.connect()).ask("plugin.GetStatus")).error).toBeNull();
  });

  test("calls with single bytes changed are answered or refused", async () => {
    const { running, calls } = await prepare();
    const change = fc.record({ call: fc.constantFrom(...calls), at: fc.nat(), byte: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ call: { bytes }, at, byte }) => {
        const changed = Buffer.from(bytes);
        changed[at % changed.length] = byte;
        const client = await running.connect();
        client.send(changed);
        await new Promise(setImmediate);
        client.close();
      }),
      { seed: 13, numRuns: 500 },
    );
    await until(() => running.listener.running === 0);
    expect((await (await running.connect()).ask("plugin.GetStatus")).error).toBeNull();
  });

  test.each([
    ["that arrives", (size: number) => Buffer.concat([hex("94 00 01 a178 91 db"), lengthField(size), Buffer.alloc(size)])],
    ["that is announced", () => hex("94 00 01 a178 91 db ffffffff")],
    ["whose array is announced", () => hex("94 00 01 a178 dd ffffffff")],
  ])("a message larger than allowed, %s", async (_name, message) => {
    const running = await serve({ limits: { maxMessageBytes: 200_000 } });
    await expectClosed(running, message(200_000));
    expect(running.lines.join()).toContain("a message of more than 200000 bytes");
  });

  function lengthField(length: number): Buffer {
    const field = Buffer.alloc(4);
    field.writeUInt32BE(length);
    return field;
  }

  test("a large message within the bound is served", async () => {
    const running = await serve();
    const client = await running.connect();
    const text = "x".repeat(900_000);
    const { result } = await client.ask("plugin.StartInstance", { Name: "tester", Config: JSON.stringify({ text }) });
    expect(result).toEqual(expect.objectContaining({ Config: { text } }));
  });

  test("a peer that sends and never reads is not answered without end", async () => {
    const running = await serve({ limits: { maxMessageBytes: 100_000 } });
    const socket = connect(running.path);
    socket.pause();
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.on("close", resolve));
    const calls = Buffer.concat(Array.from({ length: 1000 }, (_, id) => encodeCall(id, "plugin.GetPluginInfo", "tester")));
    const more = () => {
      while (!socket.destroyed && socket.write(calls));
    };
    socket.on("drain", more);
    more();
    await closed;
    expect(running.lines.join()).toContain("sent ahead");
  });

  test("a peer that reads late gets all its answers", async () => {
    const running = await serve();
    const client = await running.connect();
    client.socket.pause();
    const Config = JSON.stringify({ text: "x".repeat(150_000) });
    const answers = Array.from({ length: 5 }, () => client.ask("plugin.StartInstance", { Name: "tester", Config }));
    await until(() => running.server.instances.size > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // The rest waits until the first answer is read.
    expect(running.server.instances.size).toBeLessThan(5);
    client.socket.resume();
    expect((await Promise.all(answers)).every(({ error }) => error === null)).toBe(true);
    expect(running.server.instances.size).toBe(5);
  });

  test("notifications are passed over", async () => {
    const running = await serve();
    const bytes = Buffer.concat([encoder.encode([2, "serverPid", [1]]), encodeCall(4, "plugin.Nothing"), encoder.encode([2])]);
    expect(await exchange(running, [bytes], 1)).toEqual([{ id: 4, error: "method Nothing not implemented", result: null }]);
  });
});

describe("what may be called", () => {
  const NOT_IMPLEMENTED = [
    "constructor",
    "__proto__",
    "__defineGetter__",
    "hasOwnProperty",
    "toString",
    "step",
    "close",
    "loadPlugins",
    "SetPluginDir",
    "clearExpiredPlugins",
    "getLogger",
    "getPlugins",
    "plugins",
    "",
  ];

  test.each(NOT_IMPLEMENTED)("not plugin.%s", async (name) => {
    const running = await serve();
    const before = running.server.plugins.size;
    const answer = await (await running.connect()).ask(`plugin.${name}`, { EventId: 1, Data: 1 });
    expect(answer).toEqual({ id: 1, error: `method ${name} not implemented`, result: null });
    expect(running.server.plugins.size).toBe(before);
  });

  test.each([
    ["another namespace", [0, 1, "kong.GetStatus", []], "RPC for kong is not supported"],
    ["no namespace", [0, 1, "GetStatus", []], "RPC for GetStatus is not supported"],
    ["the namespace alone", [0, 1, "plugin", []], "method plugin not implemented"],
    ["more than a method", [0, 1, "plugin.Step.x", [{}]], "method Step.x not implemented"],
    ["a long name", [0, 1, `plugin.${"x".repeat(1000)}`, []], `method ${"x".repeat(64)} not implemented`],
    ["a method that is no text", [0, 1, { plugin: 1 }, []], "the method is not a string"],
    ["no method", [0, 1], "the method is not a string"],
    ["no arguments", [0, 1, "plugin.GetStatus"], "the arguments are not an array"],
    ["arguments that are no array", [0, 1, "plugin.Step", { EventId: 1 }], "the arguments are not an array"],
    ["too few arguments", [0, 1, "plugin.HandleEvent", []], "the argument is not a map"],
    ["an argument that is no map", [0, 1, "plugin.Step", [5]], "the argument is not a map"],
    ["nil for a map", [0, 1, "plugin.StartInstance", [null]], "the argument is not a map"],
    ["an instance without name", [0, 1, "plugin.StartInstance", [{ Config: "{}" }]], "Name and Config are strings"],
    [
      "an instance whose configuration is a map",
      [0, 1, "plugin.StartInstance", [{ Name: "tester", Config: {} }]],
      "Name and Config are",
    ],
    ["an instance of no plugin", [0, 1, "plugin.StartInstance", [{ Name: "other", Config: "{}" }]], "other not initizlied"],
    [
      "an instance of a prototype",
      [0, 1, "plugin.StartInstance", [{ Name: "__proto__", Config: "{}" }]],
      "__proto__ not initizlied",
    ],
    ["information on no plugin", [0, 1, "plugin.GetPluginInfo", []], "undefined not initizlied"],
    ["an id that is no number", [0, 1, "plugin.CloseInstance", [{ toString: 1 }]], "no plugin instance #NaN"],
  ])("refused: %s", async (_name, message, error) => {
    const running = await serve();
    const [answer] = await exchange(running, [encoder.encode(message)], 1);
    expect(answer).toEqual({ id: 1, error: expect.stringContaining(error), result: null });
  });

  test("further arguments do no harm", async () => {
    const running = await serve();
    expect((await (await running.connect()).ask("plugin.GetPluginInfo", "tester", "more", {})).error).toBeNull();
  });

  test.each(["secret", "constructor", "__proto__", "toString", "log", "", 7])(
    "a phase is no other method of the plugin: %s",
    async (phase) => {
      const running = await serve();
      const instance = await running.startInstance();
      const { error } = await (await running.connect()).ask("plugin.HandleEvent", { InstanceId: instance, EventName: phase });
      expect(error).toContain("has no such phase");
      expect(running.listener.running).toBe(0);
      expect(running.lines.join()).not.toContain("unhandled");
    },
  );
});
