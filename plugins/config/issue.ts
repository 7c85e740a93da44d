/** What is wrong with a configuration, and where. */
export type Path = readonly (string | number)[];

export type Severity = "error" | "warning";

/** A fault by place in the data; `at` says whether the key or its value is meant. */
export interface Finding {
  readonly severity: Severity;
  readonly path: Path;
  readonly at: "key" | "value";
  /** Never holds a secret: values are put in by `shown` only. */
  readonly message: string;
}

/** A fault by place in the file. */
export interface Issue {
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `policies.default.models[0].targets`; empty = the whole file. */
  readonly path: string;
  readonly message: string;
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

export function formatPath(path: Path): string {
  let out = "";
  for (const step of path) {
    if (typeof step === "number") out += `[${step}]`;
    else if (!PLAIN_KEY.test(step)) out += `[${quote(step)}]`;
    else out += out === "" ? step : `.${step}`;
  }
  return out;
}

/** One line, as compilers print it: editors and CI make links of it. */
export function formatIssue(issue: Issue): string {
  const path = issue.path === "" ? "" : `${issue.path}: `;
  return `${issue.file}:${issue.line}:${issue.column}: ${issue.severity}: ${path}${issue.message}`;
}

/** JSON text, so that line breaks and terminal escapes in a name stay harmless; long ones are cut. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

export function list(words: readonly string[]): string {
  return words.length === 0 ? "(none)" : words.join(", ");
}
