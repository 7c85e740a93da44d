import fc from "fast-check";
import { ErrorCode, Flag, FrameType, Setting } from "../../../envoy/transport/http2/constants";
import { encodeHeaders } from "../../../envoy/transport/http2/hpack-encoder";
import {
  connectRaw,
  dataFrame,
  frame,
  grpcMessage,
  headersFrame,
  PREFACE,
  PROCESS_HEADERS,
  type RawClient,
  setting,
  uint32,
} from "./support/raw-client";
import { echoing, listener, type Running, startTransport } from "./support/server";

let running: Running;
const clients: RawClient[] = [];

beforeEach(async () => {
  running = await startTransport(echoing, { maxConcurrentStreams: 50 });
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await running.stop();
});

function open(...args: [greeting?: Uint8Array]): RawClient {
  const client = connectRaw(running.path, ...args);
  clients.push(client);
  return client;
}

/** One whole exchange on the given connection. */
async function expectAnswers(client: RawClient, streamId: number): Promise<void> {
  client.send(headersFrame(streamId), dataFrame(streamId, grpcMessage({ requestHeaders: {} }), Flag.END_STREAM));
  expect(await client.ended(streamId)).toMatchObject({ ":status": "200", "grpc-status": "0" });
}

async function expectLives(): Promise<void> {
  await expectAnswers(open(), 1);
}

describe("what is not HTTP/2", () => {
  test.each([
    ["an HTTP/1 request", Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n")],
    ["a TLS hello", Buffer.from("16030100c8010000c40303", "hex")],
    ["a preface without SETTINGS", Buffer.concat([PREFACE, frame(FrameType.PING, 0, 0, Buffer.alloc(8))])],
    ["DATA before SETTINGS", Buffer.concat([PREFACE, dataFrame(1, Buffer.alloc(1))])],
  ])("%s loses its connection", async (_, greeting) => {
    const client = open(greeting);
    expect(await client.goAway()).toBe(ErrorCode.PROTOCOL_ERROR);
    await client.closed;
    await expectLives();
  });

  test("garbage after the greeting harms nobody else", async () => {
    const garbage = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc
          .tuple(
            fc.integer({ min: 0, max: 12 }),
            fc.integer({ min: 0, max: 255 }),
            fc.integer({ min: 0, max: 9 }),
            fc.uint8Array({ maxLength: 40 }),
          )
          .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
      ),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(garbage, async (pieces) => {
        const client = open();
        client.send(...pieces);
        client.socket.end();
        await client.closed;
        await expectLives();
      }),
      { numRuns: 60 },
    );
    expect(running.transport.activeStreams).toBe(0);
  });
});

