/** Payment card numbers: ISO/IEC 7812 length, a network's prefix, and the Luhn check digit. */
import type { Detector, Finding } from "./detector";
import type { Scan } from "./scan";

/** As one number, or in the groups that stand on cards and in forms. */
const GROUPS = /^(?:1[2-9]|4,4,4,[1-4](?:,[1-3])?|4,6,[45]|6,13|8,8)$/;
const MOST_GROUPS = 5;
const SEPARATORS = " .-";
const CONTEXT =
  /(?<!\p{L})(?:card|credit|debit|visa|master|maestro|amex|cvv|cvc|karte|carte|tarjeta|cart[aã]o|carta|kaart|karta|карт|卡号|信用卡|カード)/u;

interface Network {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

/** What the networks have published. */
const NETWORKS: readonly Network[] = [
  // Visa
  { prefix: /^4/, lengths: [13, 16, 19] },
  // Mastercard
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  // American Express
  { prefix: /^3[47]/, lengths: [15] },
  // Discover, RuPay, UnionPay
  { prefix: /^(?:60|62|64[4-9]|65|81|82|508)/, lengths: [16, 17, 18, 19] },
  // Diners Club
  { prefix: /^(?:30[0-5]|309|36|38|39)/, lengths: [14, 16, 17, 18, 19] },
  // JCB
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  // Mir, Troy
  { prefix: /^(?:220[0-4]|9792)/, lengths: [16, 17, 18, 19] },
  // Maestro and the debit cards that came of it
  { prefix: /^(?:5018|5019|502|503|506|509|5[678]|6[37])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
  // UATP
  { prefix: /^1/, lengths: [15] },
];
/** Other lengths are those of articles, phones, parcels and ids, of which one of ten has the check digit too: then a word must tell. */
const USUAL_LENGTHS = [14, 15, 16];

export const creditCard: Detector = {
  entity: "credit_card",
  group: "finance",
  description:
    "Card numbers of 12 to 19 digits, also in groups, with a network's prefix and check digit; other lengths than 14 to 16 near words such as card.",
  longest: 23,
  find(scan) {
    const findings: Finding[] = [];
    const { digits } = scan;
    for (let index = 0; index < digits.length; index += 1) {
      const last = lastGroup(scan, index);
      if (last === undefined) continue;
      findings.push({ start: digits[index]!.start, end: digits[last]!.end });
      index = last;
    }
    return findings;
  },
};

/** The last group of the card number that begins with this one. The longest counts: 16 digits may be followed by a CVV's. */
function lastGroup(scan: Scan, first: number): number | undefined {
  const { digits, plain } = scan;
  const { start, end } = digits[first]!;
  let count = end - start;
  if (count < 4 || count > 19 || isPartOfNumber(plain, start)) return undefined;
  const separator = plain.charAt(end);
  let found: number | undefined;
  for (let last = first; last < first + MOST_GROUPS; ) {
    if (count >= 12 && isCard(scan, first, last)) found = last;
    const next = digits[last + 1];
    if (next === undefined || !SEPARATORS.includes(separator) || next.start !== digits[last]!.end + 1) break;
    if (plain.charAt(next.start - 1) !== separator) break;
    count += next.end - next.start;
    if (count > 19) break;
    last += 1;
  }
  return found;
}

function isCard(scan: Scan, first: number, last: number): boolean {
  const groups = scan.digits.slice(first, last + 1).map(({ start, end }) => scan.plain.slice(start, end));
  const number = groups.join("");
  if (!GROUPS.test(groups.map(({ length }) => length).join())) return false;
  if (!NETWORKS.some(({ prefix, lengths }) => lengths.includes(number.length) && prefix.test(number))) return false;
  const place = { start: scan.digits[first]!.start, end: scan.digits[last]!.end };
  if (!hasLuhnDigit(number) || !scan.standsAlone(place.start, place.end) || isDecimal(scan.plain, place.end)) return false;
  return USUAL_LENGTHS.includes(number.length) || scan.near(place, CONTEXT);
}

/** The digits behind a decimal point, or the rest of a longer group. */
function isPartOfNumber(text: string, start: number): boolean {
  return /\d[.,]$/.test(text.slice(Math.max(0, start - 2), start));
}

function isDecimal(text: string, end: number): boolean {
  return /^[.,]\d/.test(text.slice(end, end + 2));
}

/** ISO/IEC 7812-1, annex B. */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    const value = double ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
