import type { Pipeline } from "../core/pipeline";
import type { HeaderMap } from "../core/provider";
import type { ClientAnswer } from "./client-answer";

export interface WholeAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);

/** In one piece; as the rest of a stream where a comment has begun one, and an error then as its last event. */
export function deliverWhole(pipeline: Pipeline, client: ClientAnswer, { status, headers, body }: WholeAnswer): void {
  if (client.gone) return;
  if (!client.begunEarly) {
    client.whole(status, headers, body ?? NOTHING);
    return;
  }
  const { error } = pipeline.exchange;
  client.end(error === undefined ? body : pipeline.errorEvent(error));
}