describe("gRPC rules", () => {
  test("another content type is refused with 415, another method with 405", async () => {
    const client = open();
    client.send(headersFrame(1, { ...PROCESS_HEADERS, "content-type": "application/json" }));
    expect(await client.ended(1)).toMatchObject({ ":status": "415" });
    client.send(headersFrame(3, { ...PROCESS_HEADERS, ":method": "GET" }, Flag.END_STREAM));
    expect(await client.ended(3)).toMatchObject({ ":status": "405" });
    client.send(headersFrame(5, { ...PROCESS_HEADERS, "content-type": "application/grpc+proto" }, Flag.END_STREAM));
    expect(await client.ended(5)).toMatchObject({ ":status": "200", "content-type": "application/grpc", "grpc-status": "0" });
  });

  test.each([
    ["a compressed message", Buffer.from("0100000001ff", "hex"), "12"],
    ["a senseless flag", Buffer.from("0700000001ff", "hex"), "13"],
    ["4 GB announced", Buffer.from("00ffffffff", "hex"), "8"],
    ["a message that is no protobuf", Buffer.from("0000000001ff", "hex"), "13"],
  ])("%s ends the stream with its status, and the peer is told to stop sending", async (_, bytes, code) => {
    const client = open();
    client.send(headersFrame(1), dataFrame(1, bytes));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": code });
    expect(await client.resetCode(1)).toBe(ErrorCode.NO_ERROR);
    // What was already on its way.
    client.send(dataFrame(1, Buffer.alloc(1000)), dataFrame(1, Buffer.alloc(10), Flag.END_STREAM));
    await expectAnswers(client, 3);
  });

  test.each([
    ["inside a prefix", Buffer.from("0000", "hex")],
    ["after a prefix", Buffer.from("0000000004", "hex")],
    ["inside a message", Buffer.from("000000000401", "hex")],
  ])("an end %s is an error", async (_, bytes) => {
    const client = open();
    client.send(headersFrame(1), dataFrame(1, bytes, Flag.END_STREAM));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "13", "grpc-message": "the stream ended inside a message" });
    await expectAnswers(client, 3);
  });

  test("large announcements without bytes cost the announced memory only within the budget", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const client = open();
    for (let id = 1; id < 100; id += 2) client.send(headersFrame(id), dataFrame(id, Buffer.from("0003000000", "hex")));
    await client.ping();
    expect(running.transport.activeStreams).toBe(50);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe("streams", () => {
  test("a reset is a cancel, and so is a lost connection", async () => {
    await running.stop();
    const heard = [listener(), listener()];
    const handlers = heard.map(({ handler }) => handler);
    running = await startTransport(() => handlers.shift() ?? listener().handler);
    const client = open();
    client.send(headersFrame(1), headersFrame(3), frame(FrameType.RST_STREAM, 0, 1, uint32(ErrorCode.CANCEL)));
    expect((await heard[0]?.closed)?.reason).toBe("cancelled");
    expect(heard[1]?.events).toEqual([]);
    client.socket.destroy();
    expect((await heard[1]?.closed)?.reason).toBe("cancelled");
    expect(heard.map(({ events }) => events)).toEqual([["cancelled"], ["cancelled"]]);
  });

  test("a flood of resets leaves nothing behind and the connection open", async () => {
    const client = open();
    const streams = 50_000;
    const template = Buffer.concat([headersFrame(1), frame(FrameType.RST_STREAM, 0, 1, uint32(ErrorCode.CANCEL))]);
    const resetAt = template.length - 13;
    for (let n = 0; n < streams; n++) {
      template.writeUInt32BE(2 * n + 1, 5);
      template.writeUInt32BE(2 * n + 1, resetAt + 5);
      client.socket.write(Buffer.from(template));
    }
    await client.ping();
    expect(running.transport.activeStreams).toBe(0);
    await expectAnswers(client, 2 * streams + 1);
    expect(client.frames.some(({ type }) => type === FrameType.GOAWAY)).toBe(false);
  });

  test("streams beyond the limit are refused, not queued", async () => {
    const client = open();
    for (let n = 0; n <= 50; n++) client.send(headersFrame(2 * n + 1));
    expect(await client.resetCode(101)).toBe(ErrorCode.REFUSED_STREAM);
    expect(running.transport.activeStreams).toBe(50);
    client.send(dataFrame(1, grpcMessage({ requestHeaders: {} }), Flag.END_STREAM));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
  });

  test.each([
    ["a pseudo header behind others", { "x-first": "1", ...PROCESS_HEADERS }],
    ["an unknown pseudo header", { ":evil": "1", ...PROCESS_HEADERS }],
    ["no path", { ":method": "POST", ":scheme": "http" }],
    ["upper case", { ...PROCESS_HEADERS, "X-Upper": "1" }],
    ["a connection header", { ...PROCESS_HEADERS, connection: "close" }],
  ])("malformed headers (%s) reset their stream only", async (_, headers) => {
    const client = open();
    client.send(headersFrame(1, headers as Record<string, string>));
    expect(await client.resetCode(1)).toBe(ErrorCode.PROTOCOL_ERROR);
    await expectAnswers(client, 3);
  });

  test("more data than the window allows resets the stream", async () => {
    // Nobody takes it, so no more room is given.
    await running.stop();
    running = await startTransport(() => ({ message: () => new Promise(() => {}), close() {} }));
    const held = open();
    held.send(headersFrame(1), dataFrame(1, grpcMessage({ requestHeaders: {} })));
    for (let sent = 0; sent < 1 << 20; sent += 16_000) held.send(dataFrame(1, Buffer.alloc(16_000)));
    expect(await held.resetCode(1)).toBe(ErrorCode.FLOW_CONTROL_ERROR);
    await held.ping();
  });
});

describe("frames", () => {
  const cases: [name: string, pieces: Buffer[], code: number][] = [
    ["a frame above the size limit", [Buffer.from("ffffff000000000001", "hex")], ErrorCode.FRAME_SIZE_ERROR],
    ["DATA of stream 0", [dataFrame(0, Buffer.alloc(1))], ErrorCode.PROTOCOL_ERROR],
    ["DATA of a stream not opened", [dataFrame(9, Buffer.alloc(1))], ErrorCode.PROTOCOL_ERROR],
    ["a stream with an even number", [headersFrame(2)], ErrorCode.PROTOCOL_ERROR],
    ["HEADERS of stream 0", [headersFrame(0)], ErrorCode.PROTOCOL_ERROR],
    ["CONTINUATION from nowhere", [headersFrame(1), frame(FrameType.CONTINUATION, 4, 1)], ErrorCode.PROTOCOL_ERROR],
    [
      "an interrupted header block",
      [frame(FrameType.HEADERS, 0, 1), frame(FrameType.PING, 0, 0, Buffer.alloc(8))],
      ErrorCode.PROTOCOL_ERROR,
    ],
    ["padding longer than DATA", [headersFrame(1), dataFrame(1, Buffer.of(9, 1), Flag.PADDED)], ErrorCode.PROTOCOL_ERROR],
    [
      "padding longer than HEADERS",
      [frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.PADDED, 1, Buffer.of(9))],
      ErrorCode.PROTOCOL_ERROR,
    ],
    ["a push", [frame(FrameType.PUSH_PROMISE, 4, 1, Buffer.alloc(4))], ErrorCode.PROTOCOL_ERROR],
    ["a short PING", [frame(FrameType.PING, 0, 0, Buffer.alloc(7))], ErrorCode.FRAME_SIZE_ERROR],
    ["SETTINGS of odd length", [frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(7))], ErrorCode.FRAME_SIZE_ERROR],
    [
      "an initial window above the maximum",
      [frame(FrameType.SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 0x80000000))],
      ErrorCode.FLOW_CONTROL_ERROR,
    ],
    [
      "a frame size below the minimum",
      [frame(FrameType.SETTINGS, 0, 0, setting(Setting.MAX_FRAME_SIZE, 1))],
      ErrorCode.PROTOCOL_ERROR,
    ],
    ["a window widened by nothing", [frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0))], ErrorCode.PROTOCOL_ERROR],
    ["a window widened too far", [frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0x7fffffff))], ErrorCode.FLOW_CONTROL_ERROR],
    ["a header index out of range", [frame(FrameType.HEADERS, 4, 1, Buffer.of(0xff, 0x7f))], ErrorCode.COMPRESSION_ERROR],
    ["a header block cut off", [frame(FrameType.HEADERS, 4, 1, Buffer.of(0x00, 0x7f))], ErrorCode.COMPRESSION_ERROR],
  ];

  test.each(cases)("%s ends the connection with the right code", async (_, pieces, code) => {
    const client = open();
    client.send(...pieces);
    expect(await client.goAway()).toBe(code);
    await client.closed;
    await expectLives();
  });

  test("padding, priorities, unknown frames and GOAWAY of a client are taken as they are", async () => {
    const client = open();
    const block = Buffer.concat([Buffer.of(3), Buffer.alloc(5), encodeHeaders(PROCESS_HEADERS), Buffer.alloc(3)]);
    const message = grpcMessage({ requestHeaders: {} });
    client.send(
      frame(0xee, 0xff, 0, Buffer.from("future")),
      frame(FrameType.PRIORITY, 0, 1, Buffer.alloc(5)),
      frame(FrameType.HEADERS, Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY, 1, block),
      dataFrame(1, Buffer.concat([Buffer.of(4), message.subarray(0, 3), Buffer.alloc(4)]), Flag.PADDED),
      dataFrame(1, message.subarray(3)),
      frame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)),
      dataFrame(1, Buffer.of(0), Flag.PADDED | Flag.END_STREAM),
    );
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
  });

  test("a header block may come in many pieces, up to a size", async () => {
    const client = open();
    const block = encodeHeaders(PROCESS_HEADERS);
    client.send(frame(FrameType.HEADERS, 0, 1, block.subarray(0, 5)));
    for (let at = 5; at < block.length; at++) {
      client.send(frame(FrameType.CONTINUATION, at === block.length - 1 ? Flag.END_HEADERS : 0, 1, block.subarray(at, at + 1)));
    }
    client.send(dataFrame(1, Buffer.alloc(0), Flag.END_STREAM));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
    client.send(frame(FrameType.HEADERS, 0, 3, block));
    for (let sent = 0; sent < 80_000; sent += 16_000) client.send(frame(FrameType.CONTINUATION, 0, 3, Buffer.alloc(16_000)));
    expect(await client.goAway()).toBe(ErrorCode.ENHANCE_YOUR_CALM);
  });

  test("a small block that unpacks to large headers resets its stream", async () => {
    const client = open();
    const large = encodeHeaders({ "x-bomb": "b".repeat(3000) });
    large[0] = 0x40;
    const bomb = Buffer.concat([encodeHeaders(PROCESS_HEADERS), large, Buffer.alloc(1000, 0x80 | 62)]);
    client.send(frame(FrameType.HEADERS, Flag.END_HEADERS, 1, bomb));
    expect(await client.resetCode(1)).toBe(ErrorCode.PROTOCOL_ERROR);
    await expectAnswers(client, 3);
  });
});

