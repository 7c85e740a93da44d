/** Reports of usage as JSON, CSV and a table. */
import { isoTime } from "../../core/clock";
import type { TokenKind } from "../../stores/usage/record";
import type { Grouping, UsageFigures, UsageReport } from "../../stores/usage/usage-store";

/** Columns by the name they have everywhere. */
const FIGURES: readonly (readonly [name: string, read: (it: UsageFigures) => number | string])[] = [
  ["requests", (it) => it.requests],
  ["errors", (it) => it.errors],
  ["input_tokens", tokens("input")],
  ["output_tokens", tokens("output")],
  ["cached_tokens", tokens("cacheRead")],
  ["cache_write_tokens", tokens("cacheWrite")],
  ["reasoning_tokens", tokens("reasoning")],
  ["cost_usd", (it) => dollars(it.costNanos)],
  ["unpriced_requests", (it) => it.unpricedRequests],
  ["estimated_requests", (it) => it.estimatedRequests],
  ["cache_hits", (it) => it.cacheHits],
  ["saved_tokens", (it) => it.savedTokens],
  ["saved_usd", (it) => dollars(it.savedNanos)],
];

function tokens(kind: TokenKind): (it: UsageFigures) => number {
  return (it) => it.tokens[kind];
}

/** Exact, and as text: a double would not hold it. */
function dollars(nanos: bigint): string {
  const whole = nanos / 1_000_000_000n;
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}

export function reportJson(report: UsageReport, groupBy: readonly Grouping[]): object {
  const figures = (it: UsageFigures) => Object.fromEntries(FIGURES.map(([name, read]) => [name, read(it)]));
  return {
    from: isoTime(report.from),
    to: isoTime(report.to),
    group_by: groupBy,
    rows: report.rows.map((row) => ({ ...row.group, ...figures(row) })),
    more: report.more,
    total: figures(report.total),
  };
}

/** RFC 4180. What begins like a formula is quoted off: spreadsheets would run it. */
export function reportCsv(report: UsageReport, groupBy: readonly Grouping[]): string {
  const lines = [
    [...groupBy, ...FIGURES.map(([name]) => name)],
    ...report.rows.map((row) => [
      ...groupBy.map((name) => guarded(row.group[name] ?? "")),
      ...FIGURES.map(([, read]) => String(read(row))),
    ]),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** For people; the last line is the total. */
export function reportText(report: UsageReport, groupBy: readonly Grouping[]): string {
  const heads = [...groupBy, ...FIGURES.map(([name]) => name)];
  const rows = report.rows.map((row) => [
    ...groupBy.map((name) => printable(row.group[name] || "-")),
    ...FIGURES.map(([, read]) => String(read(row))),
  ]);
  const total = [...groupBy.map((_, at) => (at === 0 ? "total" : "")), ...FIGURES.map(([, read]) => String(read(report.total)))];
  const widths = heads.map((head, at) => Math.max(head.length, ...[...rows, total].map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at < groupBy.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const more = report.more ? ["… and more: --limit shows them"] : [];
  const shown = groupBy.length === 0 ? [heads, total] : [heads, ...rows, total];
  return `${isoTime(report.from)} to ${isoTime(report.to)}\n\n${[...shown.map(line), ...more].join("\n")}\n`;
}

/** Callers and labels are clients' words: nothing of them may steer a terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}
