import { Decoder, Encoder } from "@msgpack/msgpack";
import fc from "fast-check";
import { MessageReader } from "../../../kong/rpc/message-reader";
import { BadMessageError } from "../../../kong/rpc/value-scanner";
import { cutBy, everyCut } from "../../support/pieces";

const MIB = 1024 * 1024;
const encoder = new Encoder();
const decoder = new Decoder();

function read(pieces: readonly Uint8Array[], maxBytes = MIB): Buffer[] {
  const reader = new MessageReader(maxBytes);
  const messages: Buffer[] = [];
  for (const piece of pieces) {
    reader.push(Buffer.from(piece));
    for (let message = reader.next(); message; message = reader.next()) messages.push(message);
  }
  return messages;
}

/** Compared as text: jest walks buffers byte by byte. */
function expectMessages(actual: readonly Buffer[], expected: readonly Buffer[]): void {
  expect(actual.map((message) => message.toString("latin1"))).toEqual(expected.map((message) => message.toString("latin1")));
}

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** One value of each type of the specification, its head in full. */
const VALUES: readonly [name: string, bytes: Buffer][] = [
  ["positive fixint", hex("7f")],
  ["negative fixint", hex("e0")],
  ["fixmap, empty", hex("80")],
  ["fixmap", hex("82 a161 01 a162 02")],
  ["fixarray, empty", hex("90")],
  ["fixarray", hex("93 01 a178 c0")],
  ["fixstr, empty", hex("a0")],
  ["fixstr", hex("a3 616263")],
  ["nil", hex("c0")],
  ["false", hex("c2")],
  ["true", hex("c3")],
  ["bin 8", hex("c4 02 ffff")],
  ["bin 16", hex("c5 0002 ffff")],
  ["bin 32", hex("c6 00000002 ffff")],
  ["ext 8", hex("c7 03 05 ffffff")],
  ["ext 16", hex("c8 0003 05 ffffff")],
  ["ext 32", hex("c9 00000003 05 ffffff")],
  ["float 32", hex("ca 3fc00000")],
  ["float 64", hex("cb 3ff8000000000000")],
  ["uint 8", hex("cc ff")],
  ["uint 16", hex("cd ffff")],
  ["uint 32", hex("ce ffffffff")],
  ["uint 64", hex("cf 001fffffffffffff")],
  ["int 8", hex("d0 80")],
  ["int 16", hex("d1 8000")],
  ["int 32", hex("d2 80000000")],
  ["int 64", hex("d3 ffffffff00000000")],
  ["fixext 1", hex("d4 05 ff")],
  ["fixext 2", hex("d5 05 ffff")],
  ["fixext 4", hex(`d6 05 ${"ff".repeat(4)}`)],
  ["fixext 8", hex(`d7 05 ${"ff".repeat(8)}`)],
  ["fixext 16", hex(`d8 05 ${"ff".repeat(16)}`)],
  ["str 8", hex("d9 03 616263")],
  ["str 16", hex("da 0003 616263")],
  ["str 32", hex("db 00000003 616263")],
  ["array 16", hex("dc 0002 01 a178")],
  ["array 32", hex("dd 00000002 01 90")],
  ["array 32, empty", hex("dd 00000000")],
  ["map 16", hex("de 0001 a161 91 01")],
  ["map 32", hex("df 00000001 a161 81 a162 c3")],
];

describe("every type of value", () => {
  test("the list has each type byte above the fix types", () => {
    const heads = new Set(VALUES.map(([, bytes]) => bytes[0] as number));
    const expected = Array.from({ length: 0x20 }, (_, n) => 0xc0 + n).filter((head) => head !== 0xc1);
    expect([...heads].filter((head) => head >= 0xc0 && head < 0xe0).sort()).toEqual(expected.sort());
  });

  test.each(VALUES)("%s ends where the decoder says, at every cut", (_name, bytes) => {
    decoder.decode(bytes);
    const pair = Buffer.concat([bytes, hex("93 00 01 c0"), bytes]);
    for (let at = 0; at <= pair.length; at += 1) {
      expectMessages(read([pair.subarray(0, at), pair.subarray(at)]), [bytes, hex("93 00 01 c0"), bytes]);
    }
    expect(read(cutBy(pair, () => 1))).toHaveLength(3);
  });
});

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    fc.double({ noNaN: true }),
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.constantFrom(null, true, false, "x".repeat(3_000), Buffer.alloc(300, 7)),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(
      fc.string({ maxLength: 12 }).filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 20 },
    ),
  ),
})).value;

