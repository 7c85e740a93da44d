/** What the database answered, as a report. */

import { MAX_NANOS, MAX_TIME, MEASURES, TOKEN_COLUMNS } from "./columns";
import type { RangePlan } from "./plan-range";
import type { TokenKind } from "./record";
import { groupingsOf, limitOf } from "./report-sql";
import type { Grouping, SpentQuery, UsageFigures, UsageQuery, UsageReport, UsageRow } from "./usage-store";

/** A row as both drivers can give it: texts, whole numbers in whatever form holds them, null for the sum of nothing. */
type Cells = readonly unknown[];

/** @param rows one more than the limit when there are more. */
export function readReport(query: UsageQuery, plan: RangePlan, rows: readonly Cells[], total: Cells): UsageReport {
  const groupings = groupingsOf(query);
  const limit = limitOf(query);
  return {
    from: plan.from,
    to: plan.to,
    rows: rows.slice(0, limit).map((cells) => readRow(groupings, cells)),
    more: rows.length > limit,
    total: readFigures(total),
  };
}

/** The port's `spent` is the total of a query. */
export function spentQuery({ since, where }: SpentQuery): UsageQuery {
  return { from: since, to: MAX_TIME, groupBy: [], where };
}

export function spentOf({ total }: UsageReport): number {
  return total.costNanos < BigInt(MAX_NANOS) ? Number(total.costNanos) : MAX_NANOS;
}

function readRow(groupings: readonly Grouping[], cells: Cells): UsageRow {
  const group: { [G in Grouping]?: string } = {};
  groupings.forEach((grouping, index) => {
    group[grouping] = groupText(grouping, cells[index]);
  });
  return { group, ...readFigures(cells.slice(groupings.length)) };
}

function groupText(grouping: Grouping, cell: unknown): string {
  if (grouping !== "day" && grouping !== "hour") return String(cell);
  const text = new Date(Number(cell)).toISOString();
  return grouping === "day" ? text.slice(0, text.indexOf("T")) : `${text.slice(0, text.indexOf("T") + 6)}Z`;
}

function readFigures(cells: Cells): UsageFigures {
  const figure = (measure: string): bigint => readSum(cells[MEASURES.indexOf(measure)]);
  const tokens = TOKEN_COLUMNS.map(([kind, column]): [TokenKind, number] => [kind, Number(figure(column))]);
  return {
    requests: Number(figure("requests")),
    errors: Number(figure("errors")),
    unpricedRequests: Number(figure("unpriced")),
    estimatedRequests: Number(figure("estimated")),
    durationMs: Number(figure("duration_ms")),
    tokens: Object.fromEntries(tokens) as Record<TokenKind, number>,
    costNanos: figure("cost_nanos"),
    cacheHits: Number(figure("cache_hits")),
    savedTokens: Number(figure("saved_tokens")),
    savedNanos: figure("saved_nanos"),
  };
}

function readSum(cell: unknown): bigint {
  if (cell === null || cell === undefined) return 0n;
  return BigInt(typeof cell === "bigint" || typeof cell === "number" ? cell : String(cell));
}
