import type { Tables } from "../migrations";

export interface NameOptions {
  /** Where the tables are; created when it is missing. Default: where the connection's `search_path` says. */
  readonly schema?: string | undefined;
  /** What the tables' names begin with. Default `graft_`. */
  readonly prefix?: string | undefined;
}

export interface Names {
  readonly schema: string | undefined;
  readonly tables: Tables;
}

/** So plain that they need no quotes, and with what follows within the 63 characters of a Postgres name. */
const NAME = /^[a-z_][a-z0-9_]{0,39}$/;

/** @throws RangeError */
export function readNames({ schema, prefix = "graft_" }: NameOptions): Names {
  for (const [what, name] of Object.entries({ schema, prefix })) {
    if (name !== undefined && !NAME.test(name)) {
      throw new RangeError(`${what}: up to 40 of a-z, 0-9 and _, not beginning with a digit; not ${JSON.stringify(name)}`);
    }
  }
  const tables = { records: `${prefix}usage_records`, hours: `${prefix}usage_hours`, state: `${prefix}usage_state` };
  return { schema, tables };
}
