/** What a failed schema check means to the person who wrote the file: what is wrong, and what would be right. */
import type { z } from "zod";
import type { ConfigTree } from "./config-tree";
import { type Finding, list, quote } from "./issue";
import { isSecret, knownKeys, schemaAt } from "./schema-walk";
import { didYouMean } from "./suggest";

type ZodIssue = z.core.$ZodIssue;
type Path = Finding["path"];

export function explain(issue: ZodIssue, tree: ConfigTree, schema: z.ZodType): Finding[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schemaAt(schema, path));
    return issue.keys.map((key) =>
      error([...path, key], "key", `unknown key${didYouMean(key, known) || `; known: ${list(known)}`}`),
    );
  }
  const what = tree.has(path) ? wrong(issue, path, tree, schema) : missing(issue, path, tree);
  return [error(path, "value", what)];
}

function error(path: Path, at: Finding["at"], message: string): Finding {
  return { severity: "error", path, at, message };
}

function missing(issue: ZodIssue, path: Path, tree: ConfigTree): string {
  const template = tree.template(path);
  const choices = issue.code === "invalid_value" ? `; one of: ${list(issue.values.map(String))}` : "";
  return template === undefined ? `is missing${choices}` : `is required, but ${quote(template)} came out empty${choices}`;
}

function wrong(issue: ZodIssue, path: Path, tree: ConfigTree, schema: z.ZodType): string {
  const got = shown(path, tree, schema);
  switch (issue.code) {
    case "invalid_type": {
      const wanted = NAMES[issue.expected] ?? issue.expected;
      const value = tree.get(path);
      if (issue.expected === "string" && isSimple(value)) return `must be a text, not ${got}: put it in quotes`;
      // Where a list or mapping belongs, a single value may be the secret that was meant to stand inside.
      const isLeaf = ["string", "int", "number", "boolean"].includes(issue.expected);
      return `must be ${wanted}, not ${isLeaf && typeof value !== "object" ? got : kindOf(value)}`;
    }
    case "invalid_value": {
      const choices = issue.values.map(String);
      const value = tree.get(path);
      const hint = typeof value === "string" ? didYouMean(value, choices) : "";
      return `must be ${choices.length === 1 ? choices[0] : `one of ${list(choices)}`}, not ${got}${hint}`;
    }
    case "too_small":
      return `must ${bound(issue.origin, "at least", Number(issue.minimum), got)}`;
    case "too_big":
      return `must ${bound(issue.origin, "at most", Number(issue.maximum), got)}`;
    default:
      return issue.message;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list",
  string: "a text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function bound(origin: string, word: string, limit: number, got: string): string {
  if (origin === "string") return limit === 1 ? "not be empty" : `have ${word} ${limit} characters`;
  if (origin === "array" || origin === "set") return `have ${word} ${limit} ${limit === 1 ? "item" : "items"}`;
  return `be ${word} ${limit}, not ${got}`;
}

function isSimple(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean";
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : "a single value";
}

/** A value as it may be printed: secrets are masked, interpolated values appear as they were written. */
export function shown(path: Path, tree: ConfigTree, schema: z.ZodType): string {
  const field = schemaAt(schema, path);
  // What cannot be found in the schema may be anything.
  if (field === undefined || isSecret(field)) return "***";
  return quote(tree.template(path) ?? tree.get(path));
}
