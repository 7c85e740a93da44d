/** Words about lists. */
import { isObject } from "../../core/read-json";
import { type Check, countOf, listOf, type WordContext, type Words } from "./word";

export const ARRAY_WORDS: Words = [
  ["items", items],
  ["prefixItems", prefixItems],
  ["minItems", (value) => ofLength("minItems", value, (length, limit) => length >= limit)],
  ["maxItems", (value) => ofLength("maxItems", value, (length, limit) => length <= limit)],
  ["uniqueItems", uniqueItems],
];

function items(value: unknown, { schema, compile }: WordContext): Check {
  const check = compile(value);
  const before = schema["prefixItems"];
  const from = Array.isArray(before) ? before.length : 0;
  return (list, run) => !Array.isArray(list) || list.every((item, at) => at < from || check(item, run));
}

function prefixItems(value: unknown, { compile }: WordContext): Check {
  const checks = listOf(value, "prefixItems").map(compile);
  return (list, run) => !Array.isArray(list) || checks.every((check, at) => at >= list.length || check(list[at], run));
}

function ofLength(keyword: string, limit: unknown, fits: (length: number, limit: number) => boolean): Check {
  const most = countOf(limit, keyword);
  return (value) => !Array.isArray(value) || fits(value.length, most);
}

function uniqueItems(value: unknown): Check {
  if (typeof value !== "boolean") throw new Error("`uniqueItems` must be true or false");
  if (!value) return () => true;
  return (list) => !Array.isArray(list) || new Set(list.map(canonical)).size === list.length;
}

/** The same text for the same value, whatever the order of its members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
