import { DIMENSIONS, HOUR_COLUMNS, MEASURES, RECORD_COLUMNS, RECORD_NUMBERS, type Row } from "../columns";
import type { Tables } from "../migrations";

/**
 * One statement for a batch: only what was really inserted is added to the hours. Rows are locked in one order by everybody, so that
 * batches of several processes wait for each other and never in a circle. `$1`: rows as JSON, no exchange twice.
 */
export function addStatement({ records, hours }: Tables): string {
  const numbers: ReadonlySet<string> = new Set([...RECORD_NUMBERS, ...MEASURES]);
  const columns = [...RECORD_COLUMNS, "series"].map((name) => `${name} ${numbers.has(name) ? "bigint" : "text"}`);
  const list = RECORD_COLUMNS.join(", ");
  const keys = ["hour", "series", ...DIMENSIONS].join(", ");
  return `
    with given as materialized (select * from json_to_recordset($1::json) as given(${columns.join(", ")})),
    added as (insert into ${records} (${list}) select ${list} from given order by exchange on conflict do nothing returning exchange)
    insert into ${hours} as known (${HOUR_COLUMNS.join(", ")})
    select ${keys}, ${MEASURES.map((name) => `sum(${name})`).join(", ")} from given where exchange in (select exchange from added)
    group by ${keys} order by hour, series
    on conflict (hour, series) do update set ${MEASURES.map((name) => `${name} = known.${name} + excluded.${name}`).join(", ")}`;
}

/** The statement's parameter. Of rows with the same exchange the first one counts. */
export function rowsJson(rows: readonly Row[]): string {
  const byExchange = new Map<unknown, Row>();
  for (const row of rows) if (!byExchange.has(row["exchange"])) byExchange.set(row["exchange"], row);
  return JSON.stringify([...byExchange.values()]);
}
