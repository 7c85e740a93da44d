/** What no schema can say of operators' own entities and of what they allow. */
import type { Fault } from "../../define-plugin";
import { compilePattern } from "./compile-pattern";
import type { AllowConfig, CustomConfig } from "./config";

const NAME = /^[a-z][a-z0-9_]*$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** @param taken entities and groups there are. @returns faults below the list */
export function checkCustom(custom: readonly CustomConfig[], taken: ReadonlySet<string>): Fault[] {
  const seen = new Set<string>();
  return custom.flatMap((it, index) => {
    const faults = [...checkName(it, taken, seen), ...checkOne(it)];
    seen.add(it.name);
    return faults.map((fault) => ({ ...fault, path: [index, ...fault.path] }));
  });
}

/** @returns faults below the `allow` record */
export function checkAllow({ values, patterns }: AllowConfig): Fault[] {
  return [
    ...patterns.flatMap((source, index) => patternFaults(source, ["patterns", index])),
    ...blankFaults(values, "values"),
    ...patterns.flatMap((source, index) =>
      allowsAll(source) ? [{ path: ["patterns", index], message: "allows everything" }] : [],
    ),
  ];
}

function checkName({ name }: CustomConfig, taken: ReadonlySet<string>, seen: ReadonlySet<string>): Fault[] {
  const fault = (message: string): Fault[] => [{ path: ["name"], message }];
  if (!NAME.test(name)) return fault("a name has lower-case letters, digits and `_`, a letter first");
  if (taken.has(name)) return fault("there is a built-in entity or group of this name; choose another one");
  return seen.has(name) ? fault("stands twice; a pattern and words may stand in one") : [];
}

function checkOne({ pattern, words, case_sensitive, context }: CustomConfig): Fault[] {
  const faults: Fault[] = [];
  if (pattern === undefined && words.length === 0)
    faults.push({ path: [], message: "finds nothing without `pattern` or `words`" });
  if (case_sensitive && words.length === 0) {
    faults.push({ path: ["case_sensitive"], message: "has no effect without `words`; patterns ignore case by `(?i)` only" });
  }
  if (pattern !== undefined) faults.push(...patternFaults(pattern, ["pattern"]));
  faults.push(...blankFaults(words, "words"), ...blankFaults(context, "context"));
  words.forEach((word, index) => {
    if (word.trim() !== "" && !LETTER_OR_DIGIT.test(word)) {
      faults.push({ path: ["words", index], message: "a word has a letter or a digit; write a `pattern` for signs" });
    }
  });
  return faults;
}

function patternFaults(source: string, path: Fault["path"]): Fault[] {
  const compiled = compilePattern(source);
  if (typeof compiled === "string") return [{ path, message: compiled }];
  return compiled.testExact("") ? [{ path, message: "matches the empty text: everywhere" }] : [];
}

function blankFaults(words: readonly string[], field: string): Fault[] {
  return words.flatMap((word, index) => (word.trim() === "" ? [{ path: [field, index], message: "is blank" }] : []));
}

function allowsAll(source: string): boolean {
  const compiled = compilePattern(source);
  return typeof compiled !== "string" && !compiled.testExact("") && compiled.testExact("a") && compiled.testExact("1 b@\u00e9");
}
