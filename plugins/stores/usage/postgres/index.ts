/** Usage in Postgres (11 or later): for any number of machines. */
import { toRow } from "../columns";
import { planRange } from "../plan-range";
import { readReport, spentOf, spentQuery } from "../read-report";
import { checkQuery, rowsStatement, type SqlDialect, totalStatement } from "../report-sql";
import { keptAt, keptFrom } from "../retention";
import type { Retention, UsageQuery, UsageReport, UsageStore } from "../usage-store";
import { addStatement, rowsJson } from "./add-statement";
import { type Ask, Connection, type ConnectionOptions, isTemporary, type Mode } from "./connection";
import { type NameOptions, readNames } from "./names";
import { prepareSchema } from "./prepare-schema";

export interface PostgresUsageOptions extends ConnectionOptions, NameOptions, Retention {}

/** Rows deleted at a time: no statement takes long. */
const PRUNE_ROWS = 10_000;

/**
 * Opens also when the database cannot be reached now: calls reject until it can.
 * @throws RangeError for names that are none, Error when it can be reached and not be used
 */
export async function openPostgresUsage(options: PostgresUsageOptions): Promise<UsageStore> {
  const names = readNames(options);
  const { tables } = names;
  const dialect: SqlDialect = { tables, mark: "$", eachTag: "jsonb_array_elements_text(tags::jsonb) as tag(value)" };
  const add = addStatement(tables);
  const connection = new Connection(options, names.schema);

  let prepared = false;
  const transaction = async <T>(mode: Mode, run: (ask: Ask) => Promise<T>): Promise<T> => {
    if (!prepared) await connection.transaction("read write", (ask) => prepareSchema(ask, names));
    prepared = true;
    return await connection.transaction(mode, run);
  };

  const query = async (asked: UsageQuery): Promise<UsageReport> => {
    checkQuery(asked);
    return await transaction("read only", async (ask) => {
      const kept = keptFrom((await ask(`select name, value from ${tables.state}`)).rows);
      const plan = planRange(asked.from, asked.to, kept, asked.where?.session !== undefined);
      const sum = totalStatement(asked, plan, dialect);
      const [total = []] = (await ask(sum.text, sum.values)).rows;
      if (asked.groupBy.length === 0) return readReport(asked, plan, [], total);
      const grouped = rowsStatement(asked, plan, dialect);
      return readReport(asked, plan, (await ask(grouped.text, grouped.values)).rows, total);
    });
  };

  const deleteSome = async (table: string, time: string, before: number): Promise<boolean> => {
    const some = `select ctid from ${table} where ${time} < $1 limit ${PRUNE_ROWS} for update skip locked`;
    const sql = `delete from ${table} where ctid = any(array(${some}))`;
    return (await transaction("read write", (ask) => ask(sql, [before]))).changes === PRUNE_ROWS;
  };

  try {
    await transaction("read only", async () => undefined);
  } catch (error) {
    if (!isTemporary(error)) {
      await connection.close();
      throw error;
    }
  }
  return {
    add: async (records) => {
      if (records.length > 0) await transaction("read write", (ask) => ask(add, [rowsJson(records.map(toRow))]));
    },
    query,
    spent: async (asked) => spentOf(await query(spentQuery(asked))),
    prune: async (now) => {
      const { recordsFrom, hoursFrom } = keptAt(now, options);
      const raise = `update ${tables.state} set value = greatest(value, case name when 'records_from' then $1::bigint else $2::bigint end)
        where name in ('records_from', 'hours_from')`;
      await transaction("read write", (ask) => ask(raise, [recordsFrom, hoursFrom]));
      while (await deleteSome(tables.records, "at", recordsFrom));
      while (await deleteSome(tables.hours, "hour", hoursFrom));
    },
    close: () => connection.close(),
  };
}
