import { MIGRATIONS } from "../migrations";
import type { Ask } from "./connection";
import type { Names } from "./names";

/** Any number, the same for all: one process at a time creates tables. `Graft` in ASCII. */
const LOCK = 0x4772616674;

/** In a transaction. A role that may not create anything is enough where the tables are there already. @throws Error */
export async function prepareSchema(ask: Ask, { schema, tables }: Names): Promise<void> {
  await ask("select pg_advisory_xact_lock($1)", [LOCK]);
  const [[encoding] = []] = (await ask("show server_encoding")).rows;
  if (encoding !== "UTF8") throw new Error(`the database's encoding must be UTF8, not ${encoding}`);
  if (schema !== undefined && !(await exists(ask, "to_regnamespace", schema))) await ask(`create schema ${schema}`);
  const version = (await exists(ask, "to_regclass", tables.state)) ? await readVersion(ask, tables.state) : 0;
  if (version > MIGRATIONS.length) {
    throw new Error(`was made by a newer Graft (its version is ${version}, this one knows ${MIGRATIONS.length})`);
  }
  if (version === MIGRATIONS.length) return;
  for (const migration of MIGRATIONS.slice(version)) for (const sql of migration(tables)) await ask(sql);
  const write = `insert into ${tables.state} (name, value) values ('version', $1) on conflict (name) do update set value = $1`;
  await ask(write, [MIGRATIONS.length]);
}

async function exists(ask: Ask, look: "to_regclass" | "to_regnamespace", name: string): Promise<boolean> {
  const [[found] = []] = (await ask(`select ${look}($1) is not null`, [name])).rows;
  return found === true;
}

async function readVersion(ask: Ask, state: string): Promise<number> {
  const [[version] = []] = (await ask(`select value from ${state} where name = 'version'`)).rows;
  return Number(version ?? 0);
}
