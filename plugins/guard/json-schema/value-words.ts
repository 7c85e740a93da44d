/** Words about single values. */
import { isIPv4, isIPv6 } from "node:net";
import { RE2JS } from "re2js";
import { isObject } from "../../core/read-json";
import { sameJson } from "./same-json";
import { type Check, countOf, listOf, type Words } from "./word";

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  array: Array.isArray,
  object: isObject,
};

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,12})?(?:[zZ]|[+-]\d\d:\d\d)$/;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => TIME.test(text),
  "date-time": (text) => isDate(text.slice(0, 10)) && /^[tT ]$/.test(text.charAt(10)) && TIME.test(text.slice(11)),
  email: (text) => EMAIL.test(text),
  uuid: (text) => UUID.test(text),
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (text) => URL.canParse(text),
};

export const VALUE_WORDS: Words = [
  ["type", (value) => anyOf((Array.isArray(value) ? value : [value]).map(typeCheck))],
  ["enum", (value) => oneOf(listOf(value, "enum"))],
  ["const", (value) => (given) => sameJson(given, value)],
  ["minLength", (value) => ofText("minLength", value, (length, limit) => length >= limit)],
  ["maxLength", (value) => ofText("maxLength", value, (length, limit) => length <= limit)],
  ["pattern", pattern],
  ["format", format],
  ["minimum", (value) => ofNumber("minimum", value, (number, limit) => number >= limit)],
  ["maximum", (value) => ofNumber("maximum", value, (number, limit) => number <= limit)],
  ["exclusiveMinimum", (value) => ofNumber("exclusiveMinimum", value, (number, limit) => number > limit)],
  ["exclusiveMaximum", (value) => ofNumber("exclusiveMaximum", value, (number, limit) => number < limit)],
  ["multipleOf", (value) => ofNumber("multipleOf", value, isMultiple)],
];

function typeCheck(name: unknown): (value: unknown) => boolean {
  const check = typeof name === "string" && Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (check === undefined) throw new Error("`type` must be one of null, boolean, integer, number, string, array, object");
  return check;
}

function anyOf(checks: readonly ((value: unknown) => boolean)[]): Check {
  return (value) => checks.some((check) => check(value));
}

function oneOf(values: readonly unknown[]): Check {
  return (value) => values.some((known) => sameJson(value, known));
}

/** In characters, as the specification says, not in UTF-16 units. */
function ofText(keyword: string, limit: unknown, fits: (length: number, limit: number) => boolean): Check {
  const most = countOf(limit, keyword);
  return (value) => typeof value !== "string" || fits([...value].length, most);
}

function ofNumber(keyword: string, limit: unknown, fits: (number: number, limit: number) => boolean): Check {
  if (typeof limit !== "number") throw new Error(`\`${keyword}\` must be a number`);
  if (keyword === "multipleOf" && limit <= 0) throw new Error("`multipleOf` must be more than 0");
  return (value) => typeof value !== "number" || fits(value, limit);
}

/** 0.3 is three times 0.1, whatever binary fractions say. */
function isMultiple(number: number, of: number): boolean {
  const times = number / of;
  return Math.abs(times - Math.round(times)) <= Math.abs(times) * 1e-12;
}

function pattern(value: unknown): Check {
  if (typeof value !== "string") throw new Error("`pattern` must be a text");
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(value);
  } catch {
    throw new Error("`pattern` is no regular expression that RE2 knows");
  }
  return (given) => typeof given !== "string" || regex.test(given);
}

function format(name: unknown): Check {
  const check = typeof name === "string" && Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (check === undefined) throw new Error(`\`format\` is known for ${Object.keys(FORMATS).join(", ")} only`);
  return (value) => typeof value !== "string" || check(value);
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
