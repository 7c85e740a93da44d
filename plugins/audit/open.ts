/** The audit log of a process, as its configuration says. */
import * as promises from "node:fs/promises";
import type { Clock } from "../core/clock";
import { auditKeys } from "./chain/keys";
import { Anchors } from "./log/anchors";
import { AuditLog } from "./log/audit-log";
import type { Disk } from "./log/disk";
import { FileMedium } from "./log/file-medium";
import type { OpenMedium } from "./log/medium";
import { PostgresMedium } from "./log/postgres-medium";
import { PostgresTable } from "./log/postgres-table";
import type { AuditSink } from "./sink";

/** `audit` of the process's configuration; paths are absolute. */
export interface AuditConfig {
  readonly kind: "file" | "postgres";
  readonly directory: string;
  readonly anchor: string;
  readonly key: string;
  readonly rotate_bytes: number;
  readonly url?: string | undefined;
  readonly schema?: string | undefined;
  readonly queue: number;
}

export interface OpenAudit {
  readonly sink: AuditSink;
  /** Records on their way. */
  readonly queued: number;
  /** Writes what waits, as far as it can be done in a few seconds, and then the end of the chain. */
  close(): Promise<void>;
}

export interface AuditParts {
  readonly clock: Clock;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  readonly disk?: Disk;
}

const LAST_WRITES_MS = 5000;

/** @throws Error when records cannot be written, with what to change; a database may come later */
export async function openAudit(config: AuditConfig, { clock, info, warn, disk = promises }: AuditParts): Promise<OpenAudit> {
  const keys = auditKeys(config.key);
  const anchors = new Anchors(config.anchor, keys.anchor, disk);
  const table = config.kind === "postgres" ? new PostgresTable({ url: config.url ?? "", schema: config.schema }) : undefined;
  const { directory, rotate_bytes: rotateBytes } = config;
  const open: OpenMedium = (writer) =>
    table === undefined ? new FileMedium({ directory, writer, rotateBytes, disk }) : new PostgresMedium(table, writer);
  const log = new AuditLog({
    open,
    anchors,
    keys,
    clock,
    queue: config.queue,
    onAnchorTrouble: (error) =>
      warn({ cause: String(error) }, "the anchor of the audit log cannot be written: a cut-off end would not be found"),
    tellHead: ({ writer, seq, mac }) => info({ audit_writer: writer, audit_head: `${seq}:${mac}` }, "audit log"),
  });
  try {
    await log.start();
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    if (table === undefined) throw new Error(`audit: ${directory}, ${config.anchor}: ${why}`, { cause: thrown });
    warn({ cause: why }, "the audit log cannot be written for now");
  }
  return {
    sink: log,
    get queued() {
      return log.queued;
    },
    async close() {
      if (!(await log.close(LAST_WRITES_MS))) warn({ queued: log.queued }, "the last audit records could not be written");
      await table?.close();
    },
  };
}
