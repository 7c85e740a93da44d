/** Operators' patterns. re2js runs them in time that is linear in the text, whatever they are; what RE2 lacks for it is said so. */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";

/** The time for each character grows with it: a counted repetition in another one makes thousands of states. */
const MOST_STATES = 500;

const LOOK_AROUND = /\(\?<?[=!]/;
const BACK_REFERENCE = /\\[1-9]|\\k[<{']|\(\?P=/;
const ATOMIC = /\(\?>|[*+?}]\+/;
/** A backslash and what it stands before, or a class: within them, the signs above mean themselves. */
const LITERAL = /\\[^1-9k]|\[\^?\]?(?:\\.|[^\]\\])*\]/gs;

/** @returns a pattern, or what is wrong with it; never with a part of it, which may be somebody's data */
export function compilePattern(source: string): RE2JS | string {
  const syntax = source.replace(LITERAL, "_");
  if (LOOK_AROUND.test(syntax))
    return "look-around is not supported: patterns run in linear time; say what must stand near by `context`";
  if (BACK_REFERENCE.test(syntax)) return "back-references are not supported: patterns run in linear time";
  if (ATOMIC.test(syntax)) return "possessive quantifiers and atomic groups are not supported: nothing is ever tried twice here";
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source);
  } catch (thrown) {
    if (thrown instanceof RE2JSSyntaxException) return `is not a pattern in RE2's syntax: ${thrown.getDescription()}`;
    if (thrown instanceof RE2JSException) return "is not a pattern in RE2's syntax";
    throw thrown;
  }
  if (pattern.programSize() > MOST_STATES) return `is too large: ${pattern.programSize()} states, at most ${MOST_STATES}`;
  return pattern;
}

/** @throws Error where `compilePattern` finds something wrong */
export function compiledPattern(source: string): RE2JS {
  const pattern = compilePattern(source);
  if (typeof pattern === "string") throw new Error(`the pattern ${pattern}`);
  return pattern;
}
