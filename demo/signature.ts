/** Signatures as providers put on thoughts: opaque to the client, and a changed or invented one is refused when it comes back. */
import { createHash } from "node:crypto";

export function signatureOf(signed: string): string {
  return createHash("sha256").update(`demo provider\n${signed}`).digest("base64");
}
