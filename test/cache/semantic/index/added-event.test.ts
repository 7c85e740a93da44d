import { decodeAdded, encodeAdded } from "../../../../plugins/cache/semantic/index/added-event";

const added = { id: "schlüssel", vector: Float32Array.of(0.25, -1, 3), expiresAt: 1_770_000_000_123.5 };

test("round trip, wherever in memory the bytes lie", () => {
  const bytes = encodeAdded(added);
  expect(decodeAdded(bytes, 3)).toEqual(added);
  for (let shift = 1; shift < 4; shift += 1) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    expect(decodeAdded(moved.subarray(shift), 3)).toEqual(added);
  }
});

test("anything else is not read", () => {
  const bytes = encodeAdded(added);
  expect(decodeAdded(bytes, 4)).toBeUndefined();
  for (let length = 0; length < bytes.length; length += 1) expect(decodeAdded(bytes.subarray(0, length), 3)).toBeUndefined();
  expect(decodeAdded(Buffer.concat([bytes, Buffer.alloc(4)]), 3)).toBeUndefined();
  const other = Buffer.from(bytes);
  other[0] = 2;
  expect(decodeAdded(other, 3)).toBeUndefined();
  const endless = Buffer.from(bytes);
  endless.writeDoubleLE(Number.POSITIVE_INFINITY, 1);
  expect(decodeAdded(endless, 3)).toBeUndefined();
  expect(() => encodeAdded({ ...added, id: "x".repeat(1025) })).toThrow(RangeError);
});
