/** Where a process writes its audit records, as far as a policy's plugin knows it. */

/** One line of the log before it is numbered, dated and chained; JSON values only. */
export type AuditEntry = { readonly kind: "intent" | "outcome" } & { readonly [field: string]: unknown };

export interface AuditSink {
  /** Resolves when the entry is where it can no longer be lost by a crash of this process. Rejects when it could not be written. */
  write(entry: AuditEntry): Promise<void>;
}
