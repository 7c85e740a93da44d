/** Words that put schemas together. */
import { type Check, listOf, type WordContext, type Words } from "./word";

export const LOGIC_WORDS: Words = [
  ["allOf", (value, context) => every(all("allOf", value, context))],
  ["anyOf", (value, context) => some(all("anyOf", value, context))],
  ["oneOf", (value, context) => one(all("oneOf", value, context))],
  ["not", (value, { compile }) => not(compile(value))],
];

function all(keyword: string, value: unknown, { compile }: WordContext): readonly Check[] {
  return listOf(value, keyword).map(compile);
}

const every =
  (checks: readonly Check[]): Check =>
  (value, run) =>
    checks.every((check) => check(value, run));
const some =
  (checks: readonly Check[]): Check =>
  (value, run) =>
    checks.some((check) => check(value, run));
const one =
  (checks: readonly Check[]): Check =>
  (value, run) =>
    checks.filter((check) => check(value, run)).length === 1;
const not =
  (check: Check): Check =>
  (value, run) =>
    !check(value, run);
