/** Values with their shape kept and what they say taken away. */

/** Of these, so many of the last digits (or letters) stay: people tell their own by them. */
const LAST_KEPT: ReadonlyMap<string, number> = new Map([
  ["credit_card", 4],
  ["iban", 4],
  ["phone", 2],
  ["us_ssn", 4],
]);

/** `****-****-****-1111`, `j***@example.com`; of other entities each letter and digit becomes a star. */
export function mask(entity: string, value: string): string {
  if (entity === "email") return maskAddress(value);
  const kept = LAST_KEPT.get(entity) ?? 0;
  let letters = 0;
  for (const _ of value.matchAll(SIGN)) letters += 1;
  // Short values would be told by what is kept.
  const hidden = letters < kept * 2 ? letters : letters - kept;
  let at = 0;
  return value.replace(SIGN, (sign) => (at++ < hidden ? "*" : sign));
}

const SIGN = /[\p{L}\p{N}]/gu;

function maskAddress(value: string): string {
  const at = value.lastIndexOf("@");
  const [first = ""] = value.slice(0, Math.max(0, at));
  return at < 1 ? value.replace(SIGN, "*") : `${first}***${value.slice(at)}`;
}
