/** Germany: Steuer-Identifikationsnummer (§ 139b AO), ISO 7064 MOD 11,10. */
import { groups, named, nationalId } from "./national-id";

export const deTaxId = nationalId({
  entity: "de_tax_id",
  description:
    "German Steuer-ID of 11 digits with a right check digit and exactly one repeated digit, near words such as Steuer-ID or tax id, or written as 12 345 678 901.",
  longest: 14,
  pattern: groups("2 3 3 3"),
  words: named("steuer(?:liche)? (?:id|nummer|nr)|identifikationsnummer|tax (?:id|number|no)", "id(?:ent)? n(?:umme)?r|tin"),
  isValid: (id) => !id.startsWith("0") && repeatsOneDigit(id.slice(0, 10)) && hasCheckDigit(id),
  isUnmistakable: (text) => /^\d{2} \d{3} \d{3} \d{3}$/.test(text),
});

/** Of the first ten digits one stands there twice or three times, though not three in a row, and the others once. */
function repeatsOneDigit(body: string): boolean {
  const repeated = [...new Set(body)].filter((digit) => body.split(digit).length > 2);
  const [digit] = repeated;
  return repeated.length === 1 && digit !== undefined && body.split(digit).length <= 4 && !body.includes(digit.repeat(3));
}

function hasCheckDigit(id: string): boolean {
  let product = 10;
  for (const digit of id.slice(0, 10)) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(id.charAt(10));
}
