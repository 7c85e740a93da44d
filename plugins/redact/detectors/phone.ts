/**
 * Phone numbers. With `+` (or 00) a number that is valid somewhere in the world; without, one that is valid in a configured region and
 * stands near a word for phones, or is written as phone numbers are: grouped as the country does, or with its trunk prefix `0`.
 */
import type { Detector, DetectorSettings, Finding } from "./detector";
import { isInternational, isOfKind, nationalNumber, type Plan, planOf } from "./phone-plans";
import { isOtherNumber, phoneWords } from "./phone-words";
import { isWord } from "./plain";
import type { Scan, Window } from "./scan";

const MOST_GROUPS = 8;
/** E.164 has 15, the international prefix up to three. */
const MOST_DIGITS = 18;
const LEAST_DIGITS = 6;
/** Between two groups of digits. */
const GAP = /^(?:[ ./-]|\)[ ./-]?| ?\(| [-/] |\) \(|\) - )$/;
const DATE = /^(?:(?:19|20)\d\d([-./ ])\d\d?\1\d\d?(?!\d)|\d\d?([-./ ])\d\d?\2(?:(?:19|20)\d\d(?!\d)|\d\d$))/;
/** `48.8566144` */
const DECIMAL = /^(?:0\.|\d{1,3}\.\d{4,}$)/;
/** `0171 - 1234567` is one, `861 / 843 / 703` are three. */
const LIST = / [-/] .* [-/] /;
const IP_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** The end of a path, an identifier or a longer number; `wa.me/` is WhatsApp's. */
const NOT_BEFORE = /\d[.,:]$|(?<!wa\.me)[-/#@&%_\\]$/;
const NOT_BEHIND = /^(?:[-.,/:]\d|[@_%/]|-\w)/;
const WORD_BEFORE = 45;
const WORD_BEHIND = 25;

export const phone: Detector = {
  entity: "phone",
  group: "contact",
  description:
    "Phone numbers: with + or 00 of the whole world; national ones of settings.regions, in groups or near words for phones.",
  longest: 42,
  find(scan, settings) {
    return scan.digits.length === 0 ? [] : new Search(scan, settings).run();
  },
};

/** What stands in the text, from its `+` or `(` to the last digit. */
interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** The groups of digits, a blank between them. */
  readonly spaced: string;
  readonly written: string;
  /** Groups go on before or behind it as within it: a row of numbers. */
  readonly inRow: boolean;
}

class Search {
  readonly #scan: Scan;
  readonly #plans: readonly Plan[];
  #words: readonly number[] | undefined;
  #word = 0;

  constructor(scan: Scan, { regions }: DetectorSettings) {
    this.#scan = scan;
    this.#plans = regions.map(planOf).filter((plan) => plan !== undefined);
  }

  run(): readonly Finding[] {
    const findings: Finding[] = [];
    const { digits } = this.#scan;
    for (let first = 0; first < digits.length; first += 1) {
      const start = this.#startOf(digits[first]!);
      if (start === undefined) continue;
      // The longest counts.
      for (let last = this.#lastGroup(first); last >= first; last -= 1) {
        if (!this.#isPhone(start, first, last)) continue;
        findings.push({ start, end: digits[last]!.end });
        first = last;
      }
    }
    return findings;
  }

  /** With the `+` and `(` that belong to it; undefined within a word, a path or a longer number. */
  #startOf({ start, end }: Window): number | undefined {
    const { plain } = this.#scan;
    const at = start - this.#signsBefore(start, end);
    const before = plain.charAt(at - 1);
    if (before === " " || before === "\n") return end - start > MOST_DIGITS ? undefined : at;
    if (end - start > MOST_DIGITS || isWord(plain, at - 1)) return undefined;
    return NOT_BEFORE.test(plain.slice(Math.max(0, at - 6), at)) ? undefined : at;
  }

