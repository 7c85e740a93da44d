/** Text of the client's that the answer's restorer would take for a placeholder: it gets one of its own, whose value it is. */
import { LOOKALIKE, labelOf, nameOf, readPlaceholder, starts } from "./placeholder";
import type { Region } from "./regions";

const SIGNS = ["<", "&", "\\"];
const NONE: readonly Region[] = [];

export class Lookalikes {
  readonly #labels: ReadonlySet<string>;

  /** @param entities all that placeholders of this policy may be named after */
  constructor(entities: Iterable<string>) {
    this.#labels = new Set([LOOKALIKE, ...entities].map((entity) => nameOf(labelOf(entity))));
  }

  find(text: string): readonly Region[] {
    // Nearly no text has any of them, and a search for one sign is many times as fast as one for a pattern.
    if (!SIGNS.some((sign) => text.includes(sign))) return NONE;
    let found: Region[] | undefined;
    let end = 0;
    for (const start of starts(text)) {
      if (start < end) continue;
      const read = readPlaceholder(text, start, () => false);
      if (typeof read === "string" || !this.#isNumbered(read.name)) continue;
      found ??= [];
      found.push({ start, end: read.end, entity: LOOKALIKE });
      end = read.end;
    }
    return found ?? NONE;
  }

  /** One of the labels and a number; labels may end with digits themselves. */
  #isNumbered(name: string): boolean {
    for (let at = name.length - 1; at >= 0 && isDigit(name.charCodeAt(at)); at -= 1) {
      if (this.#labels.has(name.slice(0, at))) return true;
    }
    return false;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
