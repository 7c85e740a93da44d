/** `audit` of a policy: what is recorded, and what happens when it cannot be. Where records go is the process's to say. */
import { z } from "zod";
import { durationMs, flag } from "../config/fields";

const MOST_BODY_BYTES = 1024 * 1024;

export const auditPolicySchema = z
  .strictObject({
    on_error: z
      .enum(["closed", "open"])
      .default("closed")
      .describe(
        "When a record cannot be written before a request is sent: `closed` refuses the request with 503, `open` sends it all the same.",
      ),
    intent: z
      .boolean()
      .optional()
      .describe(
        "Write a record before each try at a provider, not only one when the exchange has ended. Unless written: yes under `on_error: closed`.",
      ),
    timeout_ms: durationMs("How long a request waits for its record to be written; then it counts as not written.").default(5000),
    body: z
      .enum(["none", "redacted"])
      .default("none")
      .describe(
        "What a provider got: `none` records a keyed digest of it only; `redacted` the text as well, as `redact` has left it, or whole without that plugin.",
      ),
    max_body_bytes: z
      .int()
      .min(1)
      .max(MOST_BODY_BYTES)
      .default(64 * 1024)
      .describe("For `body: redacted`: longer texts are cut. Bytes."),
    ip: flag("Record callers' addresses; without, anonymous callers are told apart by a keyed digest of theirs.", false),
  })
  .describe("An append-only record of who sent what where, that shows any change made to it later. The process needs `audit`.");

export type AuditPolicyConfig = z.output<typeof auditPolicySchema>;
