/** What another table of prices would change. */
import type { ModelInfo, PriceTable } from "./table";

export interface PriceChange {
  /** `provider/model` of the table. */
  readonly model: string;
  /** In the table's words; with ` >200000` for longer prompts. */
  readonly price: string;
  /** Dollars; absent = no such price. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface TableDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly PriceChange[];
}

/** Prices that hold under some condition (from a date, at some hours) are compared one by one as well. */
export function diffTables(before: PriceTable, after: PriceTable): TableDiff {
  const old = flatten(before);
  const now = flatten(after);
  const changed: PriceChange[] = [];
  for (const [model, prices] of now) {
    const oldPrices = old.get(model);
    if (oldPrices === undefined) continue;
    for (const price of new Set([...oldPrices.keys(), ...prices.keys()])) {
      const from = oldPrices.get(price);
      const to = prices.get(price);
      if (from !== to) changed.push({ model, price, from, to });
    }
  }
  return {
    added: [...now.keys()].filter((model) => !old.has(model)),
    removed: [...old.keys()].filter((model) => !now.has(model)),
    changed,
  };
}

/** A table that lost this share of its models is taken for broken, not for newer. */
const MOST_REMOVED = 0.1;

/** A price that falls below this share of what it was is taken for another unit, not for a bargain. */
const LOWEST_FALL = 0.1;

/** What speaks against taking the other table over: a damaged file would make models unknown, or nearly free, overnight. */
export function doubts(diff: TableDiff, before: PriceTable): string[] {
  const models = before.providers.reduce((sum, it) => sum + it.models.length, 0);
  const fallen = diff.changed.filter(({ from, to }) => from !== undefined && (to ?? 0) < LOWEST_FALL * from);
  const shrunk = diff.removed.length > MOST_REMOVED * models;
  return [
    ...(shrunk ? [`${diff.removed.length} of ${models} models are missing`] : []),
    ...fallen.map(({ model, price, from, to }) => `${model}: ${price} falls from ${from} to ${to ?? "none"}`),
  ];
}

export function diffText({ added, removed, changed }: TableDiff): string {
  const lines = [
    ...removed.map((model) => `- ${model}`),
    ...added.map((model) => `+ ${model}`),
    ...changed.map(({ model, price, from, to }) => `  ${model}  ${price}: ${from ?? "none"} → ${to ?? "none"}`),
    `${added.length} models added, ${removed.length} removed, ${changed.length} prices changed`,
  ];
  return `${lines.join("\n")}\n`;
}

function flatten(table: PriceTable): Map<string, Map<string, number>> {
  const out = new Map<string, Map<string, number>>();
  for (const provider of table.providers) {
    for (const model of provider.models) out.set(`${provider.id}/${model.id}`, flattenModel(model));
  }
  return out;
}

function flattenModel({ prices }: ModelInfo): Map<string, number> {
  const out = new Map<string, number>();
  for (const { constraint, prices: given } of Array.isArray(prices) ? prices : [{ prices }]) {
    const when = constraint === undefined ? "" : ` (${Object.values(constraint).slice(0, -1).join("–")})`;
    for (const [key, price] of Object.entries(given)) {
      if (typeof price === "number") out.set(`${key}${when}`, price);
      else if (price !== undefined) {
        out.set(`${key}${when}`, price.base);
        for (const tier of price.tiers) out.set(`${key} >${tier.start}${when}`, tier.price);
      }
    }
  }
  return out;
}
