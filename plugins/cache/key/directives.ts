/** What a client asks of the cache: `cache-control` of its request (RFC 9111 §5.2.1), and a key of its own. */
import { GraftError } from "../../core/errors";
import { CACHE_KEY_HEADER } from "../../core/headers";
import type { HeaderMap } from "../../core/provider";

export type DirectiveName = "no-cache" | "no-store" | "max-age" | "only-if-cached";

export interface Directives {
  /** No kept answer, please. */
  readonly noCache: boolean;
  /** Keep nothing of this. */
  readonly noStore: boolean;
  /** A kept answer or none. */
  readonly onlyIfCached: boolean;
  /** The oldest answer it takes, seconds. */
  readonly maxAge: number | undefined;
}

const NONE: Directives = { noCache: false, noStore: false, onlyIfCached: false, maxAge: undefined };

/** @param honoured what the policy lets clients decide; everything else, like directives nobody knows, is ignored (§5.2.3) */
export function readDirectives(cacheControl: string | undefined, honoured: ReadonlySet<DirectiveName>): Directives {
  if (cacheControl === undefined || honoured.size === 0) return NONE;
  const found = new Map<string, string>();
  for (const [name, argument] of directivesIn(cacheControl)) {
    // Of several, the first one counts (§4.2.1).
    if (!found.has(name)) found.set(name, argument);
  }
  const has = (name: DirectiveName): boolean => honoured.has(name) && found.has(name);
  return {
    noCache: has("no-cache"),
    noStore: has("no-store"),
    onlyIfCached: has("only-if-cached"),
    maxAge: has("max-age") ? seconds(found.get("max-age") ?? "") : undefined,
  };
}

/** What counts as forever (§1.2.2). */
const LONGEST = 2 ** 31;

/** What is no number makes every answer too old (§4.2.1). */
function seconds(argument: string): number {
  return /^\d+$/.test(argument) ? Math.min(Number(argument), LONGEST) : 0;
}

/** Names in lower case; arguments may be tokens or quoted strings, which may hold commas (§5.2). */
function* directivesIn(text: string): Generator<readonly [name: string, argument: string]> {
  for (let at = 0; at < text.length; ) {
    const end = endOf(text, at, ",=");
    const name = text.slice(at, end).trim().toLowerCase();
    let argument = "";
    at = end;
    if (text[at] === "=") {
      const from = startOf(text, at + 1);
      at = text[from] === '"' ? endOfQuoted(text, from) : endOf(text, from, ",");
      argument = text[from] === '"' ? unquoted(text.slice(from, at)) : text.slice(from, at).trim();
    }
    if (name !== "") yield [name, argument];
    at = endOf(text, at, ",") + 1;
  }
}

function endOf(text: string, from: number, marks: string): number {
  let at = from;
  while (at < text.length && !marks.includes(text.charAt(at))) at += 1;
  return at;
}

function startOf(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at += 1;
  return at;
}

/** Behind the closing quote, or the end of the text where there is none. */
function endOfQuoted(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function unquoted(quoted: string): string {
  const inner = quoted.endsWith('"') && quoted.length > 1 ? quoted.slice(1, -1) : quoted.slice(1);
  return inner.replace(/\\(.)/g, "$1");
}

const LONGEST_KEY = 256;

/**
 * What the client wants its answers kept apart by; it only ever divides, so it needs no secrecy. An empty one is none.
 * @throws GraftError `bad_request`
 */
export function readClientKey(headers: HeaderMap): string | undefined {
  const key = headers[CACHE_KEY_HEADER];
  if (key === undefined || key === "") return undefined;
  if (key.length <= LONGEST_KEY && /^[\x20-\x7e]+$/.test(key)) return key;
  throw new GraftError(
    "bad_request",
    `The header ${CACHE_KEY_HEADER} must be at most ${LONGEST_KEY} printable ASCII characters.`,
    {
      param: CACHE_KEY_HEADER,
    },
  );
}