test("whatever is sent, joined and cut anyhow, comes out message by message", () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (sent) => {
      const messages = sent.map((value) => Buffer.from(encoder.encode(value)));
      for (const { pieces } of everyCut(Buffer.concat(messages))) expectMessages(read(pieces), messages);
    }),
    { seed: 4, numRuns: 60 },
  );
});

test("a message stays as it was while others follow it", () => {
  const sent = Array.from({ length: 200 }, (_, n) => Buffer.from(encoder.encode([n, `message ${n}`, "x".repeat(n * 5)])));
  const messages = read(cutBy(Buffer.concat(sent), () => 97));
  expectMessages(messages, sent);
});

describe("bounds", () => {
  /** An array of one string that fills it up to `bytes`. */
  function ofSize(bytes: number): Buffer {
    return Buffer.concat([hex("91 db"), lengthField(bytes - 6), Buffer.alloc(bytes - 6, "x")]);
  }

  function lengthField(length: number): Buffer {
    const field = Buffer.alloc(4);
    field.writeUInt32BE(length);
    return field;
  }

  test("a large message passes in small pieces: its bytes are copied a few times each, not once for every piece", () => {
    const message = ofSize(MIB / 4);
    const pieces = cutBy(message, () => 7);
    const allocate = jest.spyOn(Buffer, "allocUnsafe");
    const messages = read(pieces);
    const allocated = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0);
    allocate.mockRestore();
    expectMessages(messages, [message]);
    expect(allocated).toBeLessThan(5 * message.length);
  });

  test("a message of many values passes byte by byte: each is looked at once, not once for every piece", () => {
    const count = 500;
    const message = Buffer.concat([hex("dd"), lengthField(count), Buffer.alloc(3 * count, hex("d9 01 78"))]);
    const pieces = cutBy(message, () => 1);
    const lengthRead = jest.spyOn(Buffer.prototype, "readUIntBE");
    const messages = read(pieces);
    const lengths = lengthRead.mock.calls.length;
    lengthRead.mockRestore();
    expectMessages(messages, [message]);
    expect(lengths).toBe(count + 1);
  });

  test("the bound is for each message, not for what arrives at once", () => {
    const message = ofSize(600);
    expectMessages(read([Buffer.concat([message, message, message])], 1024), [message, message, message]);
  });

  test.each([
    ["one byte too large", ofSize(1025)],
    ["a string that will not fit, from its head alone", hex("91 db ffffffff")],
    ["binary likewise", hex("c6 00000400")],
    ["an extension likewise", hex("c9 ffffffff 01")],
    ["an array of more elements than there may be bytes", hex("dd ffffffff")],
    ["a map likewise", hex("df 00000200")],
    ["nested arrays that add up", hex("dc 01ff dc 0200")],
  ])("refused: %s", (_name, bytes) => {
    expect(() => read([bytes], 1024)).toThrow(new BadMessageError("a message of more than 1024 bytes"));
    expect(() =>
      read(
        cutBy(bytes, () => 1),
        1024,
      ),
    ).toThrow(BadMessageError);
  });

  test("a message of exactly the bound passes", () => {
    expect(read([ofSize(1024)], 1024)).toHaveLength(1);
    expect(read([hex("dc 01fe"), Buffer.alloc(510, 1)], 513)).toHaveLength(1);
  });

  test("the byte that is no type is refused, wherever it stands", () => {
    expect(() => read([hex("c1")])).toThrow(new BadMessageError("not MessagePack"));
    expect(() => read([hex("93 01 c1")])).toThrow(BadMessageError);
  });

  test("what waits because nobody takes it out is bounded as well", () => {
    const reader = new MessageReader(1024);
    const message = ofSize(600);
    reader.push(message);
    reader.push(message);
    expect(() => reader.push(message)).toThrow(new BadMessageError("more than 1024 bytes sent ahead"));
  });
});
