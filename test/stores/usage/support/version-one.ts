/** A store as the first version left it. */
import { HOUR_COLUMNS, RECORD_COLUMNS, toRow } from "../../../../plugins/stores/usage/columns";
import { MIGRATIONS, type Tables } from "../../../../plugins/stores/usage/migrations";
import type { UsageStore } from "../../../../plugins/stores/usage/usage-store";
import { DAY_START, HOUR, usageRecord } from "./records";

const ADDED: readonly string[] = ["cache_hits", "saved_nanos", "saved_tokens"];
const RECORDS = RECORD_COLUMNS.filter((name) => !ADDED.includes(name));
const HOURS = HOUR_COLUMNS.filter((name) => name !== "cache" && !ADDED.includes(name));
const OLD = [usageRecord({ team: "red", costNanos: 40 }), usageRecord({ team: "it's", costNanos: 2, at: DAY_START + HOUR })];

/** Statements that make its tables, with two records in them. */
export function versionOne(tables: Tables): string[] {
  const [first] = MIGRATIONS;
  const rows = OLD.map((record) => ({ ...toRow(record), series: `first-${record.exchange}` }));
  return [
    ...(first?.(tables) ?? []),
    ...rows.flatMap((row) => [insert(tables.records, RECORDS, row), insert(tables.hours, HOURS, row)]),
  ];
}

function insert(table: string, columns: readonly string[], row: ReturnType<typeof toRow>): string {
  const cells = columns.map((name) => {
    const cell = row[name] ?? null;
    return typeof cell === "string" ? `'${cell.replaceAll("'", "''")}'` : String(cell);
  });
  return `insert into ${table} (${columns.join(", ")}) values (${cells.join(", ")})`;
}

/** What it knew is still there, from records and from hours, and what comes counts beside it. */
export async function expectKept(store: UsageStore): Promise<void> {
  await store.add([
    ...OLD,
    usageRecord({ team: "red", cache: "hit", savedNanos: 40, savedTokens: 15, costNanos: 0, priced: "none" }),
    usageRecord({ team: "red", costNanos: 100 }),
  ]);
  const query = { from: 0, to: DAY_START + 10 * HOUR, groupBy: ["team", "cache"] } as const;
  const report = await store.query(query);
  expect(report.rows.map(({ group, requests, costNanos, savedNanos }) => [group, requests, costNanos, savedNanos])).toEqual([
    [{ team: "red", cache: "" }, 2, 140n, 0n],
    [{ team: "it's", cache: "" }, 1, 2n, 0n],
    [{ team: "red", cache: "hit" }, 1, 0n, 40n],
  ]);
  expect(report.total).toMatchObject({ requests: 4, cacheHits: 1, savedTokens: 15, tokens: { input: 40 } });
  await store.prune(DAY_START + 300 * 24 * HOUR);
  const { rows, total } = await store.query(query);
  expect({ rows, total }).toEqual({ rows: report.rows, total: report.total });
}
