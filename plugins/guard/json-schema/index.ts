/**
 * JSON Schema (draft 2020-12) as far as schemas of answers use it. A keyword that is not known here is refused when the schema is
 * read: one that nobody checks would be a promise that nobody keeps.
 */
import { isObject } from "../../core/read-json";
import { ARRAY_WORDS } from "./array-words";
import { LOGIC_WORDS } from "./logic-words";
import { OBJECT_WORDS } from "./object-words";
import { VALUE_WORDS } from "./value-words";
import type { Check, Run, Word } from "./word";

export type Validator = (value: unknown) => boolean;

/** Say nothing that could be checked. */
const NOTES = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$defs",
  "definitions",
]);

const WORDS: ReadonlyMap<string, Word> = new Map([...VALUE_WORDS, ...ARRAY_WORDS, ...OBJECT_WORDS, ...LOGIC_WORDS]);

/** Schemas of clients may branch and refer to themselves: what takes more steps than this does not fit. */
const MOST_STEPS = 1_000_000;
const DEEPEST = 200;

/** @throws Error that names the keyword or part that cannot be checked */
export function compileSchema(schema: unknown): Validator {
  const root = new Compiler(schema).root();
  return (value) => {
    try {
      return root(value, { steps: 0, depth: 0 });
    } catch (thrown) {
      if (thrown instanceof TooMuch) return false;
      throw thrown;
    }
  };
}

class TooMuch extends Error {}

class Compiler {
  readonly #schema: unknown;
  /** By `$ref`: one may lead to itself. */
  readonly #referred = new Map<string, { check: Check | undefined }>();

  constructor(schema: unknown) {
    this.#schema = schema;
  }

  root(): Check {
    return this.#compile(this.#schema, 0);
  }

  #compile(schema: unknown, depth: number): Check {
    if (schema === true) return () => true;
    if (schema === false) return () => false;
    if (!isObject(schema)) throw new Error("a schema must be a JSON object");
    if (depth > DEEPEST) throw new Error(`the schema is nested deeper than ${DEEPEST} levels`);
    const checks: Check[] = [];
    for (const [key, value] of Object.entries(schema)) {
      if (NOTES.has(key)) continue;
      const word = WORDS.get(key);
      if (key === "$ref") checks.push(this.#refer(value, depth));
      else if (word === undefined) throw new Error(`the keyword ${JSON.stringify(key.slice(0, 64))} is not known`);
      else checks.push(word(value, { schema, compile: (inner) => this.#compile(inner, depth + 1) }));
    }
    return (value, run) => {
      step(run);
      run.depth += 1;
      const fits = checks.every((check) => check(value, run));
      run.depth -= 1;
      return fits;
    };
  }

  /** Within this schema only: nothing is fetched. */
  #refer(ref: unknown, depth: number): Check {
    if (typeof ref !== "string" || (ref !== "#" && !ref.startsWith("#/")))
      throw new Error("`$ref` must lead to a place within the schema: `#/$defs/…`");
    const known = this.#referred.get(ref) ?? { check: undefined };
    if (!this.#referred.has(ref)) {
      this.#referred.set(ref, known);
      known.check = this.#compile(this.#resolve(ref), depth + 1);
    }
    return (value, run) => known.check?.(value, run) ?? false;
  }

  #resolve(ref: string): unknown {
    let at: unknown = this.#schema;
    for (const step of ref.split("/").slice(1)) {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      if (Array.isArray(at)) at = at[Number(key)];
      else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }
    if (at === undefined) throw new Error(`\`$ref\` ${JSON.stringify(ref.slice(0, 64))} leads nowhere`);
    return at;
  }
}

function step(run: Run): void {
  run.steps += 1;
  if (run.steps > MOST_STEPS || run.depth > 2 * DEEPEST) throw new TooMuch();
}
