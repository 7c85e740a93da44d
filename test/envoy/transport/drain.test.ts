import { existsSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { ErrorCode, Flag, FrameType, MAX_STREAM_ID } from "../../../envoy/transport/http2/constants";
import { connectGrpc, outcome } from "./support/grpc-client";
import { connectRaw, dataFrame, frame, grpcMessage, headersFrame, type RawClient } from "./support/raw-client";
import { echoing, listener, type Running, startTransport } from "./support/server";

let running: Running;

beforeEach(async () => {
  running = await startTransport(echoing);
});

afterEach(() => running.stop());

const lastStreams = ({ frames }: RawClient) =>
  frames.filter(({ type }) => type === FrameType.GOAWAY).map(({ payload }) => payload.readUInt32BE(0));

test("a running stream ends in its own time, then the drain is over", async () => {
  const client = connectGrpc(`unix:${running.path}`);
  const call = client.process();
  const done = outcome(call);
  await new Promise((resolve) => {
    call.once("data", resolve);
    call.write({ requestHeaders: {} });
  });
  const drained = running.transport.drain(60_000);
  expect(existsSync(running.path)).toBe(false);
  call.write({ requestBody: {} });
  call.end();
  const { answers, status: end } = await done;
  expect(end.code).toBe(status.OK);
  expect(answers).toHaveLength(2);
  expect(await drained).toEqual({ cut: 0 });
  client.close();
});

test("streams opened before the peer knew are served, later ones are not", async () => {
  const client = connectRaw(running.path);
  await client.ping();
  const drained = running.transport.drain(60_000);
  await client.next(({ type }) => type === FrameType.GOAWAY);
  expect(lastStreams(client)).toEqual([MAX_STREAM_ID]);
  const ping = await client.next(({ type, flags }) => type === FrameType.PING && flags === 0);
  // Sent before the answer to the ping, as if it had been on its way.
  client.send(headersFrame(1), frame(FrameType.PING, Flag.ACK, 0, ping.payload), headersFrame(3));
  await client.ping();
  expect(lastStreams(client)).toEqual([MAX_STREAM_ID, 1]);
  client.send(dataFrame(3, Buffer.alloc(10)), dataFrame(1, grpcMessage({ requestHeaders: {} }), Flag.END_STREAM));
  expect(await client.ended(1)).toMatchObject({ "grpc-status": "0" });
  await client.closed;
  expect(await drained).toEqual({ cut: 0 });
  expect(client.frames.some(({ streamId }) => streamId === 3)).toBe(false);
  expect(await client.goAway()).toBe(ErrorCode.NO_ERROR);
});

test("what still runs at the deadline is cut, counted, and told", async () => {
  const heard = listener();
  await running.stop();
  running = await startTransport(() => heard.handler);
  const client = connectRaw(running.path);
  client.send(headersFrame(1));
  await client.ping();
  expect(running.transport.activeStreams).toBe(1);
  expect(await running.transport.drain(0)).toEqual({ cut: 1 });
  await client.closed;
  expect((await heard.closed).reason).toBe("cancelled");
});

test("a second drain with a shorter deadline ends the first", async () => {
  const heard = listener();
  await running.stop();
  running = await startTransport(() => heard.handler);
  const client = connectRaw(running.path);
  client.send(headersFrame(1));
  await client.ping();
  const patient = running.transport.drain(60_000);
  expect(await running.transport.drain(0)).toEqual({ cut: 1 });
  expect(await patient).toEqual({ cut: 0 });
});

test("a watch does not hold a drain up, known service or not", async () => {
  const client = connectGrpc(`unix:${running.path}`);
  const ended = ["", "other.Service"].map((service) => {
    const watch = client.watch(service);
    return new Promise<number>((resolve) => {
      watch.on("error", () => {});
      watch.on("status", ({ code }) => resolve(code));
      watch.on("data", () => {});
    });
  });
  while (running.transport.activeStreams < 2) await new Promise((resolve) => setImmediate(resolve));
  await client.check();
  expect(await running.transport.drain(60_000)).toEqual({ cut: 0 });
  expect(await Promise.all(ended)).toEqual([status.UNAVAILABLE, status.UNAVAILABLE]);
  client.close();
});

test("nobody connected: nothing to wait for", async () => {
  expect(await running.transport.drain(60_000)).toEqual({ cut: 0 });
  expect(await running.transport.drain(60_000)).toEqual({ cut: 0 });
});
