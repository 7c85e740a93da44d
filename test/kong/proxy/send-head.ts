import type { OutgoingMessage } from "node:http";

const NOTHING = Buffer.alloc(0);

/** Sends the headers now. Node's `flushHeaders` would write bytes beyond ASCII, which we hold as Latin-1, as UTF-8. */
export function sendHead(message: OutgoingMessage): void {
  message.write(NOTHING);
}
