import * as promises from "node:fs/promises";
import { auditKeys } from "../chain/keys";
import { Anchors } from "../log/anchors";
import { PostgresTable } from "../log/postgres-table";
import { openFileSource } from "./file-source";
import { openPostgresSource } from "./postgres-source";
import type { VerifyReport } from "./report";
import { verifyLog } from "./verify-log";

/** Where a log is, and what proves it. */
export type AuditPlace = { readonly anchor: string; readonly key: string } & (
  | { readonly kind: "file"; readonly directories: readonly string[] }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string | undefined }
);

export interface VerifyDemands {
  /** `seq:mac` */
  readonly heads?: readonly string[];
  /** ISO 8601: what is missing from before is not missed. */
  readonly since?: string | undefined;
}

/** Reads all of it, and holds little. @throws Error when log or anchors cannot be read at all */
export async function verifyAudit(place: AuditPlace, { heads = [], since }: VerifyDemands = {}): Promise<VerifyReport> {
  const keys = auditKeys(place.key);
  const anchors = new Anchors(place.anchor, keys.anchor, promises);
  const demands = { anchors, keys, heads, since };
  if (place.kind === "file") return await verifyLog({ ...demands, openLog: () => openFileSource(place.directories) });
  const table = new PostgresTable(place);
  try {
    return await verifyLog({ ...demands, openLog: () => openPostgresSource(table) });
  } finally {
    await table.close();
  }
}
