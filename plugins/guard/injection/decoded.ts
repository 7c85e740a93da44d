/** Texts within a text: encoded so that a filter does not read them and a model does. */
import { isUtf8 } from "node:buffer";

const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
const HEX = /(?:\\x|0x)?[0-9a-f]{2}(?:[\s:,]?(?:\\x|0x)?[0-9a-f]{2}){15,4096}/gi;
const SPELT = /%[0-9a-f]{2}|&#(?:x[0-9a-f]{1,6}|\d{1,7});/gi;
/** Fewer stand in many a link and page. */
const FEW_SPELT = 6;

/** Of one text; images and keys are long as well, and are no text. */
const MOST_RUNS = 64;
const MOST_BYTES = 8192;
const LEAST = 12;
/** None of these but tabs and ends of lines stands in a text. */
const CONTROL = /(?![\t\n\v\f\r])\p{Cc}|\ufffd/u;

/** What stands encoded in it, as far as it is text. */
export function decodedTexts(text: string): string[] {
  return [
    ...runs(text, BASE64, (run) => readable(Buffer.from(run.slice(0, MOST_BYTES), "base64"))),
    ...runs(text, HEX, (run) => readable(Buffer.from(run.slice(0, MOST_BYTES).replace(/\\x|0x|[\s:,]/gi, ""), "hex"))),
  ];
}

function runs(text: string, pattern: RegExp, decode: (run: string) => string | undefined): string[] {
  const found: string[] = [];
  let left = MOST_RUNS;
  for (const [run] of text.matchAll(pattern)) {
    if (left-- === 0) break;
    const decoded = decode(run);
    if (decoded !== undefined) found.push(decoded);
  }
  return found;
}

/** Text, and not bytes that happen to look like it. */
function readable(bytes: Buffer): string | undefined {
  // A cut may leave a piece of a letter at the end.
  const whole = isUtf8(bytes) ? bytes : bytes.subarray(0, -3);
  if (whole.length < LEAST || !isUtf8(whole)) return undefined;
  const text = whole.toString("utf8");
  return CONTROL.test(text) ? undefined : text;
}

/** The text with letters that are written as `%69` or `&#105;` put in; `undefined` = there are few of them. */
export function respelt(text: string): string | undefined {
  if (!text.includes("%") && !text.includes("&#")) return undefined;
  if ((text.match(SPELT)?.length ?? 0) < FEW_SPELT) return undefined;
  return text.replace(SPELT, (spelt) => {
    const hex = spelt.startsWith("%") ? spelt.slice(1) : /^&#x/i.test(spelt) ? spelt.slice(3, -1) : undefined;
    const code = hex === undefined ? Number(spelt.slice(2, -1)) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}
