/** Arithmetic that several ids share. */

/** Of the first characters, one for each weight; a digit counts as itself, a letter as its place in ASCII from `0` on. */
export function weightedSum(id: string, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += (weights[index] ?? 0) * (id.charCodeAt(index) - 48);
  return sum;
}

const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The two digits at `month` and at `day` are a day of some year, after an id's own offsets are taken off. */
export function isDay(month: number, day: number): boolean {
  return day >= 1 && day <= (DAYS[month] ?? 0);
}

/** Two digits as a number. */
export function pair(id: string, at: number): number {
  return Number(id.slice(at, at + 2));
}

const CENTURY = /^(?:19|20)/;

/** Eight digits that may as well be a day: 20260131, 31012026 or 01312026. */
export function mayBeDate(id: string): boolean {
  if (!/^\d{8}$/.test(id)) return false;
  if (CENTURY.test(id) && isDay(pair(id, 4), pair(id, 6))) return true;
  return CENTURY.test(id.slice(4)) && (isDay(pair(id, 2), pair(id, 0)) || isDay(pair(id, 0), pair(id, 2)));
}
