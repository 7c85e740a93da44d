/** The longest text a pattern can match, read off its compiled program. */
import type { RE2JS } from "re2js";
import { isObject } from "../core/read-json";

/** Instructions of RE2 programs, the same in all its ports. */
const ALT = 1;
const ALT_MATCH = 2;
const FAIL = 5;
const MATCH = 6;
const FIRST_RUNE = 8;
const LAST_RUNE = 11;
const RUNE = 8;
const RUNE1 = 9;

const MAX_BMP = 0xffff;

interface Step {
  readonly width: number;
  readonly next: readonly number[];
}

/** UTF-16 units; Infinity where there is no end to it, or where it cannot be told. */
export function longestMatch(regex: RE2JS): number {
  const program: unknown = regex.re2().prog;
  if (!isObject(program) || !Array.isArray(program["inst"]) || typeof program["start"] !== "number")
    return Number.POSITIVE_INFINITY;
  const steps = (program["inst"] as readonly unknown[]).map(stepOf);
  return longestPath(steps, program["start"]);
}

/** @returns undefined for what is no instruction we know */
function stepOf(value: unknown): Step | undefined {
  if (!isObject(value)) return undefined;
  const { op, out, arg } = value;
  if (typeof op !== "number" || typeof out !== "number" || typeof arg !== "number" || op < ALT || op > LAST_RUNE)
    return undefined;
  if (op === ALT || op === ALT_MATCH) return { width: 0, next: [out, arg] };
  if (op === FAIL || op === MATCH) return { width: 0, next: [] };
  return { width: op < FIRST_RUNE ? 0 : runeWidth(op, value["runes"]), next: [out] };
}

function runeWidth(op: number, runes: unknown): number {
  if (op !== RUNE && op !== RUNE1) return 2;
  const all = isObject(runes) || Array.isArray(runes) || ArrayBuffer.isView(runes) ? Object.values(runes) : [];
  return all.length > 0 && all.every((rune) => typeof rune === "number" && rune <= MAX_BMP) ? 1 : 2;
}

/** Not recursive: programs have thousands of steps. */
function longestPath(steps: readonly (Step | undefined)[], start: number): number {
  const done = new Map<number, number>();
  const open = new Set<number>();
  const stack = [start];
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    const step = steps[at];
    if (step === undefined) return Number.POSITIVE_INFINITY;
    const left = step.next.filter((next) => !done.has(next));
    if (done.has(at) || left.length === 0) {
      if (!done.has(at)) done.set(at, step.width + Math.max(0, ...step.next.map((next) => done.get(next) ?? 0)));
      open.delete(at);
      stack.pop();
      continue;
    }
    // A loop that cannot be left shorter than it was entered: without end.
    if (left.some((next) => open.has(next) || next === at)) return Number.POSITIVE_INFINITY;
    open.add(at);
    stack.push(...left);
  }
  return done.get(start) ?? Number.POSITIVE_INFINITY;
}
