import { decode } from "@msgpack/msgpack";
import fc from "fast-check";
import { everyCut } from "../../support/pieces";
import { EMPTY_ARRAY, EMPTY_MAP, pack, packBinary } from "./pack";
import { Unpacker } from "./unpack";
import { bytesOf, cjson, type Lua, LuaError, textOf, toLua } from "./values";

const hex = (value: Lua): string => pack(value).toString("hex");

test.each<[string, Lua, string]>([
  ["nil", undefined, "c0"],
  ["cjson.null", null, "c0"],
  ["true", true, "c3"],
  ["the largest fixint", 127, "7f"],
  ["one byte", 128, "cc80"],
  ["two bytes", 256, "cd0100"],
  ["four bytes", 65_536, "ce00010000"],
  ["eight bytes", 4_294_967_296, "cf0000000100000000"],
  ["a small negative", -1, "ff"],
  ["a negative byte", -33, "d0df"],
  ["two negative bytes", -129, "d1ff7f"],
  ["four negative bytes", -32_769, "d2ffff7fff"],
  ["a fraction", 0.5, "cb3fe0000000000000"],
  ["a short string", "ab", "a26162"],
  ["no str 8: 32 bytes take two bytes of length", "a".repeat(32), `da0020${"61".repeat(32)}`],
  ["an array", [1, 2], "920102"],
  ["an empty table is an array", {}, "90"],
  ["an empty array", [], "90"],
  ["an empty table that is said to be a map", EMPTY_MAP, "80"],
  ["a map", { a: 1 }, "81a16101"],
  ["a key with nil is not there", { a: 1, b: undefined }, "81a16101"],
  ["a key with null is", { a: null }, "81a161c0"],
  ["an array with a hole is a map", [1, undefined, 3], "8201010303"],
  ["nils at the end are not there", [1, undefined], "9101"],
  ["bytes", packBinary("\xff"), "c401ff"],
  ["no more bytes than fit", packBinary("x".repeat(256)), `c50100${"78".repeat(256)}`],
])("packs %s", (_, value, expected) => expect(hex(value)).toBe(expected));

test("packing an absent body as bytes is a fault of Kong's", () => expect(() => packBinary(undefined)).toThrow(LuaError));

const plain = fc.letrec<{ value: Lua }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Lua[]>(true, false, 0, -1, 1e300, 2 ** 40, -(2 ** 40), bytesOf("é"), ""),
    fc.maxSafeInteger(),
    // As an integer, -0 is 0.
    fc.double({ noNaN: true }).map((it) => it + 0),
    fc.string({ unit: "binary", maxLength: 40 }).map(bytesOf),
    fc.array(tie("value"), { minLength: 1, maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 5 }).map(bytesOf), tie("value"), { minKeys: 1, maxKeys: 20 }),
  ),
})).value;

test("what is packed is what an ordinary library reads", () => {
  fc.assert(fc.property(plain, (value) => expect(toLua(decode(pack(value)))).toEqual(value)));
});

test("values come back whole, however their bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 4 }), (values) => {
      for (const { pieces } of everyCut(Buffer.concat(values.map(pack)))) {
        const unpacker = new Unpacker();
        const seen: Lua[] = [];
        for (const piece of pieces) {
          unpacker.push(piece);
          for (let next = unpacker.next(); next !== undefined; next = unpacker.next()) seen.push(next.value);
        }
        expect(seen).toEqual(values);
        expect(unpacker.left).toBe(0);
      }
    }),
    { numRuns: 50 },
  );
});

test("bytes that are no MessagePack", () => {
  const unpacker = new Unpacker();
  unpacker.push(Buffer.from([0xc1]));
  expect(() => unpacker.next()).toThrow(LuaError);
});

test("text is bytes on the way", () => {
  expect(bytesOf("é")).toBe("\xc3\xa9");
  expect(textOf(bytesOf("日本"))).toBe("日本");
  expect(pack(toLua({ é: ["ü"] })).toString("utf8")).toContain("ü");
});

test("cjson has no empty array", () => expect(cjson({ a: [], b: [1], c: null })).toBe('{"a":{},"b":[1],"c":null}'));

test("an empty array that must be one", () => expect(hex(EMPTY_ARRAY)).toBe("90"));
