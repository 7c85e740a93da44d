/** Where a process writes its audit records, as far as a policy's plugin knows it. */

/** One line of the log before it is numbered, dated and chained; JSON values only, and none of the chain's own names. */
export type AuditEntry = { readonly kind: "intent" | "outcome" } & { readonly [field: string]: unknown };

export interface AuditSink {
  /** Resolves when the entry is where it can no longer be lost by a crash of this process. Rejects when it could not be written. */
  write(entry: AuditEntry): Promise<void>;
  /** Stands for what must not be in the log: hex HMAC-SHA256 under a key of the log. A plain hash of a prompt could be guessed. */
  digest(content: Uint8Array): string;
}
