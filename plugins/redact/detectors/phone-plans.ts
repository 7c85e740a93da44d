/**
 * Numbering plans of the world, from libphonenumber's data (the `max` set: patterns of every kind of number). Its parser takes 30 µs a
 * number and its code 35 ms to load; the patterns alone a few µs and, once, 15 ms. A test holds both to the same verdicts.
 */

interface Kind {
  readonly pattern: RegExp;
  readonly lengths: readonly number[];
}

export interface Plan {
  readonly callingCode: string;
  /** Dialled before national numbers: `0`, in North America `1`. */
  readonly trunk: string;
  readonly general: RegExp;
  readonly kinds: readonly Kind[];
  readonly mobile: Kind | undefined;
  /** What may stand before a national number, and what it then becomes. */
  readonly prefix: RegExp | undefined;
  readonly transform: string | undefined;
  /** The groups that the country writes numbers in, one blank between them, also behind the trunk prefix. */
  readonly groups: RegExp;
  /** Of the forms that do not begin with a `0`. */
  readonly mostGroups: number;
  /** How many digits a national number has. */
  readonly lengths: ReadonlySet<number>;
  /** The same with what is dialled before it. */
  readonly dialledLengths: ReadonlySet<number>;
}

const plans = new Map<string, Plan | undefined>();
/** Calling codes are at most three digits: no text can make this grow beyond a thousand. */
const sharingPlans = new Map<string, readonly Plan[]>();
let loaded: Data | undefined;

interface Data {
  readonly regionsByCode: ReadonlyMap<string, readonly string[]>;
  readonly countries: ReadonlyMap<string, readonly unknown[]>;
}

/** Read when the first number is looked at: who looks for none does not pay for it. */
function data(): Data {
  if (loaded === undefined) {
    const raw: Record<string, unknown> = require("libphonenumber-js/max/metadata");
    const regionsByCode = new Map<string, readonly string[]>();
    const countries = new Map<string, readonly unknown[]>();
    for (const [code, regions] of entriesOf(raw["country_calling_codes"])) regionsByCode.set(code, listOf(regions).map(String));
    for (const [region, plan] of entriesOf(raw["countries"])) countries.set(region, listOf(plan));
    // Numbers of no country (satellites, freephone) are plans under their calling code.
    for (const [code, plan] of entriesOf(raw["nonGeographic"])) {
      regionsByCode.set(code, [code]);
      countries.set(code, listOf(plan));
    }
    loaded = { regionsByCode, countries };
  }
  return loaded;
}

/** @param region ISO 3166 country, or the calling code of a plan without one */
export function planOf(region: string): Plan | undefined {
  if (!plans.has(region)) plans.set(region, compile(region));
  return plans.get(region);
}

/** @param digits with a calling code, in which countries may share one */
export function isInternational(digits: string): boolean {
  for (let length = 1; length <= 3; length += 1) {
    const sharing = plansOfCallingCode(digits.slice(0, length));
    if (sharing.length > 0) return validNumber(sharing[0]!, digits.slice(length), sharing) !== undefined;
  }
  return false;
}

/** The number without what is dialled before it, where it is a valid one of the plan or of another that shares its calling code. */
export function nationalNumber(plan: Plan, digits: string): string | undefined {
  return validNumber(plan, digits, [plan, ...plansOfCallingCode(plan.callingCode)]);
}

function plansOfCallingCode(code: string): readonly Plan[] {
  let sharing = sharingPlans.get(code);
  if (sharing === undefined) {
    sharing = (data().regionsByCode.get(code) ?? []).map(planOf).filter((plan) => plan !== undefined);
    sharingPlans.set(code, sharing);
  }
  return sharing;
}

function validNumber(plan: Plan, digits: string, sharing: readonly Plan[]): string | undefined {
  if (sharing.some((one) => isValid(one, digits))) return digits;
  const match = plan.prefix?.exec(digits) ?? null;
  if (match === null) return undefined;
  const transforms = plan.transform !== undefined && match.length > 1 && match.at(-1) !== undefined;
  const stripped = transforms ? digits.replace(plan.prefix!, plan.transform!) : digits.slice(match[0].length);
  return sharing.some((one) => isValid(one, stripped)) ? stripped : undefined;
}

