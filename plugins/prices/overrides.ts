/** Prices from configuration, by `provider/model`. */
import type { OverrideConfig, PricesConfig } from "./config";
import { nanoDollars } from "./dollars";
import { type Band, fillRates, type PriceRow } from "./row";

interface Pattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly row: PriceRow;
}

/** Exact names first, then the pattern with the longest fixed text: an order of their own, since Kong's maps keep none. */
export class Overrides {
  readonly #exact = new Map<string, PriceRow>();
  readonly #patterns: Pattern[] = [];

  constructor(overrides: PricesConfig["overrides"]) {
    const longestFirst = Object.entries(overrides).sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1));
    for (const [name, override] of longestFirst) {
      const row = readOverride(name, override);
      const star = name.indexOf("*");
      if (star === -1) this.#exact.set(name, row);
      else this.#patterns.push({ prefix: name.slice(0, star), suffix: name.slice(star + 1), row });
    }
  }

  /** @param label `provider/model` */
  find(label: string): PriceRow | undefined {
    return this.#exact.get(label) ?? this.#patterns.find((it) => fits(it, label))?.row;
  }
}

/**
 * What is wrong with the names of overrides, by name: nothing would ever have such a price.
 * @param labels `provider/model` of all targets; a `*` in a model stands for names nobody knows yet
 */
export function checkOverrides(overrides: PricesConfig["overrides"], labels: readonly string[]): Map<string, string> {
  const problems = new Map<string, string>();
  for (const [name, { long_prompts }] of Object.entries(overrides)) {
    const limits = long_prompts.map(({ above }) => above);
    if (name.split("*").length > 2) problems.set(name, "only one * may stand in a name");
    else if (!name.includes("/") && name !== "*") problems.set(name, "names are written provider/model");
    else if (!labels.some((label) => mayFit(name, label))) problems.set(name, "no target fits this name");
    else if (new Set(limits).size < limits.length) problems.set(name, "two of its long_prompts begin at the same length");
  }
  return problems;
}

function fits({ prefix, suffix }: { readonly prefix: string; readonly suffix: string }, label: string): boolean {
  return label.length >= prefix.length + suffix.length && label.startsWith(prefix) && label.endsWith(suffix);
}

/** Whether some text is fitted by both, each of which may have one `*`. */
function mayFit(a: string, b: string): boolean {
  const [prefixA = "", suffixA] = a.split("*");
  const [prefixB = "", suffixB] = b.split("*");
  if (suffixA === undefined) return suffixB === undefined ? a === b : fits({ prefix: prefixB, suffix: suffixB }, a);
  if (suffixB === undefined) return fits({ prefix: prefixA, suffix: suffixA }, b);
  return (prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA)) && (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA));
}

function readOverride(name: string, override: OverrideConfig): PriceRow {
  const longer = override.long_prompts.toSorted((a, b) => a.above - b.above);
  const { flex = 100, batch = 100, priority = 200 } = override.service_tiers;
  return {
    source: "override",
    name,
    shortened: false,
    bands: [readBand(0, override), ...longer.map((it) => readBand(it.above, it))],
    perRequest: nanos(override.per_request),
    perWebSearch: nanos(override.per_web_search),
    tiers: { flex, batch, priority, other: priority },
    unmeasured: [],
  };
}

function readBand(above: number, given: Omit<OverrideConfig["long_prompts"][number], "above">): Band {
  const optional = (dollars: number | undefined): number | undefined => (dollars === undefined ? undefined : nanos(dollars));
  const rates = fillRates({
    input: nanos(given.input),
    cacheRead: optional(given.cached_input),
    cacheWrite: optional(given.cache_write),
    cacheWriteHour: optional(given.cache_write_1h),
    audioInput: optional(given.audio_input),
    imageInput: optional(given.image_input),
    output: nanos(given.output),
    reasoning: optional(given.reasoning),
    audioOutput: optional(given.audio_output),
    imageOutput: optional(given.image_output),
  });
  return { above, rates };
}

function nanos(dollars: number): number {
  const amount = nanoDollars(dollars);
  if (amount === undefined) throw new RangeError(`${dollars} is no price`);
  return amount;
}
