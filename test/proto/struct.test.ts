import fc from "fast-check";
import { google } from "../../proto/generated/messages";
import { fromStruct, type StructMessage, toStruct } from "../../proto/struct";

const { Struct } = google.protobuf;

function overTheWire(message: StructMessage): StructMessage {
  return Struct.decode(Struct.encode(message).finish());
}

describe("Struct", () => {
  test("plain values survive the wire", () => {
    const value = fc.object({
      maxDepth: 4,
      values: [fc.string({ unit: "grapheme" }), fc.double(), fc.boolean(), fc.constant(null)],
    });
    fc.assert(
      fc.property(value, (input) => {
        expect(fromStruct(overTheWire(toStruct(input)))).toEqual(input);
      }),
    );
  });

  test("a key named __proto__ is data, in both directions", () => {
    const hostile = JSON.parse('{"__proto__": {"admin": true}, "constructor": "x", "list": [{"__proto__": 1}]}');
    const read = fromStruct(overTheWire(toStruct(hostile)));
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "list"]);
    expect(JSON.stringify(read)).toBe(JSON.stringify(hostile));
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  test("nothing to read is an empty object, and undefined members are left out", () => {
    expect(fromStruct(undefined)).toEqual({});
    expect(fromStruct({})).toEqual({});
    expect(fromStruct(overTheWire(toStruct({ a: undefined, b: 0, c: "" })))).toEqual({ b: 0, c: "" });
  });

  test("a value without a kind is null", () => {
    expect(fromStruct({ fields: { a: {} } })).toEqual({ a: null });
  });

  test("refuses what a Struct cannot hold", () => {
    expect(() => toStruct({ big: 1n })).toThrow("metadata cannot hold a bigint");
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(() => toStruct(circle)).toThrow("nested deeper");
    const list: unknown[] = [];
    list.push(list);
    expect(() => toStruct({ list })).toThrow("nested deeper");
  });
});
