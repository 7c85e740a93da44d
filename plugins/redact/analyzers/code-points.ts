/** Places that are counted in code points, as Python does, in UTF-16 units. */

const TWO_UNITS = /[\ud800-\udbff][\udc00-\udfff]/;

/** @returns for a number of code points the place behind them; `undefined` where the text has not as many */
export function unitsOf(text: string): (codePoints: number) => number | undefined {
  if (!TWO_UNITS.test(text)) return (count) => (count <= text.length ? count : undefined);
  const places = new Uint32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) {
    places[count] = at;
    count += 1;
  }
  places[count] = text.length;
  return (codePoints) => (codePoints <= count ? places[codePoints] : undefined);
}
