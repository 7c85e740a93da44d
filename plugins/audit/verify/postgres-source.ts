import type { PostgresTable } from "../log/postgres-table";
import type { LogSource, RawLine } from "./source";

/** @throws Error when the table cannot be read */
export async function openPostgresSource(table: PostgresTable): Promise<LogSource> {
  const writers = await table.writers();
  return {
    name: table.name,
    strangers: [],
    writers: () => writers,
    pieces: (writer) => [
      {
        name: `${table.name} ${writer}`,
        number: undefined,
        async *lines(): AsyncGenerator<RawLine> {
          for await (const { seq, line } of table.rows(writer))
            yield { place: `${table.name} ${writer}:${seq}`, bytes: Buffer.from(line), whole: true, seq };
        },
      },
    ],
  };
}
