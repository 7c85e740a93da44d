/** The store itself, synchronous: runs in a thread of its own. */
import type Database from "libsql";
import { HOUR_COLUMNS, MEASURES, RECORD_COLUMNS, type Row, toRow } from "../columns";
import { type Kept, planRange } from "../plan-range";
import { readReport } from "../read-report";
import type { UsageRecord } from "../record";
import { rowsStatement, type SqlDialect, type Statement, totalStatement } from "../report-sql";
import { keptFrom } from "../retention";
import type { UsageQuery, UsageReport } from "../usage-store";
import { openFile, TABLES } from "./open-file";
import { transaction } from "./transaction";

const DIALECT: SqlDialect = { tables: TABLES, mark: "?", eachTag: "json_each(tags) as tag" };

/** The most a column holds: beyond it SQLite would go on in floating point. 9 billion dollars in an hour stay that. */
const MOST = "9223372036854775807";
/** Rows deleted at a time: other processes wait to write meanwhile. */
const PRUNE_ROWS = 2000;

const ADD_RECORD = `insert into ${TABLES.records} (${RECORD_COLUMNS.join(", ")}) values (${marks(RECORD_COLUMNS)}) on conflict do nothing`;
const ADD_TO_HOUR = `insert into ${TABLES.hours} (${HOUR_COLUMNS.join(", ")}) values (${marks(HOUR_COLUMNS)})
  on conflict (hour, series) do update set ${MEASURES.map((it) => `${it} = min(${TABLES.hours}.${it} + excluded.${it}, ${MOST})`).join(", ")}`;

export class UsageDatabase {
  readonly #database: Database.Database;
  readonly #addRecord: Database.Statement;
  readonly #addToHour: Database.Statement;

  /** @throws Error */
  constructor(path: string) {
    this.#database = openFile(path);
    this.#addRecord = this.#database.prepare(ADD_RECORD);
    this.#addToHour = this.#database.prepare(ADD_TO_HOUR);
  }

  add(records: readonly UsageRecord[]): void {
    const rows = records.map(toRow);
    transaction(this.#database, "immediate", () => {
      for (const row of rows) {
        const { changes } = this.#addRecord.run(cellsOf(row, RECORD_COLUMNS));
        if (changes === 1) this.#addToHour.run(cellsOf(row, HOUR_COLUMNS));
      }
    });
  }

  /** @param query a checked one */
  query(query: UsageQuery): UsageReport {
    // One transaction sees one state, whatever other processes write meanwhile.
    return transaction(this.#database, "deferred", () => {
      const plan = planRange(query.from, query.to, this.#kept(), query.where?.session !== undefined);
      const [total = []] = this.#all(totalStatement(query, plan, DIALECT));
      const rows = query.groupBy.length === 0 ? [] : this.#all(rowsStatement(query, plan, DIALECT));
      return readReport(query, plan, rows, total);
    });
  }

  /** @returns whether there is more to do. */
  prune({ recordsFrom, hoursFrom }: Kept): boolean {
    const { state, records, hours } = TABLES;
    return transaction(this.#database, "immediate", () => {
      const raise = this.#database.prepare(`update ${state} set value = max(value, ?2) where name = ?1`);
      raise.run(["records_from", BigInt(recordsFrom)]);
      raise.run(["hours_from", BigInt(hoursFrom)]);
      return [this.#deleteSome(records, "at", recordsFrom), this.#deleteSome(hours, "hour", hoursFrom)].includes(PRUNE_ROWS);
    });
  }

  close(): void {
    this.#database.close();
  }

  #deleteSome(table: string, time: string, before: number): number {
    const sql = `delete from ${table} where rowid in (select rowid from ${table} where ${time} < ?1 limit ${PRUNE_ROWS})`;
    return this.#database.prepare(sql).run([before]).changes;
  }

  #kept(): Kept {
    return keptFrom(this.#all({ text: `select name, value from ${TABLES.state}`, values: [] }));
  }

  #all({ text, values }: Statement): unknown[][] {
    // Numbers are bound as floating point, and LIMIT wants an integer.
    const bound = values.map((value) => (typeof value === "number" ? BigInt(value) : value));
    return this.#database.prepare(text).safeIntegers().raw().all(bound) as unknown[][];
  }
}

function marks(columns: readonly string[]): string {
  return columns.map((_, index) => `?${index + 1}`).join(", ");
}

function cellsOf(row: Row, columns: readonly string[]): (string | number | null)[] {
  return columns.map((column) => row[column] ?? null);
}
