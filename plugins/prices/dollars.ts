/**
 * Money in whole numbers. An amount is whole nano-dollars; a price is whole nano-dollars for a million tokens, so that even a tenth of
 * a cent for a million tokens is exact. Nothing on the way from a written price to an amount is a fraction.
 */

/** Amounts stop here, 4.5 million dollars, and still add up exactly: the same bound as `MAX_AMOUNT` of the limits. */
export const MAX_NANOS = 2 ** 52;

/** Dearer than this, dollars for a million tokens, is a slip of the pen. The dearest model ever sold took 600. */
export const MAX_DOLLARS = 10_000;

const DECIMAL = /^(\d{1,15})(?:\.(\d{0,30}))?(?:e([+-]?\d{1,2}))?$/i;

/** So many digits of a decimal survive in a double; what a double has beyond them is noise (0.18000000000000002). */
const EXACT_DIGITS = 15;

/**
 * Dollars as whole nano-dollars; what is finer is rounded up. A number counts as the decimal it was written as, not as the double it is.
 * @param most dollars; at most 4.5 million
 * @returns undefined for what is no amount: negative, not finite, over `most`, not a decimal number
 */
export function nanoDollars(dollars: number | string, most = MAX_DOLLARS): number | undefined {
  const text = typeof dollars === "number" ? dollars.toPrecision(EXACT_DIGITS) : dollars;
  const [, whole, fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = whole + fraction;
  const shift = 9 - fraction.length + Number(exponent);
  const kept = shift >= 0 ? digits + "0".repeat(shift) : digits.slice(0, shift);
  const nanos = Number(kept) + (shift < 0 && /[1-9]/.test(digits.slice(shift)) ? 1 : 0);
  return nanos <= most * 1e9 ? nanos : undefined;
}

/** Exact, with two decimals at least: `2.50`, `0.003625`. */
export function dollarText(nanos: number): string {
  const rest = nanos % 1e9;
  const fraction = String(rest).padStart(9, "0").replace(/0+$/, "");
  return `${(nanos - rest) / 1e9}.${fraction.padEnd(2, "0")}`;
}

/**
 * What tokens cost, rounded up to a nano-dollar. Exact for up to a billion tokens (core's `soundUsage`); stops at MAX_NANOS.
 * @param perMillion nano-dollars for a million tokens
 */
export function tokenNanos(tokens: number, perMillion: number): number {
  // Whole nano-dollars for a token, and millionths of one: both products stay exact in a double where the undivided one would not.
  const whole = Math.floor(perMillion / 1e6);
  const millionths = perMillion - whole * 1e6;
  return Math.min(tokens * whole + Math.ceil((tokens * millionths) / 1e6), MAX_NANOS);
}

/** Part of an amount, rounded up. */
export function percentOf(nanos: number, percent: number): number {
  const rest = nanos % 100;
  return ((nanos - rest) / 100) * percent + Math.ceil((rest * percent) / 100);
}
