import { readFileSync } from "node:fs";
import path from "node:path";
import { agrees } from "../../../../plugins/cache/semantic/agreement";

/** Questions of two meanings, thought up by somebody who had read the check, to get past it. */
const TRAPS = JSON.parse(readFileSync(path.join(__dirname, "traps.json"), "utf8")) as readonly (readonly [string, string])[];

test.each(TRAPS)("%j is not %j", (one, other) => {
  expect(agrees(one, other).agree).toBe(false);
  expect(agrees(other, one).agree).toBe(false);
});

/** What it does not see through: mostly capitals and signs, which many leave out as they type. */
const GAPS: readonly (readonly [string, string])[] = [
  ["Is the store closed?", "Is the store close?"],
  ["Is the museum closing?", "Is the museum close?"],
  ["Who is the student teacher?", "Who is the teacher of the student?"],
  ["What is apple?", "What is Apple?"],
  ["Is turkey cheap?", "Is Turkey cheap?"],
  ["Let us eat, grandma", "Let us eat grandma"],
  ["How do I fix prices?", "How do I resolve prices?"],
  ["What is a repo in finance?", "What is a repository in finance?"],
  ["Can I run it on Linux?", "Can I run on it Linux?"],
];

test.failing.each(GAPS)("%j is not %j", (one, other) => {
  expect(agrees(one, other).agree).toBe(false);
});

test.each([
  ["How is cheese made?", "How is cheese made"],
  ["Why is my dog barking?", "Why does my dog bark?"],
  ["How do I tape a box?", "How to tape boxes"],
  ["Hello, how do I reset my password?", "How do I reset my password?"],
  ["Can I fly with a cat?", "Am I allowed to fly with a cat?"],
])("%j is %j", (one, other) => {
  expect(agrees(one, other)).toEqual({ agree: true });
});