export function isOfKind(kind: Kind, national: string): boolean {
  return kind.lengths.includes(national.length) && kind.pattern.test(national);
}

function isValid(plan: Plan, national: string): boolean {
  return plan.general.test(national) && plan.kinds.some((kind) => isOfKind(kind, national));
}

/** The places of things in the data are those of its version 4 (libphonenumber-js, source/metadata.js). */
function compile(region: string): Plan | undefined {
  const raw = data().countries.get(region);
  if (raw === undefined) return undefined;
  const callingCode = String(raw[0]);
  const main = data().countries.get(data().regionsByCode.get(callingCode)?.[0] ?? "");
  const lengths = listOf(raw[3]).map(Number);
  const trunk = textOf(raw[5]) ?? "";
  const kinds = listOf(raw[11]).map((kind) => kindOf(listOf(kind), lengths));
  const transform = textOf(raw[8]);
  const prefix = textOf(raw[7]) ?? textOf(raw[5]);
  const forms = listOf(raw[4] || main?.[4])
    .map((format) => groupForm(listOf(format), trunk, textOf(raw[6]) ?? textOf(main?.[6]), Boolean(raw[9] || main?.[9])))
    .filter((form) => form !== undefined);
  return {
    callingCode,
    trunk,
    general: entire(String(raw[2])),
    kinds: kinds.filter((kind) => kind !== undefined),
    mobile: kinds[1],
    prefix: prefix === undefined ? undefined : new RegExp(`^(?:${prefix})`),
    transform,
    groups: entire([...new Set(forms)].join("|") || "(?!)"),
    mostGroups: Math.max(0, ...forms.filter((form) => !form.startsWith("0 ?")).map((form) => form.split(") (").length)),
    lengths: new Set(lengths),
    dialledLengths: new Set(
      lengths.flatMap((length) => (transform === undefined ? [length + trunk.length] : transformed(length, trunk))),
    ),
  };
}

/** Argentina writes a 15 into mobile numbers, Brazil the carrier; small countries of +1 leave their area code out. */
function transformed(length: number, trunk: string): readonly number[] {
  return [-3, trunk.length, trunk.length + 2].map((more) => length + more);
}

function kindOf(raw: readonly unknown[], lengths: readonly number[]): Kind | undefined {
  const pattern = textOf(raw[0]);
  if (pattern === undefined) return undefined;
  return { pattern: entire(pattern), lengths: raw[1] === undefined ? lengths : listOf(raw[1]).map(Number) };
}

/**
 * A format is a pattern `(\d{3})(\d{4})` and a template `$1-$2`, with leading digits, a rule that says where the trunk prefix comes, and
 * whether it may be left out.
 */
function groupForm(format: readonly unknown[], trunk: string, rule: string | undefined, optional: boolean): string | undefined {
  const groups = topGroups(String(format[0]));
  const spaced = String(format[1])
    .replace(/[^$\d]+/g, " ")
    .trim();
  if (!spaced.includes(" ")) return undefined;
  const form = spaced.replace(/\$(\d)/g, (_, index: string) => `(?:${groups[Number(index) - 1] ?? ""})`);
  const dialled = trunk !== "" && !optional && !format[4] && (textOf(format[3]) ?? rule)?.replace(/\$\d/g, "").includes(trunk);
  return dialled ? `${trunk} ?${form}` : `(?:${trunk} ?)?${form}`;
}

function topGroups(pattern: string): readonly string[] {
  const groups: string[] = [];
  let depth = 0;
  for (const [at, character] of [...pattern].entries()) {
    if (character === "(") depth += 1;
    if (character === "(" && depth === 1) groups.push("");
    else if (depth > 0 && !(character === ")" && depth === 1)) groups[groups.length - 1] += pattern.charAt(at);
    if (character === ")") depth -= 1;
  }
  return groups;
}

function entire(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** What is not there is 0 in the data. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
