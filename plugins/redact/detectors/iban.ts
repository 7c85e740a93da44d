/** International bank account numbers: ISO 13616 length by country and ISO 7064 check digits. */
import type { Detector, Finding } from "./detector";
import { isWord } from "./plain";
import type { Scan } from "./scan";

/** Length by country, as in the registry of SWIFT; below the line, countries that use the form without being registered. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 " +
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 " +
    "AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export const iban: Detector = {
  entity: "iban",
  group: "finance",
  description:
    "Bank account numbers of all IBAN countries, with blanks or hyphens, in either case, with right length and check digits.",
  longest: 66,
  find(scan) {
    const findings: Finding[] = [];
    let before = 0;
    for (const digits of scan.digits) {
      const start = digits.start - 2;
      if (start < before) continue;
      const end = endOfIban(scan, start);
      if (end === undefined) continue;
      findings.push({ start, end });
      before = end;
    }
    return findings;
  },
};

function endOfIban({ plain }: Scan, start: number): number | undefined {
  const length = LENGTHS.get(plain.slice(start, start + 2).toUpperCase());
  if (length === undefined || isWord(plain, start - 1)) return undefined;
  let compact = "";
  let end = start;
  while (compact.length < length) {
    if (isWord(plain, end)) compact += plain.charAt(end);
    // One blank or hyphen between groups, none within the country and the check digits.
    else if (compact.length < 4 || !/[ -]/.test(plain.charAt(end)) || !isWord(plain, end - 1)) return undefined;
    end += 1;
  }
  if (isWord(plain, end) || !/^[a-z]{2}\d\d[a-z\d]+$/i.test(compact)) return undefined;
  // Words of mixed case are not read as an account number.
  if (compact !== compact.toUpperCase() && compact !== compact.toLowerCase()) return undefined;
  return hasCheckDigits(compact.toUpperCase()) ? end : undefined;
}

/** ISO 7064, MOD 97-10: letters count as 10 to 35, the first four characters come last. */
function hasCheckDigits(compact: string): boolean {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
