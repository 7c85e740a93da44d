/** The tables, in SQL that SQLite and Postgres both understand. Steps are only ever added: a store's version is how many it has been through. */

export interface Tables {
  /** One row an exchange. */
  readonly records: string;
  /** Sums of an hour, one row for each combination of dimensions. */
  readonly hours: string;
  /** `records_from`, `hours_from`: since when each of them is complete, milliseconds since the epoch. */
  readonly state: string;
}

const DIMENSIONS =
  "policy text not null, caller text not null, team text not null, feature text not null, project text not null, " +
  "tags text not null, alias text not null, target text not null, provider text not null, model text not null, status text not null";

const MEASURES = [
  "requests",
  "errors",
  "unpriced",
  "estimated",
  "duration_ms",
  "cost_nanos",
  "input",
  "output",
  "cache_read",
  "cache_write",
  "cache_write_hour",
  "reasoning",
  "audio_input",
  "audio_output",
  "image_input",
  "image_output",
  "web_searches",
];
const SAVED = ["cache_hits", "saved_nanos", "saved_tokens"];
const measures = (type: string): string => MEASURES.map((name) => `${name} ${type} not null`).join(", ");

export const MIGRATIONS: readonly ((tables: Tables) => readonly string[])[] = [
  ({ records, hours, state }) => [
    `create table ${records} (exchange text primary key, at bigint not null, hour bigint not null, request_id text not null,
      session text not null, outcome text not null, error text not null, cache text not null, priced text not null,
      attempts bigint not null, streamed bigint not null, usage_estimated bigint not null, first_byte_ms bigint,
      ${DIMENSIONS}, ${measures("bigint")})`,
    `create index ${records}_at on ${records} (at)`,
    `create index ${records}_session on ${records} (session, at) where session <> ''`,
    // Sums may outgrow 64 bits.
    `create table ${hours} (hour bigint not null, series text not null, ${DIMENSIONS}, ${measures("numeric")}, primary key (hour, series))`,
    `create table ${state} (name text primary key, value bigint not null)`,
    `insert into ${state} (name, value) values ('records_from', 0), ('hours_from', 0)`,
  ],
  // What caches had and saved. Of records from before, `cache` is empty in both.
  ({ records, hours }) => [
    `alter table ${hours} add column cache text not null default ''`,
    ...SAVED.flatMap((name) => [
      `alter table ${records} add column ${name} bigint not null default 0`,
      `alter table ${hours} add column ${name} numeric not null default 0`,
    ]),
  ],
];
