/** Reads MessagePack values out of a stream that may be cut anywhere. */
import { type Lua, LuaError } from "./values";

const MISSING_BYTES = Symbol("missing bytes");

export class Unpacker {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  push(piece: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#bytes, piece]);
  }

  /** Bytes after the last whole value. */
  get left(): number {
    return this.#bytes.length;
  }

  /** The next value once all of it is there. @throws LuaError on bytes that are no MessagePack */
  next(): { readonly value: Lua } | undefined {
    this.#at = 0;
    try {
      const value = this.#value();
      this.#bytes = this.#bytes.subarray(this.#at);
      return { value };
    } catch (error) {
      if (error === MISSING_BYTES) return undefined;
      throw error;
    }
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw MISSING_BYTES;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #unsigned(size: number): number {
    const taken = this.#take(size);
    return size === 8 ? Number(taken.readBigUInt64BE()) : taken.readUIntBE(0, size);
  }

  #signed(size: number): number {
    const taken = this.#take(size);
    return size === 8 ? Number(taken.readBigInt64BE()) : taken.readIntBE(0, size);
  }

  /** `bin` and `str` are both strings to Lua. */
  #string(size: number): string {
    return this.#take(size).toString("latin1");
  }

  #array(size: number): Lua[] {
    const items: Lua[] = [];
    for (let count = 0; count < size; count += 1) items.push(this.#value());
    return items;
  }

  #map(size: number): Record<string, Lua> {
    const members: [string, Lua][] = [];
    for (let count = 0; count < size; count += 1) members.push([String(this.#value()), this.#value()]);
    return Object.fromEntries(members);
  }

  #value(): Lua {
    const tag = this.#unsigned(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f);
    if (tag < 0xa0) return this.#array(tag & 0x0f);
    if (tag < 0xc0) return this.#string(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    if (tag >= 0xcc && tag <= 0xcf) return this.#unsigned(2 ** (tag - 0xcc));
    if (tag >= 0xd0 && tag <= 0xd3) return this.#signed(2 ** (tag - 0xd0));
    switch (tag) {
      // Values inside a table that are nil are not there: `undefined`, as in Lua.
      case 0xc0:
        return undefined;
      case 0xc2:
      case 0xc3:
        return tag === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#string(this.#unsigned(2 ** (tag - 0xc4)));
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#unsigned(2 ** (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(tag === 0xdc ? 2 : 4));
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(tag === 0xde ? 2 : 4));
      default:
        throw new LuaError(`unpack 0x${tag.toString(16)} is unimplemented`);
    }
  }
}