  /** How many: a `+`, and a `(` where the `)` follows. */
  #signsBefore(start: number, end: number): number {
    const { plain } = this.#scan;
    const before = plain.charAt(start - 1);
    if (before !== "+" && before !== "(") return 0;
    const signs = /^[ \d]{0,3}\)/.test(plain.slice(end, end + 4)) ? /(?:\+\(|\(\+|[+(])$/ : /\+$/;
    return signs.exec(plain.slice(Math.max(0, start - 2), start))?.[0].length ?? 0;
  }

  /** Of the groups of digits that may be one number with this one. */
  #lastGroup(first: number): number {
    const { digits: groups, plain } = this.#scan;
    let count = groups[first]!.end - groups[first]!.start;
    let last = first;
    while (last + 1 < Math.min(groups.length, first + MOST_GROUPS)) {
      const { end } = groups[last]!;
      const next = groups[last + 1]!;
      count += next.end - next.start;
      if (count > MOST_DIGITS || !isGap(plain, end, next.start)) break;
      // A single digit stands for a country, an area or the trunk prefix only: a row of numbers is none.
      if (next.end - next.start === 1 && last > first + 2) break;
      last += 1;
    }
    return last;
  }

  #isPhone(start: number, first: number, last: number): boolean {
    const { digits: groups, plain } = this.#scan;
    const { end } = groups[last]!;
    if (isWord(plain, end) || !this.#mayBe(start, first, last)) return false;
    const parts = groups.slice(first, last + 1).map((group) => plain.slice(group.start, group.end));
    const written = plain.slice(start, end);
    if (
      !this.#isNumber({ start, end, digits: parts.join(""), spaced: parts.join(" "), written, inRow: this.#isInRow(first, last) })
    )
      return false;
    return !NOT_BEHIND.test(plain.slice(end, end + 2)) && written.split("(").length === written.split(")").length;
  }

  /** By the count of digits and groups alone, which spares a text full of numbers the rest. */
  #mayBe(start: number, first: number, last: number): boolean {
    const { digits: groups, plain } = this.#scan;
    let count = 0;
    for (let index = first; index <= last; index += 1) count += groups[index]!.end - groups[index]!.start;
    if (count < LEAST_DIGITS) return false;
    if (start < groups[first]!.start || plain.startsWith("0", start)) return true;
    let possible = false;
    for (const plan of this.#plans) {
      if (!hasLength(plan, count, plain, start)) continue;
      if (last > first && last - first <= plan.mostGroups) return true;
      possible = true;
    }
    return possible && this.#hasWord(start, groups[last]!.end);
  }

  #isInRow(first: number, last: number): boolean {
    const gap = this.#gapBefore(first + 1);
    return gap !== undefined && last > first && (this.#gapBefore(first) === gap || this.#gapBefore(last + 1) === gap);
  }

  /** The one character between the two groups. */
  #gapBefore(index: number): string | undefined {
    const { digits: groups, plain } = this.#scan;
    const end = groups[index - 1]?.end;
    return end !== undefined && groups[index]?.start === end + 1 ? plain.charAt(end) : undefined;
  }

  #isNumber(candidate: Candidate): boolean {
    const { written, digits } = candidate;
    if (/^\(?\+/.test(written)) return isInternational(dialled(written));
    if (digits.length > 10 && /^\(?0(?:0|11)/.test(written) && isInternational(dialled(written.replace(/0(?:0|11)/, ""))))
      return true;
    return this.#plans.some((plan) => hasLength(plan, digits.length, digits, 0) && this.#isNational(plan, candidate));
  }

  #isNational(plan: Plan, { start, end, digits, spaced, written, inRow }: Candidate): boolean {
    const grouped = spaced.length > digits.length;
    const trunk = plan.trunk === "0" && digits.startsWith("0");
    const context = this.#hasWord(start, end);
    const shaped = grouped ? (trunk && digits.length > 8) || (!inRow && plan.groups.test(spaced)) : trunk;
    if (!context && !shaped) return false;
    const national = nationalNumber(plan, digits);
    if (
      national === undefined ||
      DATE.test(written) ||
      DECIMAL.test(written) ||
      LIST.test(written) ||
      isOtherNumber(this.#scan.lower, start, end)
    )
      return false;
    return context || (grouped ? !IP_ADDRESS.test(written) : plan.mobile !== undefined && isOfKind(plan.mobile, national));
  }

  #hasWord(start: number, end: number): boolean {
    this.#words ??= phoneWords(this.#scan.lower);
    while ((this.#words[this.#word] ?? Number.POSITIVE_INFINITY) < start - WORD_BEFORE) this.#word += 1;
    return (this.#words[this.#word] ?? Number.POSITIVE_INFINITY) <= end + WORD_BEHIND;
  }
}

/** @param start where the number begins in `text` */
function hasLength(plan: Plan, count: number, text: string, start: number): boolean {
  if (plan.lengths.has(count)) return true;
  return plan.dialledLengths.has(count) && (plan.transform !== undefined || text.startsWith(plan.trunk, start));
}

function isGap(text: string, start: number, end: number): boolean {
  return (end === start + 1 && text.charAt(start) === " ") || (end - start <= 3 && GAP.test(text.slice(start, end)));
}

/** The `0` of `+49 (0)30` is not dialled. */
function dialled(written: string): string {
  return written.replace("(0)", "").replace(/\D/g, "");
}
