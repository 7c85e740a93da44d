/** Words about objects. Members are own ones only: `__proto__` is a name as any other. */
import { isObject } from "../../core/read-json";
import { type Check, countOf, listOf, type WordContext, type Words } from "./word";

export const OBJECT_WORDS: Words = [
  ["properties", properties],
  ["required", required],
  ["additionalProperties", additionalProperties],
  ["propertyNames", propertyNames],
  ["minProperties", (value) => ofSize("minProperties", value, (size, limit) => size >= limit)],
  ["maxProperties", (value) => ofSize("maxProperties", value, (size, limit) => size <= limit)],
];

function properties(value: unknown, { compile }: WordContext): Check {
  if (!isObject(value)) throw new Error("`properties` must be an object");
  const checks = Object.entries(value).map(([name, schema]) => [name, compile(schema)] as const);
  return (given, run) =>
    !isObject(given) || checks.every(([name, check]) => !Object.hasOwn(given, name) || check(given[name], run));
}

function required(value: unknown): Check {
  const names = listOf(value, "required").map((name) => {
    if (typeof name !== "string") throw new Error("`required` must be a list of names");
    return name;
  });
  return (given) => !isObject(given) || names.every((name) => Object.hasOwn(given, name));
}

function additionalProperties(value: unknown, { schema, compile }: WordContext): Check {
  const check = compile(value);
  const { properties: known } = schema;
  const names = new Set(isObject(known) ? Object.keys(known) : []);
  return (given, run) => !isObject(given) || Object.keys(given).every((name) => names.has(name) || check(given[name], run));
}

function propertyNames(value: unknown, { compile }: WordContext): Check {
  const check = compile(value);
  return (given, run) => !isObject(given) || Object.keys(given).every((name) => check(name, run));
}

function ofSize(keyword: string, limit: unknown, fits: (size: number, limit: number) => boolean): Check {
  const most = countOf(limit, keyword);
  return (value) => !isObject(value) || fits(Object.keys(value).length, most);
}
