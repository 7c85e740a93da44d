import fc from "fast-check";
import { ByteBudget } from "../../../../envoy/transport/grpc/byte-budget";
import { MessageDecoder } from "../../../../envoy/transport/grpc/message-decoder";

const MIB = 1 << 20;

function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function decoder(maxBytes = 64 * MIB, budget = new ByteBudget(512 * MIB)): MessageDecoder {
  return new MessageDecoder(maxBytes, budget);
}

/** The bytes in pieces of the given sizes, over and over, as views of one larger buffer. */
function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<[chunk: Buffer, start: number, end: number]> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const end = Math.min(bytes.length, at + (sizes[n % sizes.length] ?? 1));
    yield [bytes, at, end];
    at = end;
  }
}

const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });

test("messages come out as they went in, however they are split", () => {
  fc.assert(
    fc.property(messages, sizes, fc.boolean(), (sent, splits, takeLate) => {
      const budget = new ByteBudget(MIB);
      const reader = decoder(MIB, budget);
      const received: Buffer[] = [];
      const take = () => {
        for (let message = reader.next(); message; message = reader.next()) received.push(Buffer.from(message));
      };
      for (const [chunk, start, end] of pieces(Buffer.concat(sent.map(framed)), splits)) {
        reader.push(chunk, start, end);
        if (!takeLate) take();
      }
      take();
      expect(received).toEqual(sent.map((message) => Buffer.from(message)));
      expect(reader.unread).toBe(0);
      expect(reader.midMessage).toBe(false);
      expect(budget.used).toBe(0);
    }),
  );
});

test("a cut-off rest is noticed, and given up without a trace", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(), (message, at) => {
      const budget = new ByteBudget(MIB);
      const reader = decoder(MIB, budget);
      const whole = framed(message);
      const cut = 1 + (at % (whole.length - 1));
      reader.push(whole, 0, cut);
      expect(reader.next()).toBeUndefined();
      expect(reader.midMessage).toBe(true);
      reader.discard();
      expect(budget.used).toBe(0);
      expect(reader.midMessage).toBe(false);
    }),
  );
});

test("a message in one piece is a view of that piece", () => {
  const chunk = Buffer.concat([Buffer.from("before"), framed(Buffer.from("message"))]);
  const reader = decoder();
  reader.push(chunk, 6, chunk.length);
  const message = reader.next();
  expect(message?.toString()).toBe("message");
  expect(message?.buffer).toBe(chunk.buffer);
});

test("memory grows with what arrives", () => {
  const budget = new ByteBudget(512 * MIB);
  const reader = decoder(64 * MIB, budget);
  const body = Buffer.alloc(5 * MIB, "x");
  const bytes = framed(body);
  const seen: number[] = [];
  for (const [chunk, start, end] of pieces(bytes, [16_384])) {
    reader.push(chunk, start, end);
    const message = reader.next();
    seen.push(budget.used);
    if (message) expect(message.equals(body)).toBe(true);
  }
  expect(seen[0]).toBe(MIB);
  expect(Math.max(...seen)).toBeLessThanOrEqual(5 * MIB);
  expect(seen.at(-1)).toBe(0);
});

test("refuses by size, by budget and by flag", () => {
  const large = framed(Buffer.alloc(11));
  const tooLarge = decoder(10);
  tooLarge.push(large, 0, 5);
  expect(() => tooLarge.next()).toThrow("message of 11 bytes; at most 10 are accepted");
  const full = decoder(MIB, new ByteBudget(10));
  full.push(large, 0, 6);
  expect(() => full.next()).toThrow("too many message bytes in flight");
  const compressed = decoder();
  compressed.push(Buffer.of(1, 0, 0, 0, 0), 0, 5);
  expect(() => compressed.next()).toThrow("compressed messages are not supported");
});
