/** Lines in a table: each batch is one statement, so all of it is there or nothing. */
import type { Medium } from "./medium";
import type { PostgresTable } from "./postgres-table";

export class PostgresMedium implements Medium {
  readonly #table: PostgresTable;
  readonly #writer: string;
  #lines = 0;
  #sent = false;

  constructor(table: PostgresTable, writer: string) {
    this.#table = table;
    this.#writer = writer;
  }

  begins(): Readonly<Record<string, unknown>> | undefined {
    return this.#lines === 0 ? {} : undefined;
  }

  async append(lines: readonly string[]): Promise<void> {
    await this.#table.insert(
      this.#writer,
      this.#lines + 1,
      lines.map((line) => line.slice(0, -1)),
      () => {
        this.#sent = true;
      },
    );
    this.#lines += lines.length;
  }

  async close(): Promise<void> {}

  /** The connection may have died on the answer. */
  async discard(): Promise<boolean> {
    return !this.#sent;
  }
}
