import { expandContraction } from "./contractions";
import { type Token, token } from "./token";

const URL = /^(?:[a-z][a-z0-9+.-]{0,31}:\/\/|www\.)/i;
const EMAIL = /^[^@]+@[^@]+\.[^@]+$/;
const PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[/\\][^/\\]/;
const FLAG = /^--?[A-Za-z]/;
const CALENDAR_DATE = /^(\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})$/;
const NUMBER_FIRST = /^[-+]?[$€£¥₹]?\d/;
const INITIALS = /^(?:\p{L}\.)+\p{L}$/u;
/** Names of languages and files whose signs belong to them; capitals do not matter in these. */
const DOTTED = /^(?:[A-Za-z][+]{2}|[A-Za-z]#|\.?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)$/;
const CODE = /[_=\\{}<>|^*~#$[\]@]|::|->|[\p{L}\p{N}_]\(|[\p{L}\p{N}]\.[\p{L}\p{N}]|^\.\p{L}|^\p{L}\+\+$/u;

const NUMBER = /\d+(?:[.,:]\d+)*/y;
const WORD = /[\p{L}\p{M}][\p{L}\p{M}\p{N}']*/uy;
const ORDINAL = /(?:st|nd|rd|th)(?![\p{L}\p{N}])/iuy;
const THOUSANDS = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const CURRENCIES = "$€£¥₹";
const PAUSES = ".,;:!?…–—¿¡。，、；：！？";

/** What stands between two blanks, as tokens at the end of `into`. @param shouting the whole text is in capitals, so that they say nothing */
export function splitRun(run: string, into: Token[], shouting: boolean): void {
  let from = 0;
  while (from < run.length && "([{'¿¡".includes(run.charAt(from))) from += 1;
  let to = run.length;
  const closers = run.indexOf("(", from) > from ? `${PAUSES}]}'` : `${PAUSES})]}'`;
  while (to > from && closers.includes(run.charAt(to - 1))) to -= 1;
  if (from < to) {
    pushBrackets(run.slice(0, from), into);
    splitCore(run.slice(from, to), into, shouting);
    pushBrackets(run.slice(to), into);
  } else if (from === run.length) pushBrackets(run, into);
  for (let at = to; at < run.length; at++) {
    const char = run.charAt(at);
    if (PAUSES.includes(char)) into.push(token("break", char));
  }
}

/** What they hold together is no matter of taste: "(8 - 3) - 2". */
function pushBrackets(marks: string, into: Token[]): void {
  for (const mark of marks) if ("()[]{}".includes(mark)) into.push(token("sign", mark));
}

function splitCore(core: string, into: Token[], shouting: boolean): void {
  if (URL.test(core) || EMAIL.test(core) || PATH.test(core)) into.push(token("url", core));
  else if (CALENDAR_DATE.test(core)) into.push(token("date", core));
  else if (core === "-") into.push(isSum(into.at(-1)) ? token("sign", core) : token("break", core));
  else if (FLAG.test(core)) into.push(token("code", core));
  else if (INITIALS.test(core)) pushWord(core.replaceAll(".", ""), into, shouting);
  else if (!NUMBER_FIRST.test(core) && CODE.test(core)) into.push(token("code", DOTTED.test(core) ? core.toLowerCase() : core));
  else walk(core, into, shouting);
}

/** A lone dash is a minus after a number, a formula or a variable, a pause otherwise. */
function isSum(before: Token | undefined): boolean {
  return before?.kind === "number" || before?.kind === "code" || (before?.kind === "word" && before.key.length === 1);
}

function walk(core: string, into: Token[], shouting: boolean): void {
  let at = 0;
  let currency = "";
  while (at < core.length) {
    const number = match(NUMBER, core, at);
    const word = match(WORD, core, at);
    if (number !== undefined) {
      at = pushNumber(number, core, at, into);
      if (currency !== "") into.push(token("unit", currency));
      currency = "";
    } else if (word !== undefined) {
      at += word.length;
      pushWord(word, into, shouting);
    } else {
      const char = String.fromCodePoint(core.codePointAt(at) ?? 0);
      at += char.length;
      if (CURRENCIES.includes(char) && into.at(-1)?.kind !== "number") currency = char;
      else pushSign(char, into);
    }
  }
  if (currency !== "") into.push(token("sign", currency));
}

function pushNumber(digits: string, core: string, at: number, into: Token[]): number {
  const end = at + digits.length;
  const ordinal = match(ORDINAL, core, end) ?? "";
  // "-5" and "-$5" are below zero, the second half of "3-5" is not.
  const minus = core.startsWith("-") && at <= 2 ? "-" : "";
  const plain = THOUSANDS.test(digits) ? digits.replaceAll(",", "") : digits;
  into.push(token("number", `${minus}${plain}${ordinal === "" ? "" : "."}`));
  return end + ordinal.length;
}

function pushSign(char: string, into: Token[]): void {
  if (char === "&") into.push(token("word", "and"));
  else if (CURRENCIES.includes(char) || char === "%" || char === "°") into.push(token("unit", char));
  else if (PAUSES.includes(char)) into.push(token("break", char));
  else if (char !== "-" && char !== "'") into.push(token("sign", char));
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function pushWord(raw: string, into: Token[], shouting: boolean): void {
  for (const word of expandContraction(raw)) into.push(token("word", word.toLowerCase(), !shouting && isName(word, into.at(-1))));
}

function isName(word: string, before: Token | undefined): boolean {
  const rest = word.slice(1);
  if (rest !== rest.toLowerCase()) return true;
  // After a pause capitals may be habit ("Hello, How do I …").
  const opens = before === undefined || before.kind === "break";
  return !opens && word !== "I" && word.charAt(0) !== word.charAt(0).toLowerCase();
}
