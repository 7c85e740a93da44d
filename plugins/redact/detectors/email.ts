/** E-mail addresses (RFC 5321, RFC 6531), found from their `@`. */
import type { Detector, Finding } from "./detector";
import { isWord } from "./plain";

/** RFC 5321, 4.5.3.1. */
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 255;

/** What stands in local parts in practice. RFC 5321 allows more (`=`, `/`, `{` …), which in text rather ends what stands before. */
const LOCAL_SIGN = /[._%+'-]/;
const DOMAIN_SIGN = /[.-]/;
const OTHER_LETTER = /\p{L}/u;
const MARK = /\p{M}/u;
const TOP_LEVEL = /^(?:xn--[a-z0-9-]{2,59}|[\p{L}\p{M}]{2,63})$/iu;
const QUOTED = /(?<!\w)\\?"[^"@\r\n]{1,60}"$/;

/** `lodash@4.17.21-rc.x`, `logo@2x.png`: no domain is like these. */
const NOT_A_DOMAIN = /^(?:\d+\.\d+\.\d|\d+x\.[a-z]{3,4}$)/i;
/** The password of `https://name:password@host` belongs to url_credentials. */
const IN_URL = /:\/\/[^\s/?#@]*:$/;

export const email: Detector = {
  entity: "email",
  group: "contact",
  description: "E-mail addresses, also internationalised, tagged (+) and quoted; not git@host:path, name@1.2.3 or name@2x.png.",
  longest: LONGEST_LOCAL + 1 + LONGEST_DOMAIN,
  find(scan) {
    const findings: Finding[] = [];
    const { plain } = scan;
    let before = 0;
    for (let at = plain.indexOf("@"); at !== -1; at = plain.indexOf("@", at + 1)) {
      const start = localStart(plain, at, before);
      if (start === undefined) continue;
      const end = domainEnd(plain, at + 1);
      if (end === undefined || isNoAddress(plain, start, at, end)) continue;
      findings.push({ start, end });
      before = end;
    }
    return findings;
  },
};

function localStart(text: string, at: number, floor: number): number | undefined {
  const lowest = Math.max(floor, at - LONGEST_LOCAL);
  if (text.charAt(at - 1) === '"') {
    const quoted = QUOTED.exec(text.slice(lowest, at));
    return quoted === null ? undefined : at - quoted[0].length;
  }
  let start = reach(text, at, -1, lowest, LOCAL_SIGN);
  // Longer than a local part can be: a blob that happens to have an `@` behind it.
  if (start === at - LONGEST_LOCAL && reach(text, start, -1, start - 1, LOCAL_SIGN) < start) return undefined;
  while (start < at && /[.'%-]/.test(text.charAt(start))) start += 1;
  return start === at || text.charAt(at - 1) === "." ? undefined : start;
}

function domainEnd(text: string, start: number): number | undefined {
  let domain = text
    .slice(start, reach(text, start, 1, Math.min(text.length, start + LONGEST_DOMAIN), DOMAIN_SIGN))
    .replace(/[.-]+$/, "");
  // What follows the domain may look as part of it: `a@b.com.2`.
  for (let dot = domain.lastIndexOf("."); dot > 0; dot = domain.lastIndexOf(".")) {
    if (TOP_LEVEL.test(domain.slice(dot + 1))) return isDomain(domain) ? start + domain.length : undefined;
    domain = domain.slice(0, dot);
  }
  return undefined;
}

function isDomain(domain: string): boolean {
  return (
    !NOT_A_DOMAIN.test(domain) &&
    domain.split(".").every((label) => label.length > 0 && label.length <= 63 && !/^-|-$/.test(label))
  );
}

function isNoAddress(text: string, start: number, at: number, end: number): boolean {
  if (text.slice(start, at) === "git" && /[:/]/.test(text.charAt(end))) return true;
  return IN_URL.test(text.slice(Math.max(0, start - 100), start));
}

/**
 * As far from `from` as letters, digits and the signs go. In Chinese, Japanese or Thai, words stand directly before and behind an
 * address: it ends where letters of another sort begin. Each label of a domain may be of another sort.
 */
function reach(text: string, from: number, step: 1 | -1, limit: number, signs: RegExp): number {
  let sort: "spaced" | "other" | undefined;
  for (let at = from; at !== limit; at += step) {
    const place = step === 1 ? at : at - 1;
    const character = text.charAt(place);
    let found: typeof sort;
    if (isWord(text, place) && character !== "_") {
      if (character >= "0" && character <= "9") continue;
      found = "spaced";
    } else if (signs.test(character)) {
      if (step === 1 && character === ".") sort = undefined;
      continue;
    } else if (MARK.test(character)) continue;
    else if (OTHER_LETTER.test(character)) found = "other";
    else return at;
    sort ??= found;
    if (sort !== found && (sort === "spaced" || step === 1)) return at;
  }
  return limit;
}
