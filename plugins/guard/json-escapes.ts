/** JSON text as a reader sees it: escapes resolved, each letter with its place in the text. `\u0070assword` is a password. */

export interface Readable {
  readonly text: string;
  /** Places in the original text, one a unit and one behind the last; absent = the same. */
  readonly places?: Uint32Array;
}

const SHORT: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const HEX = /^[0-9a-fA-F]{4}$/;
const LONGEST_ESCAPE = 6;

/** @param complete nothing follows: an escape that has only begun is text */
export function readable(raw: string, complete: boolean): Readable {
  let slash = raw.indexOf("\\");
  if (slash === -1) return { text: raw };
  const places = new Uint32Array(raw.length + 1);
  let text = "";
  let at = 0;
  const copy = (end: number): void => {
    for (let from = at; from < end; from++) places[text.length + from - at] = from;
    text += raw.slice(at, end);
    at = end;
  };
  while (slash !== -1) {
    copy(slash);
    const letter = raw[slash + 1];
    const hex = raw.slice(slash + 2, slash + LONGEST_ESCAPE);
    if (!complete && (letter === undefined || (letter === "u" && hex.length < 4))) break;
    places[text.length] = slash;
    if (letter === "u" && HEX.test(hex)) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      at = slash + LONGEST_ESCAPE;
    } else {
      text += letter === undefined ? "\\" : (SHORT[letter] ?? letter);
      at = slash + (letter === undefined ? 1 : 2);
    }
    slash = raw.indexOf("\\", at);
  }
  if (slash === -1) copy(raw.length);
  places[text.length] = at;
  return { text, places: places.subarray(0, text.length + 1) };
}

/** Where a place of the original text is in the readable one; the next letter, for one within an escape. */
export function readablePlace(places: Uint32Array | undefined, raw: number): number {
  if (places === undefined) return raw;
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < raw) low = middle + 1;
    else high = middle;
  }
  return low;
}
