import { splitRun } from "./split-run";
import { type Token, token } from "./token";

/** An opening `'` looks at so many others for its end: most of them are apostrophes. */
const APOSTROPHES_TRIED = 8;
const PLACEHOLDER = /<[A-Za-z][A-Za-z0-9_ -]{0,63}>/y;
const RUN = /[^\s"`]+/y;
/** Without such a word capitals say nothing: IT IS ALL IN CAPITALS, or Written Like a Title. */
const LOWER_FIRST = /(?:^|\s)\p{Ll}/u;
const SPACE = /\s/;

/** Text as tokens in one pass: literals (code, quotes, placeholders) whole, everything else by runs between blanks. */
export function splitText(text: string): Token[] {
  const plain = plainMarks(text);
  const shouting = !LOWER_FIRST.test(plain);
  const tokens: Token[] = [];
  let at = 0;
  while (at < plain.length) {
    const char = plain.charAt(at);
    if (SPACE.test(char)) {
      if (char === "\n") tokens.push(token("break", "\n"));
      at += 1;
      continue;
    }
    const literal = readLiteral(plain, at, char);
    if (literal !== undefined) {
      tokens.push(literal.token);
      at = literal.end;
      continue;
    }
    RUN.lastIndex = at;
    const run = RUN.exec(plain)?.[0];
    if (run === undefined) {
      at += 1;
      continue;
    }
    splitRun(run, tokens, shouting);
    at += run.length;
  }
  return tokens;
}

/** One sign for all that are typed, or replaced by an editor, in its place. */
function plainMarks(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/−/g, "-");
}

interface Literal {
  readonly token: Token;
  readonly end: number;
}

function readLiteral(text: string, at: number, char: string): Literal | undefined {
  if (char === "`") return readCode(text, at);
  if (char === '"') return between(text, at, text.indexOf('"', at + 1), "quote");
  if (char === "'") return between(text, at, closingApostrophe(text, at), "quote");
  if (char !== "<") return undefined;
  PLACEHOLDER.lastIndex = at;
  const found = PLACEHOLDER.exec(text)?.[0];
  return found === undefined ? undefined : { token: token("placeholder", found), end: at + found.length };
}

function readCode(text: string, at: number): Literal | undefined {
  const fence = text.startsWith("```", at) ? "```" : "`";
  const from = at + fence.length;
  const end = text.indexOf(fence, from);
  return end < 0 ? undefined : { token: token("code", text.slice(from, end)), end: end + fence.length };
}

function between(text: string, at: number, end: number, kind: "quote"): Literal | undefined {
  return end <= at + 1 ? undefined : { token: token(kind, text.slice(at + 1, end)), end: end + 1 };
}

function closingApostrophe(text: string, at: number): number {
  let end = at;
  for (let tried = 0; tried < APOSTROPHES_TRIED; tried++) {
    end = text.indexOf("'", end + 1);
    if (end < 0) return -1;
    if (!/[\p{L}\p{N}]/u.test(text.charAt(end + 1))) return end;
  }
  return -1;
}
