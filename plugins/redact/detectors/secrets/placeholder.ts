/** What stands where a secret would: in documentation, in templates, in code that gets it from elsewhere. */
import { isRandom } from "./randomness";

/** `xxxx`, `****`, `0000000`, `aaaaaaaa`, and what was cut off with `..`. Base 64 writes zero bytes as `A`, and keys have those. */
const REPEATED = /([xX*#•])\1{3}|0{7}|\.{2}|…|([^A])\2{7}/u;
const SAYS_SO =
  /example|sample|placeholder|change_?me|changeit|redacted|dummy|your[-_.]?|insert|replace[-_.]?|\bmy[-_]?(?:api|secret|key|token|pass)|<[^>]*>|\[.*\]|qwerty/i;
const WORDS_FOR_IT =
  /^(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|api[-_]?key|test|none|null|nil|undefined|true|false|string|bearer|basic|admin|root|user(?:name)?|required|optional|hidden|masked|x+|y+|z+)\d{0,3}$/i;
/** `$VAR`, `${VAR}`, `$(command)`, `%VAR%`, `{{ value }}`, `@value@`, `#{value}`, `process.env.VAR`. */
const REFERENCE =
  /^\$(?:[{(]|\w+$)|^%[\w.-]+%$|^#\{|\{\{|\}\}|^@[\w.-]+@$|^(?:process|import\.meta|os|sys|env|config|settings|secrets|vars|self|this)\./;
const IN_BRACKETS = /^[<{[(]([\s\S]*)[>})\]]$/;

export function isPlaceholder(value: string): boolean {
  const inner = IN_BRACKETS.exec(value)?.[1];
  if (inner !== undefined && !isRandom(inner)) return true;
  const plain = inner ?? value;
  return WORDS_FOR_IT.test(plain) || REFERENCE.test(plain) || REPEATED.test(plain) || SAYS_SO.test(plain) || isInOrder(plain);
}

const LONGEST_ORDER = 7;

/** `abcdefg`, `23456789`: seven in their order; of random letters one in four million texts has that. */
function isInOrder(value: string): boolean {
  let run = 1;
  for (let at = 1; at < value.length; at += 1) {
    run = value.charCodeAt(at) === value.charCodeAt(at - 1) + 1 ? run + 1 : 1;
    if (run === LONGEST_ORDER) return true;
  }
  return false;
}
