/** What is done with each text of a request, and how a request with other texts is made. */
import type { JsonObject, Role } from "../../core/chat";
import type { Where } from "../config";
import type { Origin } from "../vault";

/** Which part of a request a text belongs to. */
export interface Place {
  readonly where: Where;
  /** Of the message it stands in. */
  readonly role: Role | undefined;
  readonly origin: Origin;
}

/** Each method returns what shall stand there instead: the very same value where nothing changes. */
export interface Visitor {
  text(text: string, place: Place): string;
  /** JSON as text; stays JSON where it is. */
  json(text: string, place: Place): string;
  /** Names of functions and the like, which hold letters, digits, `_` and `-` only. */
  name(name: string, place: Place): string;
  value(value: JsonObject, place: Place): JsonObject;
  /** Something that cannot be read was met: `image`, `file` or `audio`. */
  unreadable(part: string): void;
}

type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** `base` with what is different in `changes`; `base` itself when nothing is. Absent members stay absent. */
export function changed<T extends object>(base: T, changes: Changes<T>): T {
  let out = base;
  for (const key in changes) {
    const value = changes[key];
    if (value !== undefined && value !== base[key]) out = { ...out, [key]: value };
  }
  return out;
}

/** The same list when no item has changed. */
export function mapSame<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let out: T[] | undefined;
  for (const [at, item] of list.entries()) {
    const made = map(item);
    if (made === item && out === undefined) continue;
    out ??= list.slice(0, at);
    out.push(made);
  }
  return out ?? list;
}

/** `map` of what is there. */
export function given<T>(value: T | undefined, map: (value: T) => T): T | undefined {
  return value === undefined ? undefined : map(value);
}
