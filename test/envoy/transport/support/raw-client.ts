import { connect, type Socket } from "node:net";
import { Flag, FrameType } from "../../../../envoy/transport/http2/constants";
import { HpackDecoder } from "../../../../envoy/transport/http2/hpack-decoder";
import { encodeHeaders } from "../../../../envoy/transport/http2/hpack-encoder";
import { PROCESS_PATH } from "../../../../proto/ext-proc";
import { envoy } from "../../../../proto/generated/messages";
import type { RequestMessage } from "./grpc-client";

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const PROCESS_HEADERS = {
  ":method": "POST",
  ":scheme": "http",
  ":path": PROCESS_PATH,
  ":authority": "graft",
  "content-type": "application/grpc",
  te: "trailers",
};

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(0, id), uint32(value)]);
}

export function headersFrame(streamId: number, headers: Record<string, string> = PROCESS_HEADERS, flags = 0): Buffer {
  return frame(FrameType.HEADERS, Flag.END_HEADERS | flags, streamId, encodeHeaders(headers));
}

export function grpcMessage(request: RequestMessage): Buffer {
  const bytes = envoy.service.ext_proc.v3.ProcessingRequest.encode(request).finish();
  return Buffer.concat([Buffer.of(0), uint32(bytes.length), bytes]);
}

export function dataFrame(streamId: number, payload: Uint8Array, flags = 0): Buffer {
  return frame(FrameType.DATA, flags, streamId, payload);
}

export interface RawClient {
  readonly socket: Socket;
  readonly frames: Frame[];
  readonly closed: Promise<void>;
  send(...pieces: Uint8Array[]): void;
  /** The first frame so far or to come that fits. */
  next(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** The headers of every HEADERS frame of a stream, merged, once it has ended. */
  ended(streamId: number): Promise<Record<string, string>>;
  data(streamId: number): Buffer;
  goAway(): Promise<number>;
  resetCode(streamId: number): Promise<number>;
  /** Everything sent before has been seen. */
  ping(): Promise<void>;
}

/** HTTP/2 spoken by hand, to say what no decent client says. */
export function connectRaw(
  path: string,
  greeting: Uint8Array = Buffer.concat([PREFACE, frame(FrameType.SETTINGS, 0, 0)]),
): RawClient {
  const socket = connect(path);
  const frames: Frame[] = [];
  const headers = new Map<number, Record<string, string>>();
  const hpack = new HpackDecoder();
  const waiting = new Set<() => void>();
  let pings = 0;
  let rest: Buffer = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const payload = rest.subarray(9, 9 + rest.readUIntBE(0, 3));
      const received = { type: rest[3] ?? 0, flags: rest[4] ?? 0, streamId: rest.readUInt32BE(5), payload };
      frames.push(received);
      if (received.type === FrameType.HEADERS) {
        const seen = headers.get(received.streamId) ?? {};
        for (const { name, value } of hpack.decode(payload)) seen[name] = value;
        headers.set(received.streamId, seen);
      }
      rest = rest.subarray(9 + payload.length);
    }
    for (const check of [...waiting]) check();
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.write(greeting);

  const next = (fits: (candidate: Frame) => boolean) =>
    new Promise<Frame>((resolve) => {
      const check = () => {
        const found = frames.find(fits);
        if (!found) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });

  return {
    socket,
    frames,
    closed,
    send: (...pieces) => void socket.write(Buffer.concat(pieces)),
    next,
    async ended(streamId) {
      await next(
        ({ type, flags, streamId: id }) => id === streamId && type === FrameType.HEADERS && (flags & Flag.END_STREAM) !== 0,
      );
      return headers.get(streamId) ?? {};
    },
    data: (streamId) =>
      Buffer.concat(
        frames.filter(({ type, streamId: id }) => type === FrameType.DATA && id === streamId).map(({ payload }) => payload),
      ),
    goAway: async () => (await next(({ type }) => type === FrameType.GOAWAY)).payload.readUInt32BE(4),
    resetCode: async (streamId) =>
      (await next(({ type, streamId: id }) => type === FrameType.RST_STREAM && id === streamId)).payload.readUInt32BE(0),
    async ping() {
      const mark = Buffer.concat([Buffer.from("mark"), uint32(++pings)]);
      socket.write(frame(FrameType.PING, 0, 0, mark));
      await next(({ type, payload }) => type === FrameType.PING && payload.equals(mark));
    },
  };
}
