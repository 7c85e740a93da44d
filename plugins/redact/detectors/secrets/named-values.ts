/** Values behind a name that says they are secret: assignments, JSON, YAML, XML, command lines, and "the password is …". */
import type { Finding } from "../detector";
import type { Scan } from "../scan";
import { isPlaceholder } from "./placeholder";
import { isRandom } from "./randomness";

const NAME =
  /(pass(?:word|wd|phrase|code)|passwort|kennwort|contrase[nñ]a|mot de passe|senha|wachtwoord|pwd)|secret|token|credential|(?:api|access|auth|private|encryption|signing|account|master|license)[ _-]?key/g;
/** The rest of the name, what ends it, and the sign between it and the value. */
const BETWEEN =
  /^([\w.-]{0,32})["'`\])\\]{0,6}\s{0,4}(?:(?::=|=>|->|={1,3}|:{1,2}|>)|(?<=["'`]\s{0,4}),(?=\s{0,4}["'`])|\b(?:is|ist|are|to|es|est|é)\b:?)\s{0,4}/i;
/** `--password value`, without a sign between. */
const OPTION = /^(\w{0,32}) {1,2}/;
/** Within JSON within JSON, quotes have backslashes before them. */
const QUOTED = /^([a-z]{0,2}\\{0,3}["'`])([^"'`\n]{1,256}?)\\{0,3}["'`]/i;
const BARE = /^([^\s"'`,;<>()|\\]{1,256})/;

/** Such a name is of something else: a hash, an identifier, a number of tokens, a place where a secret is kept. */
const NO_SECRET =
  /public|hash|sha\d|md5|digest|checksum|commit|fingerprint|(?:^|[_-])(?:id|name|count|limit|max|min|length|size|type|url|uri|endpoint|path|file|field|usage|budget|expir\w*|ttl|at)$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TOKEN = /^[\w.~+/=:@-]{16,256}$/;
/** `token = fetchTokenOf2` */
const SAYS_ITSELF = /token|secret|passw|credential/i;
const PATH = /^(?:\.{0,2}\/|[a-zA-Z]:\\|[a-z][a-z0-9+]{1,15}:\/\/)/;
/** Signs that stand in passwords and not in names, versions, dates and paths. */
const SIGN = /[!@#$%^&*?+=~]/;
const LEAST_PASSWORD = 6;
const MOST_BEFORE = 40;
/** More than any of these patterns reads. */
const REACH = 300;

export function* named(scan: Scan): Generator<Finding> {
  let end = 0;
  for (const name of scan.lower.matchAll(NAME)) {
    if (name.index < end) continue;
    const value = valueBehind(scan.plain, name.index, name.index + name[0].length);
    if (value === undefined) continue;
    const text = scan.plain.slice(value.start, value.end);
    if (!(name[1] === undefined ? isToken(text) : isPassword(text))) continue;
    end = value.end;
    yield value;
  }
}

function valueBehind(text: string, start: number, end: number): Finding | undefined {
  const before = /[\w.-]*$/.exec(text.slice(Math.max(0, start - MOST_BEFORE), start))?.[0] ?? "";
  const between = match(BETWEEN, text, end) ?? (before.startsWith("--") ? match(OPTION, text, end) : undefined);
  if (between === undefined || NO_SECRET.test(`${before}${text.slice(start, end)}${between.parts[0]}`)) return undefined;
  const from = between.end;
  const [opening, inner] = match(QUOTED, text, from)?.parts ?? [];
  if (opening !== undefined && inner !== undefined) {
    const opened = from + opening.length;
    return { start: opened, end: opened + inner.length };
  }
  const run = match(BARE, text, from)?.parts[0] ?? "";
  // Cut off, a call or an index: the value is not there.
  if (run.endsWith("..") || /[([]/.test(text.charAt(from + run.length))) return undefined;
  const bare = run.replace(/[.:!?]$/, "");
  if (bare === "") return undefined;
  return { start: from, end: from + bare.length };
}

/** What begins there. */
function match(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly end: number; readonly parts: readonly string[] } | undefined {
  const [all, ...parts] = pattern.exec(text.slice(at, at + REACH)) ?? [];
  return all === undefined ? undefined : { end: at + all.length, parts };
}

function isPassword(text: string): boolean {
  if (text.length < LEAST_PASSWORD || isPlaceholder(text) || PATH.test(text)) return false;
  const letters = /\p{L}/u.test(text);
  return letters && !/\s/.test(text) && (/\d/.test(text) || SIGN.test(text));
}

function isToken(text: string): boolean {
  if (!TOKEN.test(text) || !/\d/.test(text) || !isRandom(text)) return false;
  return !UUID.test(text) && !PATH.test(text) && !SAYS_ITSELF.test(text) && !isPlaceholder(text);
}
