/** Two questions, and whether an answer to one answers the other. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
}

const SHAPE = 'expected a list like [{ "a": "How do I reset my password?", "b": "how to reset password", "same": true }]';

/**
 * A file of pairs: a JSON list of objects with two texts and a verdict; other fields are the author's own.
 * @throws Error with the file, the number of the pair (from 1) and what would be right
 */
export function readPairs(text: string, file: string): readonly Pair[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${file}: not JSON; ${SHAPE}`);
  }
  if (!Array.isArray(value)) throw new Error(`${file}: not a list; ${SHAPE}`);
  if (value.length === 0) throw new Error(`${file}: an empty list; ${SHAPE}`);
  return value.map((it: unknown, at) => readPair(it, `${file}: pair ${at + 1}`));
}

function readPair(it: unknown, where: string): Pair {
  if (typeof it !== "object" || it === null || Array.isArray(it)) throw new Error(`${where} is not an object; ${SHAPE}`);
  const fields = new Map<string, unknown>(Object.entries(it));
  const same = fields.get("same");
  if (typeof same !== "boolean") throw new Error(`${where}: "same" must be true (one answer does for both) or false`);
  return { a: textOf(fields, "a", where), b: textOf(fields, "b", where), same };
}

function textOf(fields: ReadonlyMap<string, unknown>, name: string, where: string): string {
  const text = fields.get(name);
  if (typeof text !== "string" || text.trim() === "")
    throw new Error(`${where}: "${name}" must be a question, a text that is not empty`);
  return text;
}
