import type { Exchange } from "./exchange";
import { safeHeaderValue } from "./headers";
import { targetLabel } from "./target";

/** What we say of ourselves with every answer; a new object each time. */
export function graftHeaders({ attempt, client, answerHeaders }: Exchange): Record<string, string> {
  const headers: Record<string, string> = { "x-request-id": client.requestId };
  Object.assign(headers, answerHeaders);
  if (attempt === undefined) return headers;
  if (attempt.error === undefined) headers["x-graft-target"] = safeHeaderValue(targetLabel(attempt.target));
  headers["x-graft-attempts"] = String(attempt.number);
  if (attempt.dropped.length > 0) headers["x-graft-dropped-params"] = safeHeaderValue(attempt.dropped.join(", "));
  return headers;
}
