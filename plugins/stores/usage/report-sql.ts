/** A query as SQL for both databases. Names come from tables here, whatever the caller asks for goes in as a parameter. */
import { DAY_MS, DIMENSIONS, MAX_TIME, MEASURES, storable } from "./columns";
import type { Tables } from "./migrations";
import type { RangePlan } from "./plan-range";
import { type Grouping, MAX_ROWS, type UsageFilter, type UsageQuery } from "./usage-store";

export interface SqlDialect {
  readonly tables: Tables;
  /** Parameters are `?1` or `$1`. */
  readonly mark: "?" | "$";
  /** A table expression `tag(value)`: a row for each tag in the JSON text `tags`. */
  readonly eachTag: string;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

const GROUP_COLUMNS: ReadonlyMap<string, string> = new Map<Grouping, string>([
  ["model", "model"],
  ["target", "target"],
  ["alias", "alias"],
  ["caller", "caller"],
  ["team", "team"],
  ["feature", "feature"],
  ["project", "project"],
  ["tag", "coalesce(tag.value, '')"],
  ["policy", "policy"],
  ["provider", "provider"],
  ["status", "status"],
  ["cache", "cache"],
  ["day", `hour - hour % ${DAY_MS}`],
  ["hour", "hour"],
]);
const FILTER_FIELDS: ReadonlySet<string> = new Set(
  [...GROUP_COLUMNS.keys(), "session"].filter((it) => it !== "day" && it !== "hour"),
);

const DEFAULT_LIMIT = 1000;

/** @throws RangeError for groupings, fields, times and limits that do not exist. */
export function checkQuery({ from, to, groupBy, where = {}, limit }: UsageQuery): void {
  for (const [name, at] of Object.entries({ from, to })) {
    if (!Number.isInteger(at) || at < 0 || at > MAX_TIME)
      throw new RangeError(`${name} must be whole milliseconds since 1970, not ${at}`);
  }
  const unknown = groupBy.find((grouping) => !GROUP_COLUMNS.has(grouping));
  if (unknown !== undefined) throw new RangeError(`usage cannot be grouped by ${unknown}`);
  const strange = Object.keys(where).find((field) => !FILTER_FIELDS.has(field));
  if (strange !== undefined) throw new RangeError(`usage cannot be filtered by ${strange}`);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS)) {
    throw new RangeError(`limit must be a whole number from 1 to ${MAX_ROWS}, not ${limit}`);
  }
}

export function groupingsOf({ groupBy }: UsageQuery): readonly Grouping[] {
  return [...new Set(groupBy)];
}

export function limitOf({ limit }: UsageQuery): number {
  return limit ?? DEFAULT_LIMIT;
}

/** @returns one row: the sum of each measure, null when there is nothing. */
export function totalStatement(query: UsageQuery, plan: RangePlan, dialect: SqlDialect): Statement {
  const source = new Source(query.where ?? {}, plan, dialect);
  return { text: `select ${SUMS} from (${source.text}) as known`, values: source.values };
}

/** @returns a row a group: its groupings, then the sums; one row more than `limit` when there are more. */
export function rowsStatement(query: UsageQuery, plan: RangePlan, dialect: SqlDialect): Statement {
  const groupings = groupingsOf(query);
  const source = new Source(query.where ?? {}, plan, dialect);
  const columns = groupings.map((grouping) => GROUP_COLUMNS.get(grouping));
  const places = groupings.map((_, index) => index + 1).join(", ");
  const tags = groupings.includes("tag") ? ` left join ${dialect.eachTag} on true` : "";
  const place = (measure: string): number => groupings.length + MEASURES.indexOf(measure) + 1;
  const order = `${place("cost_nanos")} desc, ${place("requests")} desc, ${places}`;
  const limit = source.parameter(limitOf(query) + 1);
  return {
    text: `select ${columns.join(", ")}, ${SUMS} from (${source.text}) as known${tags} group by ${places} order by ${order} limit ${limit}`,
    values: source.values,
  };
}

const SUMS = MEASURES.map((measure) => `sum(${measure})`).join(", ");
const COLUMNS = ["hour", ...DIMENSIONS, ...MEASURES].join(", ");

/** Hourly sums and single records under each other. */
class Source {
  readonly values: (string | number)[] = [];
  readonly text: string;
  readonly #dialect: SqlDialect;

  constructor(where: UsageFilter, { hours, records }: RangePlan, dialect: SqlDialect) {
    this.#dialect = dialect;
    const parts = [
      ...hours.map((span) => ({ table: dialect.tables.hours, time: "hour", span })),
      ...records.map((span) => ({ table: dialect.tables.records, time: "at", span })),
    ];
    const nothing = `select ${COLUMNS} from ${dialect.tables.hours} where 1 = 0`;
    const selects = parts.map(({ table, time, span: [from, to] }) => {
      const conditions = [`${time} >= ${this.parameter(from)}`, `${time} < ${this.parameter(to)}`, ...this.#conditions(where)];
      return `select ${COLUMNS} from ${table} where ${conditions.join(" and ")}`;
    });
    this.text = selects.length === 0 ? nothing : selects.join(" union all ");
  }

  parameter(value: string | number): string {
    this.values.push(value);
    return `${this.#dialect.mark}${this.values.length}`;
  }

  #conditions(where: UsageFilter): string[] {
    return Object.entries(where).flatMap(([field, wanted]) => (wanted === undefined ? [] : [this.#condition(field, wanted)]));
  }

  #condition(field: string, wanted: readonly string[]): string {
    if (wanted.length === 0) return "1 = 0";
    const list = wanted.map((value) => this.parameter(storable(value))).join(", ");
    if (field !== "tag") return `${field} in (${list})`;
    const untagged = wanted.includes("") ? "tags = '[]' or " : "";
    return `(${untagged}exists (select 1 from ${this.#dialect.eachTag} where tag.value in (${list})))`;
  }
}
