/** Questions about usage as people write them, on the command line and in a URL. */
import { type FilterField, GROUPINGS, type Grouping, MAX_ROWS, type UsageQuery } from "../../stores/usage/usage-store";

/** What was asked cannot be answered, and why; for the one who asked. */
export class QueryFault extends Error {}

export interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `30d`, `12h`, `90m`: from so long ago; instead of `from`. */
  readonly since?: string | undefined;
  /** Names, separated by commas; `user` is another word for `caller`. */
  readonly groupBy?: string | undefined;
  readonly limit?: string | undefined;
  /** Field and value; several values of a field: any of them. */
  readonly where: readonly (readonly [field: string, value: string])[];
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DEFAULT_SINCE = "30d";
const FIELDS: ReadonlySet<string> = new Set<string>([...GROUPINGS.filter((it) => it !== "day" && it !== "hour"), "session"]);

/** @param now milliseconds since the epoch @throws QueryFault */
export function readQuery(asked: Asked, now: number): UsageQuery {
  if (asked.from !== undefined && asked.since !== undefined)
    throw new QueryFault("from and since say the same thing: give one of them");
  const to = asked.to === undefined ? now : timeOf("to", asked.to);
  const from = asked.from === undefined ? to - durationOf(asked.since ?? DEFAULT_SINCE) : timeOf("from", asked.from);
  if (from >= to) throw new QueryFault("from must be before to");
  const limit = asked.limit === undefined ? {} : { limit: limitOf(asked.limit) };
  return { from: Math.max(0, from), to, groupBy: groupingsOf(asked.groupBy ?? ""), where: filterOf(asked.where), ...limit };
}

function groupingsOf(text: string): Grouping[] {
  const names = text
    .split(",")
    .map((it) => it.trim())
    .filter((it) => it !== "");
  return [...new Set(names.map(groupingOf))];
}

function groupingOf(name: string): Grouping {
  const found = GROUPINGS.find((it) => it === (name === "user" ? "caller" : name));
  if (found === undefined) throw new QueryFault(`cannot group by ${JSON.stringify(name)}; known: ${GROUPINGS.join(", ")}, user`);
  return found;
}

function filterOf(where: Asked["where"]): UsageQuery["where"] {
  const filter: { [F in FilterField]?: string[] } = {};
  for (const [name, value] of where) {
    const field = name === "user" ? "caller" : name;
    if (!isField(field))
      throw new QueryFault(`there is no ${JSON.stringify(name)} to filter by; known: ${[...FIELDS].join(", ")}, user`);
    filter[field] = [...(filter[field] ?? []), value];
  }
  return filter;
}

function isField(name: string): name is FilterField {
  return FIELDS.has(name);
}

/** A day, a moment as ISO 8601 writes it, or milliseconds since the epoch. Without a zone it is UTC. */
function timeOf(what: string, text: string): number {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)
    ? Date.parse(/T.*(?:Z|[+-]\d\d:\d\d)$|^[^T]*$/.test(text) ? text : `${text}Z`)
    : Number.NaN;
  if (Number.isNaN(time))
    throw new QueryFault(`${what} must be a time such as 2026-11-20 or 2026-11-20T14:00Z, not ${JSON.stringify(text)}`);
  return time;
}

function durationOf(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count === undefined) throw new QueryFault(`since must be a time such as 30d, 12h or 90m, not ${JSON.stringify(text)}`);
  return Number(count) * (UNITS_MS[unit] ?? 0);
}

function limitOf(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_ROWS) throw new QueryFault(`limit must be a number from 1 to ${MAX_ROWS}`);
  return limit;
}
