/** MessagePack as lua-MessagePack 0.5 writes it with its defaults: strings without `str 8`, tables by what their keys are. */
import { isArray, type Lua, LuaError, Packed } from "./values";

const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

export const EMPTY_MAP = new Packed("\x80");
export const EMPTY_ARRAY = new Packed("\x90");

export function pack(value: Lua): Buffer {
  return Buffer.from(packed(value), "latin1");
}

/** Raw bytes, which a JavaScript server reads as a Buffer. @throws LuaError for nil, as the Lua library does */
export function packBinary(value: Lua): Packed {
  if (typeof value !== "string")
    throw new LuaError(`bad argument #1 to 'str' (a ${value === undefined ? "nil" : typeof value} value)`);
  const { length } = value;
  if (length < 0x100) return new Packed(`\xc4${big(length, 1)}${value}`);
  return new Packed(length < 0x10000 ? `\xc5${big(length, 2)}${value}` : `\xc6${big(length, 4)}${value}`);
}

function packed(value: Lua): string {
  if (value === undefined || value === null) return "\xc0";
  if (value instanceof Packed) return value.bytes;
  if (typeof value === "boolean") return value ? "\xc3" : "\xc2";
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < MAX_INTEGER ? integer(value) : double(value);
  if (typeof value === "string") return header(value.length, 0xa0, 32, 0xda) + value;
  if (isArray(value)) return array(value);
  // A key whose value is nil is not there.
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return EMPTY_ARRAY.bytes;
  return header(members.length, 0x80, 16, 0xde) + members.map(([key, member]) => packed(key) + packed(member)).join("");
}

function array(value: readonly Lua[]): string {
  const last = value.findLastIndex((item) => item !== undefined);
  const items = value.slice(0, last + 1);
  if (items.every((item) => item !== undefined)) return header(items.length, 0x90, 16, 0xdc) + items.map(packed).join("");
  const present = items.flatMap((item, index) => (item === undefined ? [] : [packed(index + 1) + packed(item)]));
  return header(present.length, 0x80, 16, 0xde) + present.join("");
}

/** @param small tag of the short form, for fewer than `limit`; `wide` is the tag with two bytes of length, the next has four */
function header(length: number, small: number, limit: number, wide: number): string {
  if (length < limit) return big(small | length, 1);
  return length < 0x10000 ? big(wide, 1) + big(length, 2) : big(wide + 1, 1) + big(length, 4);
}

function integer(value: number): string {
  if (value >= 0) {
    if (value < 0x80) return big(value, 1);
    const size = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
    return big(0xcc + Math.log2(size), 1) + big(value, size);
  }
  if (value >= -0x20) return big(0x100 + value, 1);
  const size = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -0x80000000 ? 4 : 8;
  return big(0xd0 + Math.log2(size), 1) + big(value, size);
}

function double(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return `\xcb${bytes.toString("latin1")}`;
}

/** Big-endian two's complement. */
function big(value: number, size: number): string {
  let out = "";
  for (let at = size - 1; at >= 0; at -= 1) out += String.fromCharCode(Math.floor(value / 256 ** at) & 0xff);
  return out;
}
