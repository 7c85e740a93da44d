/** `graft prices`: which price each target has, where it is from, and how old the table is. */
import { dollarText } from "./dollars";
import type { PricedProvider } from "./find-provider";
import type { Prices } from "./prices";
import { readModel, rowAt } from "./read-model";
import { type Band, KINDS, type Kind, type PriceRow } from "./row";
import type { PriceTable } from "./table";

/** A target of the configuration; a `*` in the model stands for names nobody knows yet. */
export interface PricedTarget {
  readonly provider: PricedProvider;
  readonly model: string;
}

/** Dollars as exact decimals. Kinds that cost what the more general kind costs are left out. */
export interface PriceLine {
  readonly target: string;
  readonly source: PriceRow["source"] | "unknown";
  /** What it was found as, or why it was not. */
  readonly note: string;
  readonly usd_per_million: Partial<Record<Kind, string>>;
  readonly long_prompts: readonly { readonly above: number; readonly usd_per_million: Partial<Record<Kind, string>> }[];
  readonly usd_per_request?: string;
  readonly usd_per_web_search?: string;
  /** Percent of these prices. */
  readonly service_tiers?: PriceRow["tiers"];
  /** What the provider charges for as well and nobody reports. */
  readonly unmeasured: readonly string[];
}

export interface PriceReport {
  readonly table: { readonly origin: string; readonly as_of: string | undefined; readonly age_days: number | undefined };
  readonly prices: readonly PriceLine[];
}

/**
 * @param at milliseconds since the epoch
 * @param estimate show what an unknown model would be estimated at, instead of that it is unknown
 */
export function describePrices(prices: Prices, targets: readonly PricedTarget[], at: number, estimate: boolean): PriceReport {
  const lines = targets.map((target) => describeTarget(prices, target, at, estimate));
  return { table: describeTable(prices.table, at), prices: uniqueByTarget(lines) };
}

function describeTable({ origin, asOf }: PriceTable, at: number): PriceReport["table"] {
  const age_days = asOf === undefined ? undefined : Math.floor((at - Date.parse(asOf)) / 86_400_000);
  return { origin, as_of: asOf, age_days };
}

/** Every entry of the table. Overrides have no part in it: they are of named providers. */
export function describeAll(table: PriceTable, at: number): PriceReport {
  const prices = table.providers.flatMap(({ id: provider, models }) =>
    models.map((model): PriceLine => {
      const read = readModel(provider, model, false);
      const target = `${provider}/${model.id}`;
      return "rows" in read ? describeRow(target, rowAt(read.rows, at)) : unknown(target, read.reason);
    }),
  );
  return { table: describeTable(table, at), prices };
}

function unknown(target: string, reason: string): PriceLine {
  return { target, source: "unknown", note: reason, usd_per_million: {}, long_prompts: [], unmeasured: [] };
}

function describeTarget(prices: Prices, { provider, model }: PricedTarget, at: number, estimate: boolean): PriceLine {
  const target = `${provider.name}/${model}`;
  const row = prices.row(provider, model, at) ?? (estimate ? prices.estimatedRow(provider, model) : undefined);
  if (row !== undefined) return describeRow(target, row);
  return unknown(target, model.includes("*") ? "depends on the model asked for" : (prices.reason(provider, model) ?? ""));
}

function describeRow(target: string, row: PriceRow): PriceLine {
  const [first, ...longer] = row.bands;
  return {
    target,
    source: row.source,
    note: row.shortened ? `${row.name}, taken for the same` : row.name,
    usd_per_million: describeBand(first),
    long_prompts: longer.map((band) => ({ above: band.above, usd_per_million: describeBand(band) })),
    ...(row.perRequest === 0 ? {} : { usd_per_request: dollarText(row.perRequest) }),
    ...(row.perWebSearch === 0 ? {} : { usd_per_web_search: dollarText(row.perWebSearch) }),
    service_tiers: row.tiers,
    unmeasured: row.unmeasured,
  };
}

const GENERAL: Partial<Record<Kind, Kind>> = {
  cacheRead: "input",
  cacheWrite: "input",
  cacheWriteHour: "cacheWrite",
  audioInput: "input",
  audioCacheRead: "cacheRead",
  imageInput: "input",
  imageCacheRead: "cacheRead",
  reasoning: "output",
  audioOutput: "output",
  imageOutput: "output",
};

function describeBand({ rates }: Band): Partial<Record<Kind, string>> {
  const out: Partial<Record<Kind, string>> = {};
  for (const kind of KINDS) {
    const general = GENERAL[kind];
    if (general === undefined || rates[kind] !== rates[general]) out[kind] = dollarText(rates[kind]);
  }
  return out;
}

export function priceText({ table, prices }: PriceReport): string {
  const age = table.as_of === undefined ? "of unknown age" : `as of ${table.as_of}, ${table.age_days} days old`;
  const rows = prices.map((line) => [
    line.target,
    line.source,
    line.usd_per_million.input ?? "–",
    line.usd_per_million.cacheRead ?? "",
    line.usd_per_million.cacheWrite ?? "",
    line.usd_per_million.output ?? "–",
    [line.note, ...restOf(line)].join("; "),
  ]);
  const head = ["target", "source", "input", "cached", "write", "output", "found as; other prices"];
  return `US dollars for a million tokens. Table: ${table.origin}, ${age}.\n\n${alignColumns([head, ...rows])}`;
}

const IN_COLUMNS: readonly string[] = ["input", "cacheRead", "cacheWrite", "output"] satisfies Kind[];

function restOf(line: PriceLine): string[] {
  const kinds = Object.entries(line.usd_per_million).filter(([kind]) => !IN_COLUMNS.includes(kind));
  return [
    ...kinds.map(([kind, price]) => `${kind} ${price}`),
    ...line.long_prompts.map((it) => {
      const { input = "–", output = "–" } = it.usd_per_million;
      return `above ${it.above}: ${input} in, ${output} out`;
    }),
    ...(line.usd_per_request === undefined ? [] : [`request ${line.usd_per_request}`]),
    ...(line.usd_per_web_search === undefined ? [] : [`web search ${line.usd_per_web_search}`]),
    ...(line.unmeasured.length === 0 ? [] : [`not counted: ${line.unmeasured.join(", ")}`]),
  ];
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function uniqueByTarget(lines: readonly PriceLine[]): PriceLine[] {
  return [...new Map(lines.map((line) => [line.target, line])).values()];
}
