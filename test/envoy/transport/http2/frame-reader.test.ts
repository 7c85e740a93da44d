import fc from "fast-check";
import { Flag, FrameType } from "../../../../envoy/transport/http2/constants";
import { FrameReader, type FrameSink } from "../../../../envoy/transport/http2/frame-reader";
import { frame, PREFACE } from "../support/raw-client";

/** DATA as one event, whatever pieces it came in. */
function recorder(): { events: string[]; sink: FrameSink } {
  const events: string[] = [];
  let data = "";
  return {
    events,
    sink: {
      dataStart(streamId, length) {
        data = `data ${streamId} ${length} `;
      },
      dataBytes(chunk, start, end) {
        data += chunk.toString("hex", start, end);
      },
      dataEnd(endOfStream) {
        events.push(`${data} ${endOfStream}`);
      },
      frame(type, flags, streamId, payload) {
        events.push(`${type} ${flags} ${streamId} ${payload.toString("hex")}`);
      },
    },
  };
}

const payload = fc.uint8Array({ maxLength: 100 });
const streamId = fc.integer({ min: 0, max: 0x7fffffff });
const padded = fc
  .tuple(payload, fc.integer({ min: 0, max: 20 }))
  .map(([bytes, padding]) => Buffer.concat([Buffer.of(padding), bytes, Buffer.alloc(padding)]));
const frames = fc.array(
  fc.oneof(
    fc.tuple(fc.constant(FrameType.DATA), fc.constantFrom(0, Flag.END_STREAM), streamId, payload),
    fc.tuple(fc.constant(FrameType.DATA), fc.constantFrom(Flag.PADDED, Flag.PADDED | Flag.END_STREAM), streamId, padded),
    fc.tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: 255 }), streamId, payload),
  ),
  { maxLength: 10 },
);

test("frames come out the same, however the bytes are split", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (sent, splits) => {
      const bytes = Buffer.concat([PREFACE, ...sent.map(([type, flags, id, body]) => frame(type, flags, id, body))]);
      const whole = recorder();
      new FrameReader(whole.sink).feed(bytes);
      const split = recorder();
      const reader = new FrameReader(split.sink);
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const end = at + (splits[n % splits.length] ?? 1);
        // A copy of its own: what is borrowed from a chunk must not be needed after it.
        const chunk = Buffer.from(bytes.subarray(at, end));
        reader.feed(chunk);
        chunk.fill(0xee);
        at = end;
      }
      expect(split.events).toEqual(whole.events);
      expect(whole.events).toHaveLength(sent.length);
      sent.forEach(([type, flags, id, body], index) => {
        if (type !== FrameType.DATA)
          expect(whole.events[index]).toBe(`${type} ${flags} ${id} ${Buffer.from(body).toString("hex")}`);
        else expect(whole.events[index]?.startsWith(`data ${id} ${body.length} `)).toBe(true);
      });
    }),
  );
});

test("the bytes of DATA do not wait for the rest of the frame", () => {
  const { sink } = recorder();
  const seen: string[] = [];
  const reader = new FrameReader({
    ...sink,
    dataBytes: (chunk, start, end) => void seen.push(chunk.toString("latin1", start, end)),
  });
  const bytes = Buffer.concat([PREFACE, frame(FrameType.DATA, 0, 1, Buffer.from("abcdef"))]);
  reader.feed(bytes.subarray(0, bytes.length - 3));
  expect(seen).toEqual(["abc"]);
});
