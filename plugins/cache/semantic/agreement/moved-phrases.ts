import type { Content } from "./read-question";

/** Prepositions whose phrase can stand before its noun as well, without one. */
const ATTRIBUTIVE = new Set(["of", "for", "in", "on", "at", "about"]);

/** "between A and B" is "between B and A": the two in alphabetical order. */
export function sortPairs(content: readonly Content[]): readonly Content[] {
  const between = content.findIndex(({ key }) => key === "between");
  const second = content.findIndex(({ joined }, at) => at > between + 1 && joined);
  if (between < 0 || second < 0) return content;
  const end = phraseEnd(content, second);
  const one = content.slice(between + 1, second);
  const other = content.slice(second, end);
  const [left, right] = keys(one) <= keys(other) ? [one, other] : [other, one];
  return [...content.slice(0, between + 1), ...left, ...right, ...content.slice(end)];
}

/**
 * `content` with each attribute that follows its noun ("rate of inflation", "ideas for a team event") put where `like` has it:
 * right before a word of the phrase it belongs to, without a preposition ("inflation rate", "team event ideas").
 */
export function attributesMoved(content: readonly Content[], like: readonly Content[]): readonly Content[] {
  const places = new Map<string, number>();
  like.forEach(({ key }, at) => {
    if (!places.has(key)) places.set(key, at);
  });
  const moved: Content[] = [];
  /** Where the phrase begins that attributes belong to. */
  let owner = 0;
  for (let at = 0; at < content.length; ) {
    const end = phraseEnd(content, at);
    const phrase = content.slice(at, end);
    const place = moved.length === 0 ? undefined : placeBefore(phrase, like, places, moved, owner);
    if (place === undefined) {
      owner = moved.length;
      moved.push(...phrase);
    } else moved.splice(place, 0, ...phrase.map((it) => ({ ...it, role: "" })));
    at = end;
  }
  return moved;
}

/** The index in `moved` at which the phrase stands in `like`; `undefined` where it is no attribute there. */
function placeBefore(
  phrase: readonly Content[],
  like: readonly Content[],
  places: ReadonlyMap<string, number>,
  moved: readonly Content[],
  owner: number,
): number | undefined {
  const first = phrase[0];
  const start = first === undefined ? undefined : places.get(first.key);
  if (first === undefined || start === undefined || !ATTRIBUTIVE.has(first.role)) return undefined;
  if (!phrase.every(({ key }, offset) => like[start + offset]?.key === key && like[start + offset]?.role === ""))
    return undefined;
  const next = like[start + phrase.length];
  if (next === undefined || next.role !== "") return undefined;
  const place = moved.findIndex(({ key }, at) => at >= owner && key === next.key);
  return place < 0 ? undefined : place;
}

export function phraseEnd(content: readonly Content[], start: number): number {
  let end = start + 1;
  while (end < content.length && content[end]?.phrase === content[start]?.phrase) end += 1;
  return end;
}

function keys(content: readonly Content[]): string {
  return content.map(({ key }) => key).join(" ");
}
