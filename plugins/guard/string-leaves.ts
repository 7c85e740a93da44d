/** Every string of a JSON value, keys included, one after another: replaced where `change` returns another one. */
import { GraftError } from "../core/errors";
import { isObject } from "../core/read-json";

/** As deep as requests may be at most; answers of providers have no such bound. */
const DEEPEST = 512;

/** @returns the same value where nothing was changed @throws GraftError when it is nested deeper than anybody can read */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  // Strings become strings, lists lists, objects objects.
  return map(value, change, 0) as T;
}

function map(value: unknown, change: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") return change(value);
  if (depth > DEEPEST) throw new GraftError("bad_request", "A part is nested too deeply to be checked.");
  if (Array.isArray(value)) {
    const items = value.map((item) => map(item, change, depth + 1));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [change(key), map(item, change, depth + 1)] as const);
  const changed = entries.some(([key, item]) => !Object.hasOwn(value, key) || value[key] !== item);
  return changed ? Object.fromEntries(entries) : value;
}
