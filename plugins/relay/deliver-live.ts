import type { Reply } from "../core/pipeline";
import type { ClientAnswer } from "./client-answer";

/** An answer as it comes, at the pace of its client. The source learns from its own exchange when the client is gone. */
export async function deliverLive(
  client: ClientAnswer,
  { status, headers }: Reply,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  client.head(status, headers);
  for await (const bytes of body) {
    if (client.gone) return;
    if (!client.write(bytes)) await new Promise<void>((resolve) => client.drained(resolve));
  }
  if (!client.gone) client.end();
}
