/** Kong refuses a whole schema over one description that is shorter or longer, in bytes. */
const SHORTEST = 10;
const LONGEST = 500;

const CUT = "…";

/** `undefined` = too short to be said. */
export function kongDescription(text: string): string | undefined {
  if (Buffer.byteLength(text) < SHORTEST) return undefined;
  if (Buffer.byteLength(text) <= LONGEST) return text;
  let kept = text;
  while (Buffer.byteLength(kept + CUT) > LONGEST) kept = kept.slice(0, kept.lastIndexOf(" "));
  return kept + CUT;
}