describe("peers that do not read", () => {
  test("a flood of pings is given up on", async () => {
    const client = open();
    client.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 250_000 }, () => frame(FrameType.PING, 0, 0, Buffer.alloc(8))));
    client.send(pings);
    while (running.errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(String(running.errors[0])).toContain("does not read its answers");
    await expectLives();
  });

  test("no message is handled for a stream whose answers wait for room, and none is lost", async () => {
    const client = open(Buffer.concat([PREFACE, frame(FrameType.SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 0))]));
    const message = grpcMessage({ requestBody: { body: Buffer.alloc(100, 1) } });
    client.send(headersFrame(1));
    for (let n = 0; n < 100; n++) client.send(dataFrame(1, message));
    client.send(dataFrame(1, Buffer.alloc(0), Flag.END_STREAM));
    await client.ping();
    expect(client.data(1)).toHaveLength(0);
    client.send(frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(1)));
    await client.ping();
    expect(client.data(1)).toHaveLength(1);
    client.send(frame(FrameType.SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 1_000_000)));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
    const answers = client.data(1);
    const size = answers.readUInt32BE(1) + 5;
    expect(answers).toHaveLength(100 * size);
  });

  test("answers that wait too long for one peer end its stream", async () => {
    await running.stop();
    const sent: boolean[] = [];
    const { handler, closed } = listener();
    running = await startTransport(
      (stream) => {
        for (let n = 0; n < 10; n++)
          sent.push(stream.send({ requestBody: { response: { bodyMutation: { body: Buffer.alloc(100_000) } } } }));
        return handler;
      },
      { maxWaitingBytes: 500_000 },
    );
    const client = open();
    client.send(headersFrame(1));
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "8" });
    expect(sent).toEqual(Array(10).fill(false));
    await expect(closed).resolves.toMatchObject({ reason: "failed" });
  });

  test("what one connection can make us answer at once is bounded", async () => {
    await running.stop();
    let handled = 0;
    const body = Buffer.alloc(100_000);
    running = await startTransport((stream) => ({
      message() {
        handled++;
        stream.send({ requestBody: { response: { bodyMutation: { body } } } });
      },
      close() {},
    }));
    const windows = Buffer.concat([
      frame(FrameType.SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 0x7fffffff)),
      frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0x7fff0000)),
    ]);
    const client = open(Buffer.concat([PREFACE, windows]));
    client.socket.pause();
    const request = grpcMessage({ requestBody: {} });
    client.send(
      headersFrame(1),
      dataFrame(1, Buffer.concat(Array(100).fill(request))),
      dataFrame(1, Buffer.alloc(0), Flag.END_STREAM),
    );
    // Others are served meanwhile.
    const other = open(Buffer.concat([PREFACE, windows]));
    other.send(headersFrame(1), dataFrame(1, request, Flag.END_STREAM));
    await other.ended(1);
    expect(handled).toBeLessThan(40);
    client.socket.resume();
    expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
    expect(handled).toBe(101);
  });
});
