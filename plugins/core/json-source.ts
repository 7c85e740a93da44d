/**
 * A client's JSON body: parsed once, with the place of every top-level member kept, so that a changed member can be spliced into
 * the original bytes and the rest stays as it came (provider prompt caches are keyed by the prefix).
 *
 * JSON.parse keeps the last of two equal keys, other parsers the first: with duplicates, what policy saw would not be what the
 * provider reads. So duplicates are refused, at every depth, compared after unescaping; depth is bounded.
 */
import { isUtf8 } from "node:buffer";
import { GraftError } from "./errors";

export interface Span {
  /** Byte offsets of the value, [start, end). */
  readonly start: number;
  readonly end: number;
}

export interface JsonSource {
  readonly bytes: Buffer;
  readonly value: { readonly [key: string]: unknown };
  readonly members: ReadonlyMap<string, Span>;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/**
 * Parsing takes time by the number of values, not of bytes: ten megabytes of prompt take 20 ms, of `{"a":0,"b":0 …` more than a second,
 * in which no other call is served. A key costs about as much as four values.
 */
const MOST_PARTS = 1_000_000;
const PARTS_OF_KEY = 4;

/** @throws GraftError `invalid_json` or `bad_request` (not an object, duplicate key, too deep, too many values, not UTF-8). */
export function parseJsonSource(bytes: Buffer, maxDepth = 128): JsonSource {
  // Invalid UTF-8 would become U+FFFD here and something else at the provider.
  if (!isUtf8(bytes)) throw new GraftError("invalid_json", "The body of your request is not valid UTF-8.");
  let members: Map<string, Span>;
  let value: unknown;
  try {
    members = new Scanner(bytes, maxDepth).members();
    value = JSON.parse(bytes.toString("utf8"));
  } catch (thrown) {
    throw thrown instanceof GraftError ? thrown : invalid();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GraftError("bad_request", "The body of your request must be a JSON object.");
  }
  return { bytes, value: value as { [key: string]: unknown }, members };
}

/**
 * One pass before JSON.parse, so that its bounds hold for that as well: structure only, strings are skipped by a native byte search.
 * What it takes for JSON may not be any; it only has to come to an end.
 */
class Scanner {
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #at = 0;
  #parts = 0;

  constructor(bytes: Buffer, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
  }

  members(): Map<string, Span> {
    const members = new Map<string, Span>();
    this.#space();
    if (this.#bytes[this.#at] === OPEN_BRACE) this.#object(1, members);
    return members;
  }

  #object(depth: number, members?: Map<string, Span>): void {
    this.#checkDepth(depth);
    // Few keys: a list is faster than a set; many (a generated or hostile object): a set, so that it stays linear.
    const few: string[] = [];
    let many: Set<string> | undefined;
    this.#at += 1;
    this.#space();
    while (this.#bytes[this.#at] !== CLOSE_BRACE) {
      const key = this.#key();
      if (many === undefined ? few.includes(key) : many.has(key)) throw duplicate(key);
      if (many !== undefined) many.add(key);
      else if (few.push(key) === 16) many = new Set(few);
      this.#space();
      if (this.#bytes[this.#at] !== COLON) throw invalid();
      this.#at += 1;
      this.#space();
      const start = this.#at;
      this.#value(depth);
      members?.set(key, { start, end: this.#at });
      this.#next(CLOSE_BRACE);
    }
    this.#at += 1;
  }

  #array(depth: number): void {
    this.#checkDepth(depth);
    this.#at += 1;
    this.#space();
    while (this.#bytes[this.#at] !== CLOSE_BRACKET) {
      this.#value(depth);
      this.#next(CLOSE_BRACKET);
    }
    this.#at += 1;
  }

  #value(depth: number): void {
    this.#count(1);
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) this.#string();
    else if (byte === OPEN_BRACE) this.#object(depth + 1);
    else if (byte === OPEN_BRACKET) this.#array(depth + 1);
    else this.#scalar();
  }

  #scalar(): void {
    const start = this.#at;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 32) break;
      this.#at += 1;
    }
    if (this.#at === start) throw invalid();
  }

  #string(): void {
    for (;;) {
      this.#at = this.#bytes.indexOf(QUOTE, this.#at + 1);
      if (this.#at === -1) throw invalid();
      let slashes = 0;
      while (this.#bytes[this.#at - 1 - slashes] === BACKSLASH) slashes += 1;
      if (slashes % 2 === 0) break;
    }
    this.#at += 1;
  }

  #key(): string {
    this.#count(PARTS_OF_KEY);
    const start = this.#at;
    if (this.#bytes[start] !== QUOTE) throw invalid();
    this.#string();
    const raw = this.#bytes.toString("utf8", start + 1, this.#at - 1);
    return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  /** To the next item, or to the end of the list. */
  #next(close: number): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === COMMA) {
      this.#at += 1;
      this.#space();
    } else if (byte !== close) throw invalid();
  }

  #space(): void {
    for (let byte = this.#bytes[this.#at]; byte === 32 || byte === 10 || byte === 13 || byte === 9; byte = this.#bytes[this.#at])
      this.#at += 1;
  }

  #count(parts: number): void {
    this.#parts += parts;
    if (this.#parts > MOST_PARTS) throw new GraftError("bad_request", "The JSON body holds too many values.");
  }

  #checkDepth(depth: number): void {
    if (depth > this.#maxDepth)
      throw new GraftError("bad_request", `The JSON body is nested deeper than ${this.#maxDepth} levels.`);
  }
}

function invalid(): GraftError {
  return new GraftError(
    "invalid_json",
    "We could not parse the JSON body of your request. The body must be one valid JSON object.",
  );
}

function duplicate(key: string): GraftError {
  const name = key.slice(0, 64);
  return new GraftError("bad_request", `Duplicate key ${JSON.stringify(name)} in the JSON body.`, { param: name });
}

/** The original bytes with top-level members replaced or added; values are JSON text. */
export function spliceJson(source: JsonSource, changes: ReadonlyMap<string, string>): Buffer {
  const edits: { start: number; end: number; text: string }[] = [];
  let added = "";
  for (const [key, text] of changes) {
    const span = source.members.get(key);
    if (span !== undefined) edits.push({ start: span.start, end: span.end, text });
    else added += `${added === "" && source.members.size === 0 ? "" : ","}${JSON.stringify(key)}:${text}`;
  }
  if (added !== "") {
    const close = source.bytes.lastIndexOf(CLOSE_BRACE);
    edits.push({ start: close, end: close, text: added });
  }
  edits.sort((a, b) => a.start - b.start);
  const out: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    out.push(source.bytes.subarray(at, edit.start), Buffer.from(edit.text, "utf8"));
    at = edit.end;
  }
  out.push(source.bytes.subarray(at));
  return Buffer.concat(out);
}
