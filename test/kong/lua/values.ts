/** Lua's values as these tests hold them. */

/**
 * A Lua string is bytes: here one character per byte, 0 to 255. `undefined` is nil, `null` is `cjson.null`, and an empty table is
 * neither array nor map, as in Lua.
 */
export type Lua = undefined | null | boolean | number | string | readonly Lua[] | LuaTable | Packed;

export interface LuaTable {
  readonly [key: string]: Lua;
}

/** A value that says itself how it is packed. */
export class Packed {
  readonly bytes: string;
  constructor(bytes: string) {
    this.bytes = bytes;
  }
}

/** What `error()` raises: it ends the whole phase. */
export class LuaError extends Error {}

export function isTable(value: Lua): value is LuaTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Packed);
}

export function isArray(value: Lua): value is readonly Lua[] {
  return Array.isArray(value);
}

/** Text as Lua has it: its UTF-8 bytes. */
export function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A JSON-like value with every string and key as bytes. */
export function toLua(value: unknown): Lua {
  if (typeof value === "string") return bytesOf(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) return value.map(toLua);
  if (typeof value !== "object") return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [bytesOf(key), toLua(member)]));
}

/** `cjson.encode`: tables that went through a database have lost the mark that says array, so an empty one is `{}`. */
export function cjson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (Array.isArray(member) && member.length === 0 ? {} : member));
}
