/** One secret, a key for each use: what proves one thing proves no other. */
import { createHmac } from "node:crypto";

export interface AuditKeys {
  /** Signs the lines of the log. */
  readonly line: Buffer;
  /** Signs anchors. */
  readonly anchor: Buffer;
  /** Of digests that stand for content. */
  readonly content: Buffer;
}

const SHORTEST_KEY = 32;

/** @throws Error for a key that could be guessed */
export function auditKeys(secret: string): AuditKeys {
  if (secret.length < SHORTEST_KEY) throw new Error(`audit: key: must have at least ${SHORTEST_KEY} characters`);
  const derived = (use: string): Buffer => createHmac("sha256", secret).update(`graft audit v1 ${use}`).digest();
  return { line: derived("line"), anchor: derived("anchor"), content: derived("content") };
}
