/** Long texts in parts that a service takes, cut between words; they overlap, so that what stands at a cut is whole in one of them. */

export interface Piece {
  /** Which text. */
  readonly at: number;
  /** Where in it, in UTF-16 units. */
  readonly start: number;
  readonly text: string;
}

/** Longer than names and addresses. */
export const OVERLAP = 200;
/** How far a word's end is looked for before a cut. */
const REACH = 100;

/** Texts with nothing to read in them are left out. @param max UTF-16 units of one piece; more than `OVERLAP + REACH` */
export function piecesOf(texts: readonly string[], max: number): readonly Piece[] {
  return texts.flatMap((text, at) => {
    const pieces: Piece[] = [];
    for (let start = 0; start < text.length; ) {
      const end = start + max >= text.length ? text.length : cutBefore(text, start + max);
      const part = text.slice(start, end);
      if (/\S/.test(part)) pieces.push({ at, start, text: part });
      start = end === text.length ? end : cutBefore(text, end - OVERLAP);
    }
    return pieces;
  });
}

/** The last blank before `at`; where there is none near, `at` itself, but not between the halves of a character. */
function cutBefore(text: string, at: number): number {
  for (let place = at; place > at - REACH; place -= 1) if (/\s/.test(text.charAt(place))) return place;
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
}
