import type { ChatEvent, Usage } from "../core/events";

/** Said of text in most scripts. */
const BYTES_PER_TOKEN = 4;

/** Of a call whose provider has not said it: nothing that was answered was free. @param body as it was sent */
export function estimateUsage(body: Uint8Array, events: readonly ChatEvent[]): Usage {
  let written = 0;
  for (const event of events) if (event.type === "delta") written += Buffer.byteLength(event.text);
  return { input: tokensOf(body.length), output: tokensOf(written), estimated: true };
}

export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
